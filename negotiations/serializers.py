"""What the API shows of conflicts, channels, meetings, agreements and commitments."""

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers

from negotiations import models
from records.api.serializers import RecordSerializer
from sources.serializers import NestedCitationSerializer

DATED = ("started_on", "ended_on", "date_precision", "date_words", "when")


class WhenMixin(serializers.Serializer):
    """The date in words, as precise as known."""

    when = serializers.CharField(read_only=True)


class PartySerializer(RecordSerializer):
    class Meta:
        model = models.Party
        fields = (
            *RecordSerializer.base_fields, "conflict", "actor", "position", "colour", "direction", "direction_label",
        )  # fmt: skip


class ConflictSerializer(WhenMixin, RecordSerializer):
    directions = serializers.DictField(
        child=serializers.CharField(), read_only=True, help_text="Directions a figure may have, with their words."
    )

    class Meta:
        model = models.Conflict
        fields = (*RecordSerializer.base_fields, "name", *DATED, "notes", "directions")


class ConflictMandateSerializer(RecordSerializer):
    class Meta:
        model = models.ConflictMandate
        fields = (*RecordSerializer.base_fields, "conflict", "mandate")


class PlaceSerializer(RecordSerializer):
    class Meta:
        model = models.Place
        fields = (
            *RecordSerializer.base_fields, "name", "country_code", "latitude", "longitude", "precision", "is_withheld",
            "notes",
        )  # fmt: skip


class ChannelPartySerializer(RecordSerializer):
    class Meta:
        model = models.ChannelParty
        fields = (*RecordSerializer.base_fields, "channel", "actor", "position")


class ChannelIntermediarySerializer(WhenMixin, RecordSerializer):
    class Meta:
        model = models.ChannelIntermediary
        fields = (*RecordSerializer.base_fields, "channel", "actor", "role", "credited_by", "position", *DATED)


class ChannelSerializer(WhenMixin, RecordSerializer):
    parties = ChannelPartySerializer(source="party_links", many=True, read_only=True)
    intermediaries = ChannelIntermediarySerializer(source="intermediary_links", many=True, read_only=True)
    citations = NestedCitationSerializer(many=True, read_only=True)

    class Meta:
        model = models.Channel
        fields = (
            *RecordSerializer.base_fields, "conflict", "name", "mode", "track", "openness", "topics", "own_topics",
            "status", *DATED, "notes", "parties", "intermediaries", "citations",
        )  # fmt: skip


class ParticipantSerializer(RecordSerializer):
    class Meta:
        model = models.Participant
        fields = (*RecordSerializer.base_fields, "meeting", "representative", "actor", "words", "role", "position")


class FollowUpSerializer(RecordSerializer):
    owner = serializers.SlugRelatedField(
        slug_field="username", queryset=models.FollowUp.owner.field.remote_field.model.objects, allow_null=True,
        required=False,
    )  # fmt: skip

    class Meta:
        model = models.FollowUp
        fields = (*RecordSerializer.base_fields, "meeting", "task", "owner", "due_on", "done_on")


class MeetingSerializer(WhenMixin, RecordSerializer):
    participants = ParticipantSerializer(many=True, read_only=True)
    follow_ups = FollowUpSerializer(many=True, read_only=True)
    citations = NestedCitationSerializer(many=True, read_only=True)

    class Meta:
        model = models.Meeting
        fields = (
            *RecordSerializer.base_fields, "channel", "title", *DATED, "place", "place_withheld", "format", "status",
            "result", "topics", "own_topics", "summary", "assessment", "participants", "follow_ups", "citations",
        )  # fmt: skip


class AgreementPartySerializer(RecordSerializer):
    class Meta:
        model = models.AgreementParty
        fields = (*RecordSerializer.base_fields, "agreement", "actor", "position")


class CommitmentSerializer(RecordSerializer):
    stated = serializers.CharField(read_only=True, help_text="The promise in words.")
    citations = NestedCitationSerializer(many=True, read_only=True)

    class Meta:
        model = models.Commitment
        fields = (
            *RecordSerializer.base_fields, "agreement", "meeting", "title", "stated", "owed_by", "owed_to",
            "commitment_kind", "subject", "quantity_kind", "quantity", "is_minimum", "direction", "subject_words",
            "quantity_words", "direction_words", "reciprocity", "certainty", "due_on", "condition", "amends",
            "position", "citations",
        )  # fmt: skip


class NestedCommitmentSerializer(CommitmentSerializer):
    """A commitment as part of its agreement."""

    class Meta(CommitmentSerializer.Meta):
        fields = tuple(name for name in CommitmentSerializer.Meta.fields if name not in {"agreement", "citations"})


class AgreementSerializer(WhenMixin, RecordSerializer):
    parties = AgreementPartySerializer(source="party_links", many=True, read_only=True)
    commitments = NestedCommitmentSerializer(many=True, read_only=True)
    citations = NestedCitationSerializer(many=True, read_only=True)

    class Meta:
        model = models.Agreement
        fields = (
            *RecordSerializer.base_fields, "channel", "meeting", "title", *DATED, "form", "stage", "status", "terms",
            "amends", "parties", "commitments", "citations",
        )  # fmt: skip


class MuteSerializer(RecordSerializer):
    class Meta:
        model = models.Mute
        fields = (*RecordSerializer.base_fields, "channel", "commitment", "until", "reason")


class LockedPeriodSerializer(RecordSerializer):
    class Meta:
        model = models.LockedPeriod
        fields = (*RecordSerializer.base_fields, "conflict", "until", "reason")
        # It is as secret as its conflict.
        read_only_fields = ("level", "compartments")

    def to_internal_value(self, data):
        stated = {"conflict", "until", "reason"} & set(data) if isinstance(data, dict) and self.instance else set()
        if stated:
            told = _("A locked period is never changed. Unlock it and lock another.")
            raise exceptions.ValidationError({name: [told] for name in sorted(stated)})
        return super().to_internal_value(data)
