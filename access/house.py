"""The emergency switch as a request meets it: closed to everybody but administrators, or open for reading only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from access.accounts.signed_out import fields_to_hold
from access.context import Reader
from access.levels import Role
from access.refusals import refusal

READ_ONLY = "read_only"
CLOSED = "closed"
RETRY_SECONDS = "600"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Signing in and out, and revoking a token that somebody found: reached whatever the state.
ALWAYS = ("/sign-in/", "/sign-out/", "/session/", "/theme/", "/revoke-token/", "/api/v1/revoke-token/")
# What protects accounts rather than records goes on while records are only read.
GOES_ON_READ_ONLY = (*ALWAYS, "/invitations/", "/account/", "/administration/", "/broken-glass/")


def house_words(reader: Reader) -> dict | None:
    """Return what every page says while the house is not open: state, reason and since when; None while it is."""
    if reader.house_state == "open":
        return None
    return {"is_closed": reader.house_state == CLOSED, "reason": reader.house_reason, "since": reader.house_since}


def answer_closed(request: HttpRequest, reader: Reader) -> HttpResponse | None:
    """Return the answer to everybody whom the closed house shuts out, or None."""
    if reader.house_state != CLOSED or reader.role == Role.ADMINISTRATOR or request.path.startswith(ALWAYS):
        return None
    if request.path.startswith("/api/"):
        return refusal("closed", _("Parley is closed for now. Try again later."), 503, **{"Retry-After": RETRY_SECONDS})
    return unavailable(request, "access/closed.html", {})


def answer_read_only(request: HttpRequest, reader: Reader) -> HttpResponse | None:
    """Return the answer to a request that would write while nothing is written, with what was typed; or None.

    Called after the CSRF check, because the page offers to send the same again.
    """
    if reader.house_state == "open" or request.method in READING or request.path.startswith(GOES_ON_READ_ONLY):
        return None
    if request.path.startswith("/api/"):
        told = _("Parley is read-only for now. Nothing was saved; send it again later.")
        return refusal("read_only", told, 503, **{"Retry-After": RETRY_SECONDS})
    return unavailable(request, "access/read_only.html", {"typed": fields_to_hold(request)})


def unavailable(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    """Render a page with status 503 and say when to try again."""
    response = render(request, template, context, status=503)
    response.headers["Retry-After"] = RETRY_SECONDS
    return response
