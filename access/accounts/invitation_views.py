"""Accepting an invitation: the link's secret leaves the address at once, then a password is chosen."""

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View
from django.views.generic import FormView

from access.accounts import forms, sign_in_log
from access.accounts.entering import sign_in
from access.services import invitations

SECRET_KEY = "invitation"  # noqa: S105 - the name of a place in the session


class InvitationLink(View):
    """Takes the secret out of the address, where history, logs and the next page would see it, into the session."""

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        request.session[SECRET_KEY] = secret
        return redirect("invitation")


class AcceptInvitation(FormView):
    """Asks for a password. Unknown, expired, revoked and used invitations are answered alike, also in status."""

    template_name = "account/invitation.html"
    form_class = forms.NewPasswordForm

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        self.secret = request.session.get(SECRET_KEY, "")
        if not ratelimit.consume(request, action="invitation"):
            return ratelimit.respond_429(request)
        self.user = invitations.invited_user(self.secret)
        if self.user is None:
            return self.refuse()
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form) -> HttpResponse:
        user = invitations.accept(self.secret, form.cleaned_data["password1"])
        if user is None:
            return self.refuse()
        self.request.session.flush()
        return sign_in(self.request, user, "password")

    def refuse(self) -> HttpResponse:
        if self.secret:
            sign_in_log.invitation_refused()
            self.request.session.pop(SECRET_KEY, None)
        return render(self.request, "account/invitation_refused.html", status=404)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.user}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"username": self.user.get_username()}
