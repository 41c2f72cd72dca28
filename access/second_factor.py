"""Who must have a second factor (source: the setting SECOND_FACTOR_REQUIRED_FOR), and who has just shown one."""

import time

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from access.levels import Level
from access.models import User

# Recovery codes stand in for a lost factor; they are none by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def must_have_one(user: User) -> bool:
    """Return whether the setting names the user's role, or everybody cleared for confidential and the user is."""
    required_for = settings.SECOND_FACTOR_REQUIRED_FOR
    return user.role in required_for or ("confidential" in required_for and user.clearance >= Level.CONFIDENTIAL)


def has_one(user: User) -> bool:
    """Return whether the user has an authenticator app or a passkey."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def is_missing(user: User) -> bool:
    """Return whether the user must have a second factor and has none."""
    return must_have_one(user) and not has_one(user)


def was_shown_lately(request: HttpRequest) -> bool:
    """Return whether a second factor was shown in this session within ACCOUNT_REAUTHENTICATION_TIMEOUT.

    The password alone does not count, nor does a factor that was only set up.
    """
    earliest = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" and record["at"] >= earliest for record in records)


def page_to_show_it(user: User) -> str:
    """Return the name of the page on which the user shows a second factor once more."""
    has_app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return "mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn"
