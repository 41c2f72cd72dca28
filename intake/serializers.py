"""What the API shows of candidates."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from intake import inbox
from intake.models import Candidate
from intake.models.candidates import Became
from records.api.serializers import RecordSerializer, api_url

BECAME = {
    "type": "array",
    "description": "The records that came of it, as far as you may read them.",
    "items": {
        "type": "object",
        "required": ["became", "kind", "id", "name", "url"],
        "properties": {
            "became": {"type": "string", "enum": list(Became.values)},
            "kind": {"type": "string"},
            "id": {"type": "string", "format": "uuid"},
            "name": {"type": "string"},
            "url": {"type": "string", "format": "uri"},
        },
    },
}


class CandidateSerializer(RecordSerializer):
    data = serializers.JSONField(
        help_text="The fields of the record as text, called as in an import (docs/import.md); an outcome may have"
        " `claims`, a list of objects with the fields of a claim."
    )
    decided_by = serializers.CharField(source="decided_by.username", read_only=True, default=None, allow_null=True)
    became = serializers.SerializerMethodField()

    class Meta:
        model = Candidate
        fields = (
            *RecordSerializer.base_fields, "proposes", "conflict", "data", "found_at", "origin", "origin_words", "note",
            "state", "decided_by", "decided_at", "refused_reason", "became",
        )  # fmt: skip

    @extend_schema_field(BECAME)
    def get_became(self, candidate) -> list[dict]:
        request = self.context["request"]
        found = self.context.get("became") or inbox.became_of([candidate])
        return [
            {"became": link.became, "kind": r.kind, "id": str(r.pk), "name": str(r), "url": api_url(r, request)}
            for link, r in found[candidate.pk]
        ]


class AcceptSerializer(serializers.Serializer):
    """The body of what needs nothing but the version looked at."""

    version = serializers.IntegerField(required=False, help_text="The version looked at, where If-Match is not sent.")


class MergeIntoSerializer(AcceptSerializer):
    """Into which record a candidate is merged."""

    record = serializers.UUIDField(help_text="The record, of the kind that the candidate would be.")

    def find(self, candidate: Candidate):
        """Return the record; raise ValidationError on ``record`` for what is hidden or missing, in the same words."""
        found = candidate.would_be.objects.current().select_related("label")
        record = found.filter(pk=self.validated_data["record"]).first()
        if record is None:
            raise serializers.ValidationError({"record": [_("There is no such record.")]})
        return record
