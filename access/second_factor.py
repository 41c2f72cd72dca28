"""Who must have a second factor. Source: the setting SECOND_FACTOR_REQUIRED_FOR."""

from allauth.mfa.models import Authenticator
from django.conf import settings

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
