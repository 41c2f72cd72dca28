"""The one shape of every error that programs are answered with."""

from django.http import JsonResponse

# PostgreSQL's code for what the policies refuse.
REFUSED_BY_POLICY = "42501"


def error_body(code: str, message: str, fields: dict | None = None) -> dict:
    """Return the one shape of every error: a stable code, a sentence, and what is wrong with which field."""
    return {"error": {"code": code, "message": str(message), "fields": fields or {}}}


def refusal(code: str, message: str, status: int, **headers: str) -> JsonResponse:
    """Answer a program, outside DRF, in that shape."""
    return JsonResponse(error_body(code, message), status=status, headers=headers)
