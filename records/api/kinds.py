"""The API's resources of embargoes, public summaries and what ties these to their records."""

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action

from access import permissions
from access.context import current_reader
from records import filters
from records.api.schema import IF_MATCH
from records.api.serializers import (
    AboutRecordMixin,
    LinkedRecordField,
    LookedAtSerializer,
    RecordKindField,
    RecordSerializer,
    VersionSerializer,
)
from records.api.viewsets import RecordViewSet
from records.embargoes import agree_embargo, cancel_embargo, propose_embargo
from records.models import Embargo, EmbargoState, PublicSummary, Record, SummaryOf
from records.querysets import kinds
from records.services import add_record
from records.summaries import may_know_author, release_summary

KEPT = ("recorded_at", "updated_at")


def with_marking_of_their_own() -> list[type[Record]]:
    """Return the kinds that can be marked anew."""
    return [model for model in kinds() if model.is_marked]


def with_pages() -> list[type[Record]]:
    """Return the kinds of which a public summary may be written."""
    return [model for model in kinds() if model.is_marked and model not in {PublicSummary, SummaryOf}]


class EmbargoSerializer(AboutRecordMixin, RecordSerializer):
    record_kind = RecordKindField(with_marking_of_their_own, source="record_type")
    state = serializers.ChoiceField(choices=EmbargoState.choices, read_only=True)
    agreed_by = serializers.CharField(source="agreed_by.username", read_only=True, default=None, allow_null=True)

    class Meta:
        model = Embargo
        fields = (
            *RecordSerializer.base_fields, "record_kind", "record_id", "to_level", "to_compartments", "at", "reason",
            "state", "agreed_by", "agreed_at", "applied_at", "lapsed_at",
        )  # fmt: skip
        # Its own marking is the one it says its record will get.
        read_only_fields = ("level", "compartments")

    def to_internal_value(self, data):
        if self.instance is not None and isinstance(data, dict):
            stated = {"record_kind", "record_id", "to_level", "to_compartments", "at", "reason"} & set(data)
            if stated:
                told = _("What an embargo says is never changed. Cancel it and propose another.")
                raise exceptions.ValidationError({name: [told] for name in sorted(stated)})
        return super().to_internal_value(data)


class EmbargoViewSet(RecordViewSet):
    queryset = Embargo.objects.all()
    serializer_class = EmbargoSerializer
    filterset_class = filters.EmbargoFilter
    ordering_fields = ("at", *KEPT)
    related = ("agreed_by", "record_type")
    actions_needed = {
        "withdraw": permissions.WITHDRAW,
        "cancel": permissions.WITHDRAW,
        "agree": permissions.LOWER,
    }
    marking = None
    restore = None

    def add(self, record):
        return propose_embargo(
            current_reader(),
            record.record,
            level=record.to_level,
            compartments=record.to_compartments,
            at=record.at,
            reason=record.reason,
            external_id=record.external_id,
        )

    @extend_schema(request=LookedAtSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def agree(self, request, *args, **kwargs):
        """Agree, as a reviewer, to an embargo somebody else proposed, and to its record as it is now."""
        embargo = self.get_object()
        agree_embargo(current_reader(), embargo, expected_version=self.expected_version())
        return self.answer(embargo)

    @extend_schema(request=VersionSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def cancel(self, request, *args, **kwargs):
        """Cancel an embargo that waits: the same as to withdraw it."""
        return self.cancelled()

    @extend_schema(request=VersionSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def withdraw(self, request, *args, **kwargs):
        """Cancel an embargo that waits."""
        return self.cancelled()

    def cancelled(self):
        embargo = self.get_object()
        body = VersionSerializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        reason, version = body.validated_data["reason"], self.expected_version()
        cancel_embargo(current_reader(), embargo, reason=reason, expected_version=version)
        return self.answer(embargo)


class PublicSummarySerializer(RecordSerializer):
    author = serializers.SerializerMethodField(help_text="For reviewers and the author; null for everybody else.")
    recorded_at = serializers.SerializerMethodField(help_text="For reviewers and the author; null for everybody else.")
    updated_at = serializers.SerializerMethodField(help_text="For reviewers and the author; null for everybody else.")

    class Meta:
        model = PublicSummary
        fields = (
            *(name for name in RecordSerializer.base_fields if name != "external_id"), "title", "text", "dated_on",
        )  # fmt: skip

    def get_author(self, summary) -> str | None:
        return summary.author.username if may_know_author(summary) and summary.author else None

    def get_recorded_at(self, summary) -> str | None:
        return self.moment(summary, summary.recorded_at)

    def get_updated_at(self, summary) -> str | None:
        return self.moment(summary, summary.updated_at)

    def moment(self, summary, at) -> str | None:
        return serializers.DateTimeField().to_representation(at) if may_know_author(summary) else None


class PublicSummaryViewSet(RecordViewSet):
    queryset = PublicSummary.objects.all()
    serializer_class = PublicSummarySerializer
    filterset_class = filters.PublicSummaryFilter
    ordering_fields = ("dated_on", "title", *KEPT)
    actions_needed = {"withdraw": permissions.WITHDRAW, "release": permissions.LOWER}

    def add(self, record):
        """Write it as a draft, whoever writes it: releasing is an act of its own."""
        return add_record(current_reader(), record, draft=True)

    @extend_schema(request=LookedAtSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def release(self, request, *args, **kwargs):
        """Release a draft, as a reviewer: from then on everybody reads it whom its own level admits."""
        summary = self.get_object()
        release_summary(current_reader(), summary, expected_version=self.expected_version())
        return self.answer(summary)


class SummaryOfSerializer(AboutRecordMixin, RecordSerializer):
    summary = LinkedRecordField(queryset=PublicSummary.objects.current())
    record_kind = RecordKindField(with_pages, source="record_type")

    class Meta:
        model = SummaryOf
        fields = (*RecordSerializer.base_fields, "summary", "record_kind", "record_id")


class SummaryOfViewSet(RecordViewSet):
    queryset = SummaryOf.objects.all()
    serializer_class = SummaryOfSerializer
    filterset_class = filters.SummaryOfFilter
    related = ("summary", "record_type")
