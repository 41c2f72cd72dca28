"""What the API shows of sources and citations."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from records.api.files import WithFileMixin
from records.api.serializers import AboutRecordMixin, RecordKindField, RecordSerializer, api_url
from sources import models
from sources.querysets import citable


def newest_copy(source) -> models.ArchivedCopy | None:
    """Return the newest kept copy of a source; fetched beforehand where there are many sources."""
    found = source.kept_copies if hasattr(source, "kept_copies") else source.copies.kept().order_by("-received_at")[:1]
    return next(iter(found), None)


class SourceSerializer(RecordSerializer):
    # ``url`` is, as for every record, its own address in the API; this is where the source was published.
    address = serializers.URLField(source="url", required=False, allow_blank=True, max_length=1000)
    archived_sha256 = serializers.SerializerMethodField(help_text="Of the newest archived copy that you may see.")
    archived_at = serializers.SerializerMethodField(help_text="When that copy was received.")

    class Meta:
        model = models.Source
        fields = (
            *RecordSerializer.base_fields, "publisher", "title", "title_from", "address", "language", "source_kind",
            "words", "said_on", "published_on", "retrieved_on", "reliability", "derived_from", "archived_sha256",
            "archived_at", "notes",
        )  # fmt: skip

    def get_archived_sha256(self, source) -> str | None:
        copy = newest_copy(source)
        return copy.sha256 if copy else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_archived_at(self, source):
        copy = newest_copy(source)
        return copy and serializers.DateTimeField().to_representation(copy.received_at)


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


class ArchivedCopySerializer(WithFileMixin, RecordSerializer):
    is_agreed = serializers.BooleanField(
        required=False,
        help_text="Needed to fetch a restricted source: its publisher learns that somebody reads it.",
    )
    text_url = serializers.SerializerMethodField(help_text="Where its text is read; null where there is none.")

    class Meta:
        model = models.ArchivedCopy
        fields = (
            *RecordSerializer.base_fields, "source", "origin", "state", "told", "is_agreed", "asked_address",
            "final_address", "http_status", "headers", "received_at", "text_told", "text_url",
            *WithFileMixin.file_fields,
        )  # fmt: skip
        read_only_fields = (
            "origin", "state", "told", "asked_address", "final_address", "http_status", "headers", "received_at",
            "text_told",
        )  # fmt: skip

    def get_text_url(self, copy) -> str | None:
        return f"{api_url(copy, self.context['request'])}text/" if copy.text_file else None

    def to_internal_value(self, data):
        if self.instance is not None and isinstance(data, dict):
            told = _("What a copy is of, and how it was asked for, never changes. Ask for another.")
            if stated := {"source", "is_agreed"} & set(data):
                raise serializers.ValidationError({name: [told] for name in sorted(stated)})
        return super().to_internal_value(data)
