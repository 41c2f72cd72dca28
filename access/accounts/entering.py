"""The steps between a right password and being signed in run as somebody who is entering."""

from contextlib import AbstractContextManager

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from access.accounts import arrival, sign_in_log
from access.context import Reader, acting_as, current_reader, entry_principal, has_reader
from access.models import User


def entering(user: User) -> AbstractContextManager[Reader]:
    """Act as ``entry:<user>`` for the rest of a step, within the request's own transaction.

    The user must be active: nobody else has this principal.
    """
    reader = current_reader()
    return acting_as(entry_principal(user), **reader.act)


def sign_in(request: HttpRequest, user: User, how: str, redirect_url: str | None = None) -> HttpResponse:
    """Sign in a user who has just proved who they are, going on to the second factor where there is one."""
    with entering(user):
        record_authentication(request, user, how, reauthenticated=True)
        return perform_login(request, user, redirect_url=redirect_url)


@receiver(user_logged_in)
def note_sign_in(sender, request, user, **kwargs):
    arrival.begin(request)
    if has_reader():
        sign_in_log.signed_in(user, ", ".join(methods(request)) or "session")


@receiver(user_logged_out)
def note_sign_out(sender, request, user, **kwargs):
    if user is not None and has_reader():
        sign_in_log.signed_out(user, "asked")


def methods(request: HttpRequest) -> list[str]:
    """Return by what this session was proved, in order: password, totp, webauthn, recovery_codes."""
    records = request.session.get("account_authentication_methods", [])
    return list(dict.fromkeys(record.get("type") or record["method"] for record in records))
