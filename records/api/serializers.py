"""What every record shows in the API."""

from collections.abc import Callable

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers

from access.levels import Level
from access.models import Label
from records import guard
from records.marking import Readers
from records.models import Record


def api_url(record: Record, request) -> str:
    """Return the absolute address of a record's API resource."""
    return request.build_absolute_uri(reverse(f"api:{record.kind}-detail", args=[record.pk]))


def label_told(label: Label) -> dict:
    """Return a label as the API says it: level, words, TLP 2.0 marking, compartments."""
    return {
        "level": label.level,
        "name": label.level_name,
        "tlp": label.tlp,
        "compartments": [
            {"id": compartment.pk, "code": compartment.code, "name": compartment.name}
            for compartment in label.named_compartments
        ],
    }


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "name": {"type": "string"},
            "url": {"type": "string", "format": "uri"},
        },
        "description": "On writing, the identifier alone is enough.",
    }
)
class LinkedRecordField(serializers.PrimaryKeyRelatedField):
    """Another record: read as id, name and url; written as its id, or as an object with one.

    A record the reader may not see is answered like one that does not exist.
    """

    default_error_messages = {
        "does_not_exist": gettext_lazy("There is no record with this identifier."),
        "incorrect_type": gettext_lazy("Give the identifier of a record."),
    }

    def use_pk_only_optimization(self):
        return False

    def to_internal_value(self, data):
        if isinstance(data, dict):
            data = data.get("id")
        try:
            return super().to_internal_value(data)
        except ValidationError:
            self.fail("does_not_exist", pk_value=data)

    def to_representation(self, value):
        return {"id": str(value.pk), "name": str(value), "url": api_url(value, self.context["request"])}


@extend_schema_field(OpenApiTypes.STR)
class RecordKindField(serializers.Field):
    """The kind of record something is about, named as in the API's addresses: ``outcome``, ``running-total``.

    ``kinds`` returns the kinds that may be named.
    """

    default_error_messages = {"unknown": gettext_lazy("There is no such kind of record, or it cannot have one.")}

    def __init__(self, kinds: Callable[[], list[type[Record]]], **options):
        self.kinds = kinds
        super().__init__(**options)

    def to_representation(self, content_type: ContentType) -> str:
        return content_type.model_class().kind_of()

    def to_internal_value(self, data) -> ContentType:
        for model in self.kinds():
            if model.kind_of() == data:
                return ContentType.objects.get_for_model(model)
        return self.fail("unknown")


class AboutRecordMixin:
    """Refuses, as a record that does not exist, one that the reader may not see."""

    def validate(self, attrs):
        attrs = super().validate(attrs)
        record_type = attrs.get("record_type") or (self.instance and self.instance.record_type)
        record_id = attrs.get("record_id") or (self.instance and self.instance.record_id)
        if not record_type.model_class().objects.filter(pk=record_id).exists():
            raise serializers.ValidationError({"record_id": [_("There is no record with this identifier.")]})
        return attrs


LINKED = {
    "type": "object",
    "properties": {
        "kind": {"type": "string"},
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": "string"},
        "url": {"type": "string", "format": "uri"},
    },
}
LABEL = {
    "type": "object",
    "required": ["level", "name", "tlp", "compartments"],
    "properties": {
        "level": {"type": "integer"},
        "name": {"type": "string"},
        "tlp": {"type": "string", "description": "TLP 2.0 marking."},
        "compartments": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "code": {"type": "string"},
                    "name": {"type": "string"},
                },
            },
        },
    },
}
CONFIDENTIALITY = {
    "type": "object",
    "required": [*LABEL["required"], "people", "inherited_from"],
    "properties": {
        **LABEL["properties"],
        "people": {
            "type": "integer",
            "nullable": True,
            "description": "How many people with an account can read it; null for what is public.",
        },
        "inherited_from": {
            "type": "array",
            "items": LINKED,
            "description": "The records that make it more secret than its own level and compartments say.",
        },
    },
}


class RecordSerializer(serializers.ModelSerializer):
    """What every record shows: identity, links, who can see it, state, version.

    Fields nobody may set (label, author, state, version …) are refused by name when sent, never ignored.
    """

    serializer_related_field = LinkedRecordField

    url = serializers.SerializerMethodField(help_text="This record in the API.")
    page = serializers.SerializerMethodField(help_text="The record's page; null for a part without a page.")
    display = serializers.CharField(source="__str__", read_only=True, help_text="The record in words.")
    confidentiality = serializers.SerializerMethodField(
        help_text="Who can see it: effective level, compartments, number of people, where it comes from."
    )
    author = serializers.CharField(source="author.username", read_only=True, default=None, allow_null=True)
    personal_data_reason = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=400,
        help_text="Why what looks like personal data in this change must stay; the history keeps it.",
    )

    base_fields = (
        "id", "reference", "url", "page", "display", "external_id", "level", "compartments", "confidentiality",
        "review_state", "version", "author", "recorded_at", "updated_at", "withdrawn_at", "withdrawn_reason",
        guard.REASON,
    )  # fmt: skip

    def get_url(self, record) -> str:
        return api_url(record, self.context["request"])

    def get_page(self, record) -> str | None:
        return self.context["request"].build_absolute_uri(record.page_url) if record.page_url else None

    @extend_schema_field(CONFIDENTIALITY)
    def get_confidentiality(self, record) -> dict:
        readers: Readers = self.context.get("readers") or Readers([record])
        return {
            **label_told(record.label),
            "people": readers.number(record),
            "inherited_from": [
                {
                    "kind": parent.kind,
                    "id": str(parent.pk),
                    "name": str(parent),
                    "url": api_url(parent, self.context["request"]),
                }
                for parent in readers.raised_by(record)
            ],
        }

    def to_internal_value(self, data):
        if isinstance(data, dict):
            # A change may say in its body which version it was made from, and why it is made.
            sayable = set() if self.instance is None else {"version", "reason"}
            unknown = [name for name in data if name not in self.fields and name not in sayable]
            protected = [
                name for name in data if name in self.fields and self.fields[name].read_only and name not in sayable
            ]
            errors = {name: [_("There is no such field.")] for name in unknown}
            errors |= {name: [_("This field is kept by Parley and cannot be set.")] for name in protected}
            if errors:
                raise exceptions.ValidationError(errors)
        fields = super().to_internal_value(data)
        fields.pop(guard.REASON, None)  # heard by the view, for whatever is written
        return fields


class VersionSerializer(serializers.Serializer):
    """The body of a withdrawal."""

    reason = serializers.CharField(max_length=2000, help_text="Why; kept in the history.")
    version = serializers.IntegerField(required=False, help_text="The version looked at, where If-Match is not sent.")


class MarkingSerializer(serializers.Serializer):
    """Who is to see a record."""

    level = serializers.ChoiceField(choices=Level.choices)
    compartments = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="Identifiers of compartments you belong to; as they are where left out.",
    )
    reason = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, default="", help_text="Needed to lower; kept in the history."
    )
    version = serializers.IntegerField(required=False, help_text="The version looked at, where If-Match is not sent.")


class LookedAtSerializer(serializers.Serializer):
    """The body of what needs nothing but the version looked at."""

    version = serializers.IntegerField(required=False, help_text="The version looked at, where If-Match is not sent.")
