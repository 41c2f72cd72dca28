"""What the API shows of sources and citations."""

from rest_framework import serializers

from records.api.serializers import AboutRecordMixin, RecordKindField, RecordSerializer, api_url
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


class CitationSerializer(AboutRecordMixin, RecordSerializer):
    record_kind = RecordKindField(citable, source="record_type")
    grade = serializers.CharField(read_only=True)

    class Meta:
        model = models.Citation
        fields = (
            *RecordSerializer.base_fields, "source", "record_kind", "record_id", "quote", "pinpoint", "credibility",
            "grade", "position",
        )  # fmt: skip
