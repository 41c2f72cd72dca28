"""Second factors: showing one at sign-in, setting up and removing authenticator app, passkeys and recovery codes."""

import time

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ConfirmByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _

from access.accounts import sign_in_log
from access.accounts.entering import entering
from access.accounts.views import end_other_sessions

# New recovery codes are shown, and can be downloaded, this long; afterwards only new ones can be made.
CODES_SHOWN_FOR = 10 * 60
CODES_KEY = "recovery_codes_shown_until"


class ShowFactor(AuthenticateView):
    """The second step of a sign-in: a code or a passkey."""

    template_name = "mfa/authenticate.html"

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        user = self.stage.login.user
        if not user.is_active:
            return self.stage.abort()
        with entering(user):
            return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        user = self.stage.login.user
        context = super().get_context_data(**kwargs)
        return context | {"has_passkey": has(user, "webauthn"), "has_codes": has(user, "totp", "recovery_codes")}


class SignInByPasskey(LoginWebAuthnView):
    """Instead of name, password and second factor: a passkey that asks for a PIN, a fingerprint or a face."""

    def form_valid(self, form) -> HttpResponse:
        user = form.cleaned_data["credential"].user
        if not user.is_active:
            return self.form_invalid(form)
        with entering(user):
            return super().form_valid(form)

    def form_invalid(self, form) -> HttpResponse:
        sign_in_log.sign_in_failed("webauthn", "")
        messages.error(self.request, _("This passkey did not sign you in. Try again, or use your password."))
        return redirect("account_login")


class ConfirmByCode(ConfirmByCodeView):
    template_name = "mfa/reauthenticate.html"


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    template_name = "mfa/webauthn/reauthenticate.html"


class ChangesFactors:
    """After a factor was added or removed: write it down, end other sessions, say so.

    Whoever was signed in with the password alone elsewhere must not become more by a factor set up here.
    """

    def added(self, kind: str, words: str) -> None:
        sign_in_log.factor_added(self.request.user, kind)
        self.changed(words)

    def removed(self, kind: str, words: str) -> None:
        sign_in_log.factor_removed(self.request.user, kind)
        self.changed(words)

    def changed(self, words: str) -> None:
        end_other_sessions(self.request)
        messages.success(self.request, words)

    def show_codes(self) -> None:
        self.request.session[CODES_KEY] = time.time() + CODES_SHOWN_FOR


class SetUpApp(ChangesFactors, ActivateTOTPView):
    template_name = "mfa/totp/activate_form.html"

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        if self.did_generate_recovery_codes:
            self.show_codes()
        self.added("totp", _("Your authenticator app is set up."))
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("Set up an authenticator app")}


class RemoveApp(ChangesFactors, DeactivateTOTPView):
    template_name = "mfa/remove.html"

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        self.removed("totp", _("Your authenticator app no longer works here."))
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("Remove the authenticator app")}


class AddPasskey(ChangesFactors, AddWebAuthnView):
    template_name = "mfa/webauthn/add_form.html"

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        if self.did_generate_recovery_codes:
            self.show_codes()
        self.added("webauthn", _("The passkey is added."))
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("Add a passkey")}


class RemovePasskey(ChangesFactors, RemoveWebAuthnView):
    template_name = "mfa/remove.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        self.removed("webauthn", _("The passkey is removed."))
        return response

    def get_context_data(self, **kwargs):
        name = self.object.wrap().name
        return super().get_context_data(**kwargs) | {"title": _("Remove the passkey “%(name)s”") % {"name": name}}


class ShownOnce:
    """Recovery codes are shown for ten minutes after they were made."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if time.time() > request.session.get(CODES_KEY, 0):
            messages.info(request, _("Recovery codes are shown once. If yours are lost, make new ones."))
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class RecoveryCodes(ShownOnce, ViewRecoveryCodesView):
    template_name = "mfa/recovery_codes/index.html"
    extra_context = {"title": _("Your recovery codes")}

    def post(self, request: HttpRequest) -> HttpResponse:
        """They are written down: show them no more."""
        request.session.pop(CODES_KEY, None)
        return redirect("mfa_index")


class DownloadRecoveryCodes(ShownOnce, DownloadRecoveryCodesView):
    template_name = "mfa/recovery_codes/download.txt"


class MakeRecoveryCodes(ChangesFactors, GenerateRecoveryCodesView):
    template_name = "mfa/recovery_codes/generate.html"

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        self.show_codes()
        self.added("recovery_codes", _("Your old recovery codes no longer work."))
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Make new recovery codes"),
            "cancel_url": reverse("mfa_index"),
        }


def has(user, *kinds: str) -> bool:
    return Authenticator.objects.filter(user=user, type__in=kinds).exists()
