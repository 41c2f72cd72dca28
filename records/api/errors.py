"""One shape for every error."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import DatabaseError, IntegrityError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response

from access.refusals import REFUSED_BY_POLICY, error_body
from records import guard
from records.models import Record
from records.refusals import refusal_of
from records.services import StaleVersion


class Precondition(exceptions.APIException):
    """A change came without the version it was made from."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "version_required"
    default_detail = gettext_lazy('Say which version you changed: send If-Match: "3" or the field version.')


class Stale(exceptions.APIException):
    """The record has changed since it was read."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"

    def __init__(self, current: Record):
        super().__init__(
            _("The record is now version %(version)s. Read it again, then send your change.")
            % {"version": current.version}
        )


class TooLarge(exceptions.APIException):
    """The body is longer than any record can be."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
        super().__init__(_("The body is too large. Send at most %(most)s MB.") % {"most": most})


def exception_handler(exc: Exception, context: dict) -> Response | None:
    """Turn every refusal into the one error shape. What the policies refuse is 403, never 500."""
    if isinstance(exc, DatabaseError):
        exc = refusal_of(exc) or exc
    if isinstance(exc, ValidationError):
        fields = exc.message_dict if hasattr(exc, "error_dict") else {"record": exc.messages}
        if guard.is_flagged(exc):
            fields.setdefault(guard.REASON, [_("To keep what was flagged, send this field and say why.")])
        exc = exceptions.ValidationError(
            {("record" if name == "__all__" else name): errors for name, errors in fields.items()}
        )
    if isinstance(exc, StaleVersion):
        exc = Stale(exc.current)
    if isinstance(exc, RequestDataTooBig):
        exc = TooLarge()
    if isinstance(exc, Http404):
        exc = exceptions.NotFound(_("There is no such record."))
    if isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(str(exc) or None)
    if isinstance(exc, IntegrityError):
        exc = exceptions.ValidationError({"record": [_("The database refused these values together.")]})
    if isinstance(exc, DatabaseError) and getattr(exc.__cause__, "pgcode", None) == REFUSED_BY_POLICY:
        exc = exceptions.PermissionDenied(_("Your role or clearance does not allow this."))
    if not isinstance(exc, exceptions.APIException):
        return None
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if isinstance(exc, exceptions.ValidationError):
        fields = exc.detail if isinstance(exc.detail, dict) else {"record": exc.detail}
        body = error_body("invalid", _("Some fields need your attention."), fields)
    elif isinstance(exc, exceptions.NotFound):
        body = error_body("not_found", _("There is no such record."))
    else:
        body = error_body(exc.get_codes() if isinstance(exc.get_codes(), str) else exc.default_code, exc.detail)
    return Response(body, status=exc.status_code, headers=headers)
