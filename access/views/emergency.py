"""The emergency switch."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic.edit import FormView

from access.activity import told_rows
from access.context import current_reader
from access.forms import EmergencyForm
from access.models import Event
from access.services.emergency import HouseState, set_house_state
from access.views.allowed import Allowed


class Emergency(Allowed, FormView):
    """Open, read-only or everyone out, with a reason and one click."""

    template_name = "access/emergency.html"
    form_class = EmergencyForm

    def form_valid(self, form):
        data = form.cleaned_data
        try:
            set_house_state(
                current_reader(), data["state"], reason=data["reason"], own_session=self.request.session.session_key
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("Parley is now: %(state)s.") % {"state": HouseState(data["state"]).label})
        return HttpResponseRedirect(reverse("access:emergency"))

    def get_context_data(self, **kwargs):
        reader = current_reader()
        turned = Event.objects.filter(kind="rights.emergency").select_related("user", "subject")[:10]
        return super().get_context_data(**kwargs) | {
            "title": _("Emergency switch"),
            "lede": _("Stops writing, or shuts everybody out, from the next request of everybody on."),
            "state_now": HouseState(reader.house_state).label,
            "turned": told_rows(list(turned)),
        }
