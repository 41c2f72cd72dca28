"""Breaking the glass, ending it, and what those who keep watch see of it."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import ListView
from django.views.generic.edit import FormView

from access import permissions, second_factor
from access.context import current_reader
from access.forms import BreakGlassForm
from access.models import BreakGlass
from access.services.break_glass import break_glass, end_broken_glass, note_seen, open_glass
from access.views.allowed import Allowed, page_of


class BreakTheGlass(LoginRequiredMixin, FormView):
    """Say why and for how long; everybody who keeps watch is told at once.

    Whoever it is must have shown a second factor within the last minutes: a stolen session breaks no glass.
    """

    template_name = "access/break_glass.html"
    form_class = BreakGlassForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not may_break(request):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if second_factor.has_one(request.user) and not second_factor.was_shown_lately(request):
            return redirect_to_login(request.path, reverse(second_factor.page_to_show_it(request.user)))
        return super().get(request, *args, **kwargs)

    def form_valid(self, form):
        if not second_factor.was_shown_lately(self.request):
            form.add_error(None, _("Show your second factor once more, in another tab, then send this again."))
            return self.form_invalid(form)
        try:
            break_glass(current_reader(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.warning(self.request, _("The glass is broken. Everybody who keeps watch has been told."))
        return HttpResponseRedirect(reverse("reports:overview"))

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Break the glass"),
            "lede": _("For a short time you read everything, whatever your clearance. For emergencies only."),
            "has_factor": second_factor.has_one(self.request.user),
            "was_shown_lately": second_factor.was_shown_lately(self.request),
            "confirm_url": reverse(second_factor.page_to_show_it(self.request.user)),
            "is_open_already": open_glass(current_reader()) is not None,
            "own": BreakGlass.objects.filter(user=self.request.user)[:10],
        }


def may_break(request) -> bool:
    """Whether the role may break the glass at all, also while the house is not open."""
    return permissions.BREAK_GLASS in permissions.ALLOWED[request.user.role]


class BrokenGlassList(Allowed, ListView):
    """Everything that was ever broken, for those who keep watch."""

    action = permissions.AUDIT
    template_name = "access/broken_glass_list.html"
    queryset = BreakGlass.objects.select_related("user").prefetch_related("notices__reviewer")

    def get_context_data(self, **kwargs):
        rows, page = page_of(self.request, self.object_list)
        return super().get_context_data(**kwargs) | {
            "title": _("Broken glass"),
            "lede": _("Who read more than their clearance allows, when and why, and who has seen it."),
            "rows": rows,
            "page": page,
        }


class GlassAction(LoginRequiredMixin, View):
    """One click about one broken glass, from a banner or from the list; then back to where it was."""

    model = BreakGlass
    http_method_names = ["post"]

    def post(self, request, pk):
        # The policy answers only its owner and those who keep watch.
        self.act(get_object_or_404(BreakGlass, pk=pk))
        back = request.POST.get("next", "/")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
            back = "/"
        return HttpResponseRedirect(back)

    def act(self, glass: BreakGlass) -> None:
        raise NotImplementedError


class BrokenGlassEnd(GlassAction):
    """End it before its time."""

    def act(self, glass: BreakGlass) -> None:
        end_broken_glass(current_reader(), glass)
        messages.success(self.request, _("The glass is whole again."))


class BrokenGlassSeen(GlassAction):
    """Put one's own notice of it aside."""

    def act(self, glass: BreakGlass) -> None:
        note_seen(current_reader(), glass)
