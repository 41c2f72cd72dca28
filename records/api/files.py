"""Files in the API: given with a record, given out again; attachments."""

import base64
import binascii
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser

from access.context import current_reader
from records.api.parsers import JSONParser
from records.api.serializers import AboutRecordMixin, RecordKindField, RecordSerializer, api_url
from records.api.viewsets import RecordViewSet
from records.attachments import attach_file, attachable, is_given_out
from records.files import Missing, given_out
from records.filters import AttachmentFilter
from records.models import Attachment, Record


class FileMissing(APIException):
    """The file is not in the store, or is no longer what was received."""

    status_code = 410
    default_code = "file_missing"

    def __init__(self):
        super().__init__(_("The file is not in the store, or is no longer what was received. Tell an administrator."))


@extend_schema_field(OpenApiTypes.BYTE)
class Base64Field(serializers.Field):
    """Bytes, in base64."""

    default_error_messages = {"invalid": gettext_lazy("Give the file’s bytes in base64.")}

    def to_internal_value(self, data) -> bytes:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            return self.fail("invalid")

    def to_representation(self, value):
        return None


class WithFileMixin(serializers.Serializer):
    """A record that holds a file: given once, in base64 within JSON or as a part of ``multipart/form-data``.

    What was given stands in the validated data under ``given``: its bytes, its name, and the field it was given by.
    """

    content = Base64Field(
        write_only=True, required=False, help_text="The file’s bytes in base64, in a JSON body (below 3.5 MB)."
    )
    file = serializers.FileField(
        write_only=True, required=False, help_text="The file as a part of a multipart/form-data body."
    )
    file_name = serializers.CharField(
        required=False, max_length=255, help_text="What the file is called; the ending follows its type."
    )
    file_url = serializers.SerializerMethodField(help_text="Where the file is read; null where there is none.")

    file_fields = ("file_name", "media_type", "size", "sha256", "content", "file", "file_url")

    def get_file_url(self, record) -> str | None:
        return f"{api_url(record, self.context['request'])}file/" if record.sha256 else None

    def to_internal_value(self, data):
        if self.instance is not None and isinstance(data, dict):
            told = _("A file is never replaced. Withdraw this record and add another.")
            if stated := {"content", "file", "file_name"} & set(data):
                raise exceptions.ValidationError({name: [told] for name in sorted(stated)})
        return super().to_internal_value(data)

    def validate(self, attrs):
        attrs = super().validate(attrs)
        content, file, name = attrs.pop("content", None), attrs.pop("file", None), attrs.pop("file_name", "")
        if content is not None and file is not None:
            raise exceptions.ValidationError({"content": [_("Give the file once.")]})
        if content is not None:
            attrs["given"] = (content, name, "content")
        elif file is not None:
            attrs["given"] = (file.read(), name or file.name, "file")
        return attrs


class FilesMixin:
    """For resources of records that hold a file."""

    parser_classes = [JSONParser, MultiPartParser]

    def perform_content_negotiation(self, request, force=False):
        # A file is given out as what it is, whatever the client says it accepts.
        return super().perform_content_negotiation(request, force=force or self.action == "file")

    def written(self, given: tuple[bytes, str, str], write) -> Record:
        """Call ``write`` with bytes and name, and name the field they were given by where they are refused."""
        content, name, field = given
        try:
            return write(content, name)
        except ValidationError as error:
            if not hasattr(error, "error_dict") or "file" not in error.error_dict:
                raise
            raise ValidationError({field: error.error_dict["file"]}) from error

    def is_given_out(self, record) -> bool:
        return True

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"], filter_backends=[])
    def file(self, request, *args, **kwargs):
        """The file, byte for byte as it was received."""
        record = self.get_object()
        if not record.sha256 or not self.is_given_out(record):
            raise exceptions.NotFound
        try:
            content = record.content()
        except Missing as error:
            raise FileMissing from error
        return given_out(content, record.media_type, record.file_name)


class AttachmentSerializer(WithFileMixin, AboutRecordMixin, RecordSerializer):
    record_kind = RecordKindField(attachable, source="record_type")
    title = serializers.CharField(required=False, max_length=200, help_text="Left out: the file’s name.")

    class Meta:
        model = Attachment
        fields = (
            *RecordSerializer.base_fields, "record_kind", "record_id", "title", *WithFileMixin.file_fields,
        )  # fmt: skip

    def validate(self, attrs):
        attrs = super().validate(attrs)
        if self.instance is None and "given" not in attrs:
            told = _("Give the file: its bytes in base64, or as a part of multipart/form-data.")
            raise exceptions.ValidationError({"content": [told]})
        return attrs


class AttachmentViewSet(FilesMixin, RecordViewSet):
    """Files that belong to records. No lists of people who are held, were returned or died."""

    queryset = Attachment.objects.all()
    serializer_class = AttachmentSerializer
    filterset_class = AttachmentFilter
    ordering_fields = ("title", "size", "recorded_at", "updated_at")
    related = ("record_type",)

    def make(self, fields: dict[str, Any]) -> Record:
        given = fields.pop("given")
        return self.written(given, lambda content, name: attach_file(
            current_reader(), Attachment(**fields), content, name))  # fmt: skip

    def is_given_out(self, record) -> bool:
        return is_given_out(record)
