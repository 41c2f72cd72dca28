"""Administrators' pages about compartments. To everybody else they do not exist."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import ListView
from django.views.generic.edit import FormView

from access.context import current_reader
from access.forms import CompartmentForm, MemberForm, ReasonForm
from access.models import Compartment, Membership
from access.services.rights import add_compartment, rename_compartment, set_membership
from access.views.allowed import Allowed


class CompartmentList(Allowed, ListView):
    """Every compartment with the number of its members."""

    template_name = "access/compartment_list.html"
    queryset = Compartment.objects.annotate(size=Count("memberships"))

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Compartments"),
            "lede": _("Circles of people who need to know. Only members and administrators see that one exists."),
        }


class CompartmentAdd(Allowed, FormView):
    """A new compartment."""

    template_name = "records/form.html"
    form_class = CompartmentForm

    def form_valid(self, form):
        try:
            compartment = add_compartment(current_reader(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The compartment is made. Now say who belongs to it."))
        return HttpResponseRedirect(reverse("access:compartment-detail", args=[compartment.pk]))

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("New compartment"),
            "cancel_url": reverse("access:compartment-list"),
        }


class OneCompartment(Allowed):
    """A page about the compartment of ``pk``."""

    model = Compartment

    def compartment(self) -> Compartment:
        return get_object_or_404(Compartment, pk=self.kwargs["pk"])

    def url(self) -> str:
        return reverse("access:compartment-detail", args=[self.kwargs["pk"]])


class CompartmentDetail(OneCompartment, FormView):
    """One compartment: its members, and somebody to add."""

    template_name = "access/compartment_detail.html"
    form_class = MemberForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"compartment": self.compartment(), "by": self.request.user}

    def form_valid(self, form):
        user, reason = form.cleaned_data["user"], form.cleaned_data["reason"]
        set_membership(current_reader(), user, self.compartment(), is_member=True, reason=reason)
        messages.success(self.request, _("%(name)s is a member now.") % {"name": user})
        return HttpResponseRedirect(self.url())

    def get_context_data(self, **kwargs):
        compartment = self.compartment()
        return super().get_context_data(**kwargs) | {
            "title": compartment.name,
            "lede": compartment.code,
            "compartment": compartment,
            "memberships": compartment.memberships.select_related("user").order_by("user__username"),
        }


class CompartmentRename(OneCompartment, FormView):
    """Another code or name."""

    template_name = "records/form.html"
    form_class = CompartmentForm

    def get_initial(self):
        compartment = self.compartment()
        return {"code": compartment.code, "name": compartment.name}

    def form_valid(self, form):
        try:
            rename_compartment(current_reader(), self.compartment(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The compartment is renamed."))
        return HttpResponseRedirect(self.url())

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Rename %(name)s") % {"name": self.compartment()},
            "cancel_url": self.url(),
        }


class MemberRemove(Allowed, FormView):
    """Take somebody out of a compartment."""

    model = Membership
    template_name = "access/confirm.html"
    form_class = ReasonForm

    def membership(self) -> Membership:
        found = Membership.objects.select_related("user", "compartment")
        return get_object_or_404(found, pk=self.kwargs["pk"])

    def form_valid(self, form):
        membership = self.membership()
        set_membership(
            current_reader(),
            membership.user,
            membership.compartment,
            is_member=False,
            reason=form.cleaned_data["reason"],
        )
        messages.success(self.request, _("%(name)s is no longer a member.") % {"name": membership.user})
        return HttpResponseRedirect(reverse("access:compartment-detail", args=[membership.compartment_id]))

    def get_context_data(self, **kwargs):
        membership = self.membership()
        return super().get_context_data(**kwargs) | {
            "title": _("Take %(name)s out of %(compartment)s")
            % {"name": membership.user, "compartment": membership.compartment},
            "lede": _("From the next page on they see nothing of this compartment."),
            "submit_label": _("Take out"),
            "is_danger": True,
            "cancel_url": reverse("access:compartment-detail", args=[membership.compartment_id]),
        }
