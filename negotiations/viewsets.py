"""The API's resources of the negotiations room."""

from django.db import transaction
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action

from access import permissions
from access.context import current_reader
from negotiations import filters, models, serializers
from negotiations.periods import lock_period, unlock_period
from records.api.serializers import VersionSerializer
from records.api.viewsets import IF_MATCH, RecordViewSet
from records.querysets import current
from sources.querysets import with_citations

DATES = ("started_on", "recorded_at", "updated_at")


class ConflictViewSet(RecordViewSet):
    queryset = models.Conflict.objects.all()
    serializer_class = serializers.ConflictSerializer
    filterset_class = filters.ConflictFilter
    ordering_fields = ("name", *DATES)
    prefetch = (Prefetch("parties", queryset=models.Party.objects.current()),)


class PartyViewSet(RecordViewSet):
    queryset = models.Party.objects.all()
    serializer_class = serializers.PartySerializer
    filterset_class = filters.PartyFilter
    ordering_fields = ("position", "recorded_at")
    related = ("conflict", "actor")


class ConflictMandateViewSet(RecordViewSet):
    queryset = models.ConflictMandate.objects.all()
    serializer_class = serializers.ConflictMandateSerializer
    filterset_class = filters.ConflictMandateFilter
    related = ("conflict", "mandate__actor")


class PlaceViewSet(RecordViewSet):
    queryset = models.Place.objects.all()
    serializer_class = serializers.PlaceSerializer
    filterset_class = filters.PlaceFilter
    ordering_fields = ("name", "country_code", "recorded_at", "updated_at")


class ChannelViewSet(RecordViewSet):
    queryset = models.Channel.objects.all()
    serializer_class = serializers.ChannelSerializer
    filterset_class = filters.ChannelFilter
    ordering_fields = ("name", "status", *DATES)
    related = ("conflict",)
    prefetch = (
        current("party_links", models.ChannelParty, "channel", "actor"),
        current("intermediary_links", models.ChannelIntermediary, "channel", "actor", "credited_by"),
        with_citations(),
    )


class ChannelPartyViewSet(RecordViewSet):
    queryset = models.ChannelParty.objects.all()
    serializer_class = serializers.ChannelPartySerializer
    filterset_class = filters.ChannelPartyFilter
    related = ("channel", "actor")


class ChannelIntermediaryViewSet(RecordViewSet):
    queryset = models.ChannelIntermediary.objects.all()
    serializer_class = serializers.ChannelIntermediarySerializer
    filterset_class = filters.ChannelIntermediaryFilter
    related = ("channel", "actor", "credited_by")


class MeetingViewSet(RecordViewSet):
    queryset = models.Meeting.objects.all()
    serializer_class = serializers.MeetingSerializer
    filterset_class = filters.MeetingFilter
    ordering_fields = DATES
    related = ("channel", "place")
    prefetch = (
        current("participants", models.Participant, "meeting__channel", "representative", "actor"),
        current("follow_ups", models.FollowUp, "meeting__channel", "owner"),
        with_citations(),
    )


class ParticipantViewSet(RecordViewSet):
    queryset = models.Participant.objects.all()
    serializer_class = serializers.ParticipantSerializer
    filterset_class = filters.ParticipantFilter
    related = ("meeting__channel", "representative", "actor")


class FollowUpViewSet(RecordViewSet):
    queryset = models.FollowUp.objects.all()
    serializer_class = serializers.FollowUpSerializer
    filterset_class = filters.FollowUpFilter
    ordering_fields = ("due_on", "recorded_at")
    related = ("meeting__channel", "owner")


class AgreementViewSet(RecordViewSet):
    queryset = models.Agreement.objects.all()
    serializer_class = serializers.AgreementSerializer
    filterset_class = filters.AgreementFilter
    ordering_fields = ("title", "status", *DATES)
    related = ("channel", "meeting__channel", "amends")
    prefetch = (
        current("party_links", models.AgreementParty, "agreement", "actor"),
        current("commitments", models.Commitment, "meeting__channel", "owed_by", "owed_to", "amends"),
        with_citations(),
    )


class AgreementPartyViewSet(RecordViewSet):
    queryset = models.AgreementParty.objects.all()
    serializer_class = serializers.AgreementPartySerializer
    filterset_class = filters.AgreementPartyFilter
    related = ("agreement", "actor")


class CommitmentViewSet(RecordViewSet):
    queryset = models.Commitment.objects.all()
    serializer_class = serializers.CommitmentSerializer
    filterset_class = filters.CommitmentFilter
    ordering_fields = ("due_on", "quantity", "recorded_at", "updated_at")
    related = ("agreement", "meeting__channel", "owed_by", "owed_to", "amends")
    prefetch = (with_citations(),)


class MuteViewSet(RecordViewSet):
    queryset = models.Mute.objects.all()
    serializer_class = serializers.MuteSerializer
    filterset_class = filters.MuteFilter
    ordering_fields = ("until", "recorded_at", "updated_at")
    related = ("channel", "commitment")


class LockedPeriodViewSet(RecordViewSet):
    queryset = models.LockedPeriod.objects.all()
    serializer_class = serializers.LockedPeriodSerializer
    filterset_class = filters.LockedPeriodFilter
    ordering_fields = ("until", "recorded_at", "updated_at")
    related = ("conflict",)
    actions_needed = dict.fromkeys(["create", "partial_update", "withdraw"], permissions.LOCK)
    marking = None
    restore = None

    def make(self, fields):
        """Lock a period, as the page does."""
        return lock_period(current_reader(), **fields)

    @extend_schema(request=VersionSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def withdraw(self, request, *args, **kwargs):
        """Unlock a period, with a reason."""
        period = self.get_object()
        body = VersionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reason, version = body.validated_data["reason"], self.expected_version()
        unlock_period(current_reader(), period, reason=reason, expected_version=version)
        return self.answer(period)
