"""Pages of muted alarms: list, record, and muting one."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.edit import FormView

from access import permissions
from access.context import current_reader
from access.levels import Level
from negotiations.filters import MuteFilter
from negotiations.models import Channel, Commitment, Mute
from records.display import Column
from records.filters import DayInput
from records.forms import levels_offered
from records.guarded_forms import GuardedForm, add_refused
from records.services import add_record
from records.views import KindMixin, RecordDetailView, RecordListView


class MuteList(RecordListView):
    model = Mute
    filterset_class = MuteFilter
    related = ("channel", "commitment")
    lede = gettext_lazy("Alarms that are not told as alarms for now, and why. Withdrawing one ends it.")
    columns = [
        Column(gettext_lazy("Alarm"), str),
        Column(gettext_lazy("About"), "about"),
        Column(gettext_lazy("Reason"), "reason"),
        Column(gettext_lazy("Until"), "until", sort="until"),
    ]


class MuteDetail(RecordDetailView):
    model = Mute
    related = ("channel", "commitment")
    facts = ["channel", "commitment", "reason", "until"]


class MuteForm(GuardedForm, forms.ModelForm):
    """Whose alarm, until when, why. Only channels and commitments the reader may see are offered."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("Who can see it"),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Never fewer than may see what it is about."),
    )

    class Meta:
        model = Mute
        fields = ("channel", "commitment", "until", "reason", "level")
        widgets = {"until": DayInput, "reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reader = current_reader()
        self.fields["channel"].queryset = Channel.objects.current()
        self.fields["commitment"].queryset = Commitment.objects.current()
        self.fields["level"].choices = levels_offered(reader)
        self.initial.setdefault("level", min(Level.INTERNAL, reader.clearance))


class MuteAdd(KindMixin, FormView):
    """Mute an alarm; ``?channel=`` or ``?commitment=`` fills in which."""

    model = Mute
    form_class = MuteForm
    template_name = "negotiations/mute_form.html"

    def dispatch(self, request, *args, **kwargs):
        permissions.demand(permissions.WRITE)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {name: self.request.GET[name] for name in ("channel", "commitment") if name in self.request.GET}

    def form_valid(self, form):
        try:
            stored = add_record(current_reader(), form.instance)
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The alarm is muted. Whoever may see it sees that it is muted, and why."))
        return HttpResponseRedirect(stored.get_absolute_url())

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("Mute an alarm"), "cancel_url": self.page_url("list")}
