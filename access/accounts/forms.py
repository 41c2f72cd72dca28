"""The forms of the account pages, in Parley's words."""

from allauth.account.forms import ChangePasswordForm as BaseChangePasswordForm
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as BaseConfirmByCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from cryptography.fernet import InvalidToken
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from access.accounts import sign_in_log


def without_placeholders(form: forms.Form) -> None:
    """Labels stand above their fields; a placeholder would repeat them in a paler colour."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.label = _("User name"), _("Password")
        password.help_text = ""
        name.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "username webauthn"}
        name.error_messages["required"] = _("Type your user name.")
        password.error_messages["required"] = _("Type your password.")


class ConfirmForm(ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["password"].label, self.fields["password"].help_text = _("Password"), ""


class ChangePasswordForm(BaseChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["oldpassword"].label, self.fields["oldpassword"].help_text = _("Current password"), ""
        new_password_words(self)


class NewPasswordForm(forms.Form):
    """The first password of an invited person, or the new one of somebody whose access was reset."""

    password1 = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), max_length=1000
    )
    password2 = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), max_length=1000
    )

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        new_password_words(self)

    def clean_password1(self) -> str:
        password = self.cleaned_data["password1"]
        validate_password(password, self.user)
        return password

    def clean(self):
        data = super().clean()
        if "password1" in data and data["password1"] != data.get("password2"):
            self.add_error("password2", _("The two passwords differ. Type the same one twice."))
        return data


def new_password_words(form: forms.Form) -> None:
    first, second = form.fields["password1"], form.fields["password2"]
    first.label, second.label = _("New password"), _("New password again")
    first.help_text = _("At least 12 characters, for example four unconnected words. Pasting is allowed.")


class CodeMixin:
    """A code of the authenticator app, or a recovery code: neither works twice."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        code = self.fields["code"]
        code.label = _("Code")
        code.widget.attrs |= {"inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}
        code.help_text = _("The six digits your authenticator app shows, or one of your recovery codes.")
        code.error_messages["required"] = _("Type the code.")

    def clean_code(self) -> str:
        try:
            code = super().clean_code()
        except InvalidToken:
            raise ValidationError(
                _("Your second factor can no longer be read. Ask an administrator to reset your access.")
            ) from None
        if self.authenticator.type == Authenticator.Type.TOTP:
            # allauth remembers a used code for one period; with tolerance it is valid for longer.
            periods = 2 * app_settings.TOTP_TOLERANCE + 1
            key = f"parley.totp.used:{self.user.pk}:{code.strip()}"
            if not cache.add(key, 1, periods * app_settings.TOTP_PERIOD):
                raise get_adapter().validation_error("incorrect_code")
        return code

    def _emit_authentication_failed(self, authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        sign_in_log.sign_in_failed(authenticator.type, self.user.get_username())


class CodeForm(CodeMixin, AuthenticateForm):
    """At sign-in, after the password."""


class ConfirmByCodeForm(CodeMixin, BaseConfirmByCodeForm):
    """Before something about the account is changed."""


class ActivateAppForm(ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["code"].label = _("Code")
        self.fields["code"].help_text = _("The six digits the app shows now.")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"
        self.fields["code"].error_messages["required"] = _("Type the code the app shows.")


class AddPasskeyForm(AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you know it again: the device or where you keep the key.")
        self.fields["name"].max_length = 100
        self.fields["passwordless"].label = _("Sign in with it alone, without the password")
        self.fields["passwordless"].help_text = _("The device then asks for your PIN, fingerprint or face each time.")
