"""What the API shows of sources and citations."""

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from records.api.serializers import RecordSerializer, api_url
from sources import models
from sources.querysets import citable


class SourceSerializer(RecordSerializer):
    # ``url`` is, as for every record, its own address in the API; this is where the source was published.
    address = serializers.URLField(source="url", required=False, allow_blank=True, max_length=1000)

    class Meta:
        model = models.Source
        fields = (
            *RecordSerializer.base_fields, "publisher", "title", "title_from", "address", "language", "source_kind",
            "said_on", "published_on", "retrieved_on", "reliability", "derived_from", "archived_sha256", "archived_at",
            "notes",
        )  # fmt: skip


class NestedCitationSerializer(serializers.ModelSerializer):
    """A citation as part of the record that rests on it."""

    source_id = serializers.UUIDField()
    source_url = serializers.SerializerMethodField(help_text="The source in the API.")
    publisher = serializers.CharField(source="source.publisher")
    title = serializers.CharField(source="source.title")
    address = serializers.CharField(source="source.url", help_text="Where the source was published.")
    published_on = serializers.DateField(source="source.published_on", allow_null=True)
    grade = serializers.CharField(help_text="Admiralty grade, for example B2; “not graded” where none was given.")

    class Meta:
        model = models.Citation
        fields = (
            "id", "external_id", "source_id", "source_url", "publisher", "title", "address", "published_on", "quote",
            "pinpoint", "grade",
        )  # fmt: skip
        read_only_fields = fields

    def get_source_url(self, citation) -> str:
        return api_url(citation.source, self.context["request"])


@extend_schema_field(OpenApiTypes.STR)
class RecordKindField(serializers.Field):
    """The kind of record a citation supports, named as in the API's addresses: ``outcome``, ``running-total``."""

    def to_representation(self, content_type: ContentType) -> str:
        return content_type.model_class().kind_of()

    def to_internal_value(self, data) -> ContentType:
        for model in citable():
            if model.kind_of() == data:
                return ContentType.objects.get_for_model(model)
        raise serializers.ValidationError(_("There is no such kind of record, or it cites no sources."))


class CitationSerializer(RecordSerializer):
    record_kind = RecordKindField(source="record_type")
    grade = serializers.CharField(read_only=True)

    class Meta:
        model = models.Citation
        fields = (
            *RecordSerializer.base_fields, "source", "record_kind", "record_id", "quote", "pinpoint", "credibility",
            "grade", "position",
        )  # fmt: skip

    def validate(self, attrs):
        record_type = attrs.get("record_type") or (self.instance and self.instance.record_type)
        record_id = attrs.get("record_id") or (self.instance and self.instance.record_id)
        if not record_type.model_class().objects.filter(pk=record_id).exists():
            raise serializers.ValidationError({"record_id": [_("There is no record with this identifier.")]})
        return attrs
