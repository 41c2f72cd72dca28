"""What the API shows of actors, their names, mandates and representatives."""

from rest_framework import serializers

from intermediaries import models
from records.api.serializers import LinkedRecordField, RecordSerializer

DATED = ("started_on", "ended_on", "date_precision", "date_words", "when")


class ActorNameSerializer(RecordSerializer):
    class Meta:
        model = models.ActorName
        fields = (*RecordSerializer.base_fields, "actor", "name", "name_kind", "language", "script")


class MandateSerializer(RecordSerializer):
    when = serializers.CharField(read_only=True)
    citations = LinkedRecordField(many=True, read_only=True)

    class Meta:
        model = models.Mandate
        fields = (*RecordSerializer.base_fields, "actor", "role", *DATED, "notes", "citations")


class RepresentativeSerializer(RecordSerializer):
    when = serializers.CharField(read_only=True)
    citations = LinkedRecordField(many=True, read_only=True)

    class Meta:
        model = models.Representative
        fields = (
            *RecordSerializer.base_fields, "name", "actor", "actor_words", "position", *DATED, "notes", "citations",
        )  # fmt: skip


class NestedMandateSerializer(MandateSerializer):
    """A mandate as part of its actor."""

    class Meta(MandateSerializer.Meta):
        fields = tuple(name for name in MandateSerializer.Meta.fields if name != "citations")


class NestedRepresentativeSerializer(RepresentativeSerializer):
    """A representative as part of the actor they act for."""

    class Meta(RepresentativeSerializer.Meta):
        fields = tuple(name for name in RepresentativeSerializer.Meta.fields if name != "citations")


class ActorSerializer(RecordSerializer):
    names = ActorNameSerializer(many=True, read_only=True)
    mandates = NestedMandateSerializer(many=True, read_only=True)
    representatives = NestedRepresentativeSerializer(many=True, read_only=True)
    citations = LinkedRecordField(many=True, read_only=True)

    class Meta:
        model = models.Actor
        fields = (
            *RecordSerializer.base_fields, "name", "kind_of_actor", "iso_code", "notes", "names", "mandates",
            "representatives", "citations",
        )  # fmt: skip
