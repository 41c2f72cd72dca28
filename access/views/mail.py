"""Where somebody is reminded by mail: their own page, and the administrators'."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView

from access.forms import MailAddressForm
from access.models import User
from access.services.mail import keep_mail_address, mail_address_of
from access.views.allowed import Allowed


class OwnMailAddress(LoginRequiredMixin, FormView):
    """The reader's own address."""

    template_name = "records/form.html"
    form_class = MailAddressForm

    def get_person(self) -> User:
        return self.request.user

    def get_initial(self):
        return {"address": mail_address_of(self.get_person())}

    def get_success_url(self) -> str:
        return reverse("mfa_index")

    def form_valid(self, form):
        keep_mail_address(self.get_person(), form.cleaned_data["address"])
        is_given = bool(form.cleaned_data["address"])
        told = _("The mail address is kept.") if is_given else _("The mail address is forgotten; no mail is sent.")
        messages.success(self.request, told)
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs):
        lede = _("Reminders are in Parley anyway, under “My work”. Only you and administrators see this address.")
        if not settings.EMAIL_HOST:
            lede += " " + _("This installation has no mail server, so no mail is sent for now.")
        return super().get_context_data(**kwargs) | {
            "title": _("Reminders by mail"),
            "lede": lede,
            "submit_label": _("Save"),
            "cancel_url": self.get_success_url(),
        }


class UserMailAddress(Allowed, OwnMailAddress):
    """Somebody else's address, for administrators."""

    model = User

    def get_person(self) -> User:
        return get_object_or_404(User, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("access:user-detail", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs):
        told = {"title": _("Mail address of %(name)s") % {"name": self.get_person()}}
        return super().get_context_data(**kwargs) | told
