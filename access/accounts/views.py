"""Signing in and out, the account page, the password, the places one is signed in."""

from allauth.account import views as allauth
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.generic import TemplateView

from access import permissions, second_factor
from access.accounts import adapters, arrival, forms, sign_in_log
from access.accounts.devices import device_words
from access.accounts.entering import sign_in
from access.services.mail import mail_address_of
from access.sessions import digest


class SignIn(allauth.LoginView):
    """By name and password. After too many failures the answer is 429 and says when to try again."""

    template_name = "account/login.html"
    form_class = forms.SignInForm

    def form_valid(self, form) -> HttpResponse:
        return sign_in(self.request, form.user, "password", self.get_success_url())

    def form_invalid(self, form) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error("__all__", "too_many_login_attempts"):
            response.status_code = 429
            response.headers["Retry-After"] = str(adapters.WAIT_SECONDS)
        return response

    def get_context_data(self, **kwargs):
        why = arrival.words_for(self.request.session.get(arrival.REASON_KEY, ""))
        return super().get_context_data(**kwargs) | {"why": why, "next": self.get_next_url() or ""}


class SignOut(allauth.LogoutView):
    """Ends the session, or a sign-in that was begun; by POST only."""

    http_method_names = ["post"]


class Account(LoginRequiredMixin, TemplateView):
    """The reader's own account: password, second factors, places signed in."""

    template_name = "account/index.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        authenticators = list(Authenticator.objects.filter(user=user).order_by("created_at"))
        by_type = {kind: [one for one in authenticators if one.type == kind] for kind in Authenticator.Type.values}
        codes = by_type["recovery_codes"]
        return super().get_context_data(**kwargs) | {
            "title": _("Your account"),
            "app": next(iter(by_type["totp"]), None),
            "passkeys": [(one, one.wrap().name) for one in by_type["webauthn"]],
            "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
            "must_have_one": second_factor.must_have_one(user),
            "has_one": bool(by_type["totp"] or by_type["webauthn"]),
            "session_count": arrival.standing_sessions(user).count(),
            "compartments": user.compartments.all(),
            "mail_address": mail_address_of(user),
            "token_count": user.tokens.usable().count(),
            "may_break_glass": permissions.BREAK_GLASS in permissions.ALLOWED[user.role],
        }


class ChangePassword(allauth.PasswordChangeView):
    """Needs the current password; ends the account's other sessions."""

    template_name = "account/password_change.html"
    form_class = forms.ChangePasswordForm

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        end_other_sessions(self.request)
        sign_in_log.password_changed(self.request.user)
        messages.success(self.request, _("Your password is changed. You are signed out everywhere else."))
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Change your password"),
            "lede": _("You will be signed out everywhere else."),
            "cancel_url": reverse("mfa_index"),
        }


class Confirm(allauth.ReauthenticateView):
    """Before something about the account changes: the password once more."""

    template_name = "account/reauthenticate.html"
    form_class = forms.ConfirmForm


class Sessions(LoginRequiredMixin, TemplateView):
    """Where one is signed in, and ending it there. ``end`` names one session, or ``others`` all but this."""

    template_name = "account/sessions.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        asked = request.POST.get("end", "")
        found = [one.pk for one in other_sessions(request) if asked in {"others", one.pk}]
        ended, _by_model = other_sessions(request).filter(pk__in=found).delete()
        if ended:
            sign_in_log.signed_out(request.user, "ended elsewhere")
            words = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", ended)
            messages.success(request, words % {"count": ended})
        else:
            messages.info(request, _("That session had ended already."))
        return redirect("account_sessions")

    def get_context_data(self, **kwargs):
        here = digest(self.request.session.session_key)
        rows = [
            {"session": one, "device": device_words(one.user_agent), "is_here": one.pk == here}
            for one in arrival.standing_sessions(self.request.user)
        ]
        return super().get_context_data(**kwargs) | {"title": _("Where you are signed in"), "rows": rows}


class CannotSignIn(TemplateView):
    """What to do without a password or a second factor: nothing is sent by mail, an administrator helps."""

    template_name = "account/help.html"


class SessionState(View):
    """What a page asks before it sends a form: whether its reader is still signed in, and the form's new token."""

    def get(self, request: HttpRequest) -> JsonResponse:
        is_in = request.user.is_authenticated
        return JsonResponse(
            {
                "signed_in": is_in,
                "seconds_left": arrival.seconds_left(request) if is_in else 0,
                "csrf_token": get_token(request),
            }
        )


class SessionBack(TemplateView):
    """Where the small sign-in window ends: it tells the page that opened it, and closes."""

    template_name = "account/signed_in_again.html"


def other_sessions(request: HttpRequest):
    """Return the reader's sessions but this one."""
    return request.user.sessions.exclude(pk=digest(request.session.session_key))


def end_other_sessions(request: HttpRequest) -> None:
    """Sign the reader out everywhere else: after a change of password or of second factors."""
    other_sessions(request).delete()
