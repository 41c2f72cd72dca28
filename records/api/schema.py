"""What the OpenAPI schema says of every operation: the one error shape, and the header that names a version."""

from inspect import getdoc

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

CODES = {
    400: ("invalid", "Something in the request is wrong; `fields` says what, by name."),
    401: ("not_authenticated", "Nobody is signed in, or the token is unknown, expired or revoked."),
    403: ("permission_denied", "Your role or clearance does not allow this."),
    404: ("not_found", "There is no such record, or you may not see it: the two are never told apart."),
    412: ("stale_version", "The record was changed since you read it. Read it again."),
    428: ("version_required", "Say which version you changed, in If-Match or in the body."),
}


class ErrorDetailSerializer(serializers.Serializer):
    """A stable code for programs, a sentence for people, and what is wrong with which field."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Sentences by field; under `record` what concerns several fields together.",
    )


class ErrorSerializer(serializers.Serializer):
    """Every error has this shape."""

    error = ErrorDetailSerializer()


class RecordSchema(AutoSchema):
    """Adds to every operation what its kind of record is and the errors it may answer."""

    def get_description(self) -> str:
        queryset = getattr(self.view, "queryset", None)
        return getdoc(queryset.model) if queryset is not None else super().get_description()

    def get_response_serializers(self):
        given = super().get_response_serializers()
        if not isinstance(given, dict):
            given = {201 if getattr(self.view, "action", "") == "create" else 200: given}
        return given | {code: self.error(code) for code in self.errors()}

    def errors(self) -> list[int]:
        """Return the codes: of everything, of what has an address, of what changes a record."""
        codes = [400, 401, 403]
        if getattr(self.view, "detail", False):
            codes.append(404)
            if self.method != "GET":
                codes += [412, 428]
        return codes

    def error(self, status: int) -> OpenApiResponse:
        code, description = CODES[status]
        return OpenApiResponse(ErrorSerializer, f"`{code}`: {description}")
