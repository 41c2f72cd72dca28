"""What allauth asks its host: stages of a sign-in, messages, encryption of second factors."""

import base64
from functools import cache

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from access.accounts import sign_in_log
from access.reach import address_of

# As ACCOUNT_RATE_LIMITS says, in words and in seconds.
WAIT = _("Too many attempts failed. Wait 15 minutes, then try again.")
WAIT_SECONDS = 15 * 60


class AccountAdapter(DefaultAccountAdapter):
    """Accounts by name and password, without addresses and sign-up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The user name or the password is not right. Check both and try again."),
        "too_many_login_attempts": WAIT,
        "rate_limited": WAIT,
        "incorrect_password": _("The password is not right. Type your current password."),
        "enter_current_password": _("The current password is not right. Type the password you signed in with."),
        "incorrect_code": _("The code is not right. Type the one shown now."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        """Password, then the second factor; none of the stages about addresses."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_client_ip(self, request) -> str:
        return address_of(request) or "unknown"

    def is_safe_url(self, url: str) -> bool:
        """Whether a sign-in may go on to this address: only ones of the house itself."""
        request = self.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())

    def authentication_failed(self, request, **credentials) -> None:
        sign_in_log.sign_in_failed("password", credentials.get("username", ""))

    def reauthenticate(self, user, password: str) -> bool:
        """Whether this is the password of the user who is signed in; counted like a sign-in."""
        found = self.authenticate(self.request, username=user.get_username(), password=password)
        return found is not None and found.pk == user.pk

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("mfa_index")


@cache
def cipher(secret_key: str) -> Fernet:
    """Encrypts second factors with a key of its own, derived from SECRET_KEY."""
    derived = salted_hmac("parley.second-factor", "encryption", secret=secret_key, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(derived))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are stored encrypted; the QR code is drawn without styles, for the strict content policy."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("The code is not right, or it was used before. Type the one shown now."),
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        return cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ``cryptography.fernet.InvalidToken`` for what another SECRET_KEY encrypted."""
        return cipher(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as one element of the page: dark squares on light, in either theme."""
        import qrcode

        code = qrcode.QRCode(border=4)
        code.add_data(url)
        code.make()
        rows = code.get_matrix()
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
        return format_html(
            '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
            '<rect width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>',
            len(rows),
            _("QR code with the key below"),
            path,
        )

    def generate_authenticator_name(self, user, type) -> str:
        return str(_("Passkey"))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Parley"}
