"""What the OpenAPI schema says of every operation: which kind of record it concerns, and how it may be refused."""

from functools import lru_cache
from inspect import getdoc

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description='The version you changed, for example "3".'
)

ERROR = {
    "type": "object",
    "description": "Every error has this shape.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string", "description": "Stable, for programs."},
                "message": {"type": "string", "description": "A sentence for people."},
                "fields": {
                    "type": "object",
                    "description": "What is wrong, by field; under `record` what concerns several fields together.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}
REFUSALS = {
    "400": ("invalid", "Something in the request is wrong; `fields` says what, by name."),
    "401": ("not_authenticated", "Nobody is signed in, or the token is unknown, expired or revoked."),
    "403": ("permission_denied", "Your role or clearance does not allow this."),
    "404": ("not_found", "There is no such record, or you may not see it: the two are never told apart."),
    "412": ("stale_version", "The record was changed since you read it. Read it again."),
    "428": ("version_required", "Say which version you changed, in If-Match or in the body."),
    "429": ("throttled", "Too many of these from one address; wait as long as Retry-After says."),
    "503": ("read_only", "Parley is read-only or closed for now; nothing was saved. Try again after Retry-After."),
}


MERGED = {"description": "The record was merged into another: `Location` leads to that one, for who may see both."}


class RecordSchema(AutoSchema):
    """Describes an operation by the kind of record it concerns, where its resource says nothing of its own."""

    def get_description(self) -> str:
        queryset = getattr(self.view, "queryset", None)
        if queryset is not None and type(self.view).__doc__ is None:
            return getdoc(queryset.model)
        return super().get_description()


def add_refusals(result: dict, generator, request, public: bool) -> dict:
    """Name, for every operation, how it may be refused: one shape, described once. A hook of drf-spectacular."""
    components = result["components"]
    components["schemas"]["Error"] = ERROR
    components["responses"] = {
        status: {
            "description": f"`{code}`: {description}",
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Error"},
                    "example": {"error": {"code": code, "message": description, "fields": {}}},
                }
            },
        }
        for status, (code, description) in REFUSALS.items()
    }
    for path, operations in result["paths"].items():
        for operation in operations.values():
            for status in refusals_of(path, operation):
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{status}"})
        if path.endswith("/{id}/") and "get" in operations:
            operations["get"]["responses"]["301"] = MERGED
    return result


def refusals_of(path: str, operation: dict) -> list[str]:
    """Return the statuses: of everything, of what is throttled, has an address, changes a certain version."""
    statuses = ["400", "401", "403", "503"]
    if path.endswith("/revoke-token/"):
        statuses.append("429")
    if "{" in path:
        statuses.append("404")
    if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", [])):
        statuses += ["412", "428"]
    return statuses


@lru_cache(maxsize=8)
def schema_in(_language: str | None) -> dict:
    """Return the whole schema in the language that is active now, as ``manage.py spectacular`` writes it.

    It takes seconds to make and says the same to every reader, so a process makes it once for each language.
    """
    return SchemaGenerator().get_schema(request=None, public=True)


class SchemaMadeOnce(SchemaGenerator):
    """Serves the schema without making it anew for each request."""

    def get_schema(self, request=None, public=False) -> dict:
        """Return what ``schema_in`` does: it names no reader and nothing that only some may see."""
        return schema_in(get_language())
