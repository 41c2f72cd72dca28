"""What the tests about accounts share: attempts, codes, an account with a second factor."""

import base64
import hmac
import struct
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from access.context import SYSTEM, acting_as
from access.models import Event
from tests.people import PASSWORD

APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def attempt(client: Client, name: str, password: str = PASSWORD, **more):
    """Send the sign-in form."""
    return client.post("/sign-in/", {"login": name, "password": password, **more})


def code_at(step: int = 0, key: str = APP_KEY) -> str:
    """Return what an authenticator app shows now, or some steps of 30 seconds earlier or later (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.digest(base64.b32decode(key), counter, "sha1")
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def give_app(user) -> None:
    """Set up an authenticator app with APP_KEY and recovery codes."""
    with acting_as(SYSTEM):
        TOTP.activate(user, APP_KEY)
        RecoveryCodes.activate(user)


def recovery_codes_of(user) -> list[str]:
    return RecoveryCodes(user.authenticator_set.get(type="recovery_codes")).get_unused_codes()


def events(kind: str) -> list[Event]:
    with acting_as(SYSTEM):
        return list(Event.objects.filter(kind=kind).order_by("id"))
