"""Administrators' pages about other people's accounts."""

import django_filters
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, ListView
from django.views.generic.edit import FormView

from access.activity import own_events, told_rows
from access.context import current_reader
from access.forms import InviteForm, ReasonForm, ResetForm, RightsForm
from access.levels import Level, Role
from access.models import Compartment, Membership, User
from access.second_factor import FACTORS
from access.services import invitations
from access.services.mail import mail_address_of
from access.services.rights import (
    Rights,
    StaleRights,
    change_rights,
    demand_over,
    rights_of,
    set_active,
    sign_out_everywhere,
)
from access.services.tokens import scope_words, state_of
from access.views.allowed import Allowed, page_of

ACTIVE = [("yes", gettext_lazy("active")), ("no", gettext_lazy("deactivated"))]
EVENTS_SHOWN = 10


class UserFilter(django_filters.FilterSet):
    """By part of the name, role, clearance, compartment, and whether the account is active."""

    q = django_filters.CharFilter(
        label=gettext_lazy("Name"), field_name="username", lookup_expr="icontains", widget=forms.TextInput
    )
    role = django_filters.ChoiceFilter(
        label=gettext_lazy("Role"), choices=Role.choices, empty_label=gettext_lazy("All")
    )
    clearance = django_filters.ChoiceFilter(
        label=gettext_lazy("Clearance"), choices=Level.choices, empty_label=gettext_lazy("All")
    )
    compartment = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Compartment"),
        field_name="compartments",
        queryset=Compartment.objects.all(),
        empty_label=gettext_lazy("All"),
    )
    active = django_filters.ChoiceFilter(
        label=gettext_lazy("Account"), choices=ACTIVE, method="filter_active", empty_label=gettext_lazy("All")
    )

    class Meta:
        model = User
        fields: list[str] = []

    def filter_active(self, queryset, name, value):
        return queryset.filter(is_active=value == "yes")


class UserList(Allowed, ListView):
    """Everybody who has an account."""

    model = User
    template_name = "access/user_list.html"

    def get_queryset(self):
        memberships = Prefetch("memberships", Membership.objects.select_related("compartment"))
        self.filterset = UserFilter(self.request.GET, queryset=User.objects.prefetch_related(memberships))
        return self.filterset.qs if self.filterset.is_valid() else User.objects.none()

    def get_context_data(self, **kwargs):
        users, page = page_of(self.request, self.object_list)
        factors = second_factors(users)
        for user in users:
            user.second_factors = factors.get(user.pk, "")
        given = self.request.GET
        return super().get_context_data(**kwargs) | {
            "title": _("Users"),
            "lede": _("Everybody with an account. Accounts are deactivated, never deleted: the history names them."),
            "users": users,
            "page": page,
            "filterset": self.filterset,
            "filters_active": any(given.get(name) for name in self.filterset.form.fields),
            "clear_url": self.request.path,
        }


def second_factors(people) -> dict:
    """Return in words which second factors each of these accounts has."""
    found: dict = {}
    for user_id, kind in Authenticator.objects.filter(user__in=people, type__in=FACTORS).values_list("user", "type"):
        words = _("passkey") if kind == Authenticator.Type.WEBAUTHN else _("authenticator app")
        found.setdefault(user_id, set()).add(words)
    return {user_id: ", ".join(sorted(words)) for user_id, words in found.items()}


class UserDetail(Allowed, DetailView):
    """One account: rights, tokens and what happened lately."""

    model = User
    template_name = "access/user_detail.html"
    context_object_name = "person"

    def get_context_data(self, **kwargs):
        person = self.object
        names = dict(Compartment.objects.values_list("pk", "name"))
        tokens = person.tokens.all()
        return super().get_context_data(**kwargs) | {
            "title": person.username,
            "is_own": person.pk == self.request.user.pk,
            "second_factors": second_factors([person]).get(person.pk, ""),
            "mail_address": mail_address_of(person),
            "session_count": person.sessions.count(),
            "is_invited": person.last_login is None and person.invitations.open().exists(),
            "compartments": [one.compartment for one in person.memberships.select_related("compartment")],
            "tokens": [{"token": one, "scope": scope_words(one, names), "state": state_of(one)} for one in tokens],
            "events": told_rows(list(own_events(person)[:EVENTS_SHOWN])),
            "events_url": f"{reverse('access:access-log')}?person={person.pk}",
        }


def rights_words(rights: Rights) -> dict[str, str]:
    """Return rights in words, by the label of their field."""
    names = Compartment.objects.filter(pk__in=rights.compartments).values_list("name", flat=True)
    return {
        _("Role"): str(Role(rights.role).label),
        _("Clearance"): str(Level(rights.clearance).label),
        _("Compartments"): ", ".join(names) or _("none"),
    }


class OtherPerson(Allowed):
    """A page about the account of ``pk``, which must be somebody else's."""

    model = User

    def get_person(self) -> User:
        """Return whose account it is; raise Http404, or PermissionDenied for one's own."""
        person = get_object_or_404(User, pk=self.kwargs["pk"])
        demand_over(current_reader(), person)
        return person

    def get(self, request, *args, **kwargs):
        self.person = self.get_person()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.person = self.get_person()
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "person": self.person,
            "cancel_url": self.person_url(),
        }

    def person_url(self) -> str:
        return reverse("access:user-detail", args=[self.person.pk])


class UserRights(OtherPerson, FormView):
    """Role, clearance and compartments on one form, with a reason."""

    template_name = "access/user_rights.html"
    form_class = RightsForm
    conflict = None

    def get_initial(self):
        rights = rights_of(self.person)
        return {
            "role": rights.role,
            "clearance": rights.clearance,
            "compartments": rights.compartments,
            "version": rights.version,
        }

    def form_valid(self, form):
        data = form.cleaned_data
        chosen = tuple(sorted(one.pk for one in data.get("compartments", [])))
        wanted = Rights(data["role"], data["clearance"], chosen)
        before = rights_words(rights_of(self.person))
        try:
            change_rights(
                current_reader(), self.person, wanted, expected_version=data["version"], reason=data["reason"]
            )
        except StaleRights as stale:
            mine, theirs = rights_words(wanted), rights_words(stale.current)
            self.conflict = [
                {"label": label, "yours": mine[label], "theirs": theirs[label]}
                for label in mine
                if mine[label] != theirs[label]
            ]
            form.add_error(None, _("%(error)s Compare, then save again.") % {"error": stale})
            form.data = form.data.copy()
            form.data["version"] = stale.current.version
            return self.form_invalid(form)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        after = rights_words(wanted)
        changed = [f"{label}: {before[label]} → {after[label]}" for label in after if before[label] != after[label]]
        messages.success(self.request, "; ".join(changed) or _("Nothing was different, so nothing was changed."))
        return HttpResponseRedirect(self.person_url())

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Rights of %(name)s") % {"name": self.person},
            "lede": _("They count from the next page that is asked for, on every device and for every token."),
            "now": rights_words(rights_of(self.person)),
            "conflict": self.conflict,
        }


class UserActive(OtherPerson, FormView):
    """Shut somebody out, or let them in again, with a reason."""

    template_name = "access/confirm.html"
    form_class = ReasonForm
    is_active = False

    def form_valid(self, form):
        try:
            set_active(current_reader(), self.person, self.is_active, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        told = _("%(name)s can sign in again.") if self.is_active else _("%(name)s is shut out.")
        messages.success(self.request, told % {"name": self.person})
        return HttpResponseRedirect(self.person_url())

    def get_context_data(self, **kwargs):
        name = {"name": self.person}
        if self.is_active:
            words = {
                "title": _("Reactivate %(name)s") % name,
                "lede": _("The account gets back the rights and the tokens it had."),
                "submit_label": _("Reactivate"),
            }
        else:
            words = {
                "title": _("Deactivate %(name)s") % name,
                "lede": _("Signing in, open sessions and tokens stop at once. Nothing is deleted; it can be undone."),
                "submit_label": _("Deactivate"),
                "is_danger": True,
            }
        return super().get_context_data(**kwargs) | words


class UserSignOut(OtherPerson, FormView):
    """End all sessions of somebody."""

    template_name = "access/confirm.html"
    form_class = ReasonForm

    def form_valid(self, form):
        try:
            sign_out_everywhere(current_reader(), self.person, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("%(name)s is signed out everywhere.") % {"name": self.person})
        return HttpResponseRedirect(self.person_url())

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Sign %(name)s out everywhere") % {"name": self.person},
            "lede": _("All sessions end; the account, its password and its tokens stay as they are."),
            "submit_label": _("Sign out everywhere"),
        }


def show_link(request, person: User, invitation, secret: str):
    """Answer with the link that sets a password, shown this once."""
    context = {
        "title": _("Give this link to %(name)s") % {"name": person},
        "person": person,
        "invitation": invitation,
        "link": request.build_absolute_uri(reverse("invitation-link", args=[secret])),
    }
    return render(request, "access/invitation_made.html", context)


class UserInvite(Allowed, FormView):
    """Make an account; its owner sets the password with a link that works once."""

    template_name = "records/form.html"
    form_class = InviteForm

    def form_valid(self, form):
        try:
            invitation, secret = invitations.invite(self.request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        return show_link(self.request, invitation.user, invitation, secret)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Invite somebody"),
            "lede": _("The account works once its owner has set a password. Compartments are given afterwards."),
            "submit_label": _("Make the invitation"),
            "cancel_url": reverse("access:user-list"),
        }


class UserReset(OtherPerson, FormView):
    """A new link, for a forgotten password or a lost device."""

    template_name = "access/confirm.html"
    form_class = ResetForm

    def form_valid(self, form):
        data = form.cleaned_data
        try:
            invitation, secret = invitations.reset_access(
                self.request.user, self.person, data["reason"], also_second_factors=data["also_second_factors"]
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        return show_link(self.request, self.person, invitation, secret)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("New invitation link for %(name)s") % {"name": self.person},
            "lede": _(
                "The password, all sessions and older links end at once. You get a link that sets a new password."
            ),
            "submit_label": _("Make the link"),
            "is_danger": True,
        }
