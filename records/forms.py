"""Forms every kind of record shares."""

from django import forms
from django.db import models
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from access.context import Reader, current_reader
from access.levels import Level
from access.models import Compartment, User
from records.changes import HOUSEKEEPING
from records.display import field_label
from records.filters import DayInput
from records.guarded_forms import GuardedForm
from records.models import PublicSummary, Record

HINT_LEVEL = {
    Level.PUBLIC: _("Anyone may read it."),
    Level.INTERNAL: _("Everybody with an account cleared for internal records."),
    Level.RESTRICTED: _("Only people cleared for restricted records."),
    Level.CONFIDENTIAL: _("Only people cleared for confidential records."),
}


def levels_offered(reader: Reader) -> list[tuple[int, str]]:
    """Return the levels a reader may choose, with what each means: none above their own clearance."""
    return [
        (level.value, format_html('{}<span class="hint">{}</span>', level.label, HINT_LEVEL[level]))
        for level in Level
        if level.value <= reader.clearance
    ]


class WithdrawForm(GuardedForm, forms.Form):
    """Why a record is withdrawn, and which version was looked at."""

    reason = forms.CharField(
        label=_("Why is it withdrawn?"),
        help_text=_("Kept in the history for everybody who may see the record."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("Say why the record is withdrawn.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class RestoreForm(WithdrawForm):
    """Why a withdrawn record is restored."""

    reason = forms.CharField(
        label=_("Why is it restored?"),
        help_text=_("Kept in the history for everybody who may see the record."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("Say why the record is restored.")},
    )


class WithdrawnKindForm(forms.Form):
    """Of which kind withdrawn records are asked for."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, data, *, kinds: list[type[Record]]):
        super().__init__(data)
        names = [(kind.kind_of(), capfirst(kind._meta.verbose_name_plural)) for kind in kinds]
        self.fields["kind"].choices = [("", _("All")), *names]


class UndoForm(WithdrawForm):
    """Why a merge is undone."""

    reason = forms.CharField(
        label=_("Why is the merge undone?"),
        help_text=_("Kept in the history of everything that goes back."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("Say why the merge is undone.")},
    )


class MergeForm(GuardedForm, forms.Form):
    """Why two records are one, and which versions of them were looked at."""

    reason = forms.CharField(
        label=_("Why are they the same?"),
        help_text=_("Kept in the history of both and of everything that moves."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("Say why the two are the same.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    other_version = forms.IntegerField(widget=forms.HiddenInput)


class FindForm(forms.Form):
    """Another record, by its reference or address."""

    other = forms.CharField(
        label=_("Reference or address of the other record"),
        help_text=_("For example 7KQ2X-F4HMP, or its address copied from the browser."),
        max_length=500,
        error_messages={"required": _("Name the other record.")},
    )


class HistoryFilterForm(forms.Form):
    """Which entries of a history are asked for: of one field, by one person."""

    field = forms.ChoiceField(label=_("Field"), required=False)
    person = forms.ChoiceField(label=_("Who"), required=False)

    def __init__(self, data, *, model: type[Record], entries: models.QuerySet):
        """Offer the fields of ``model`` and the people of ``entries``, which the reader may see."""
        super().__init__(data)
        names = [field.name for field in model._meta.local_concrete_fields if field.column not in HOUSEKEEPING]
        offered = sorted(((name, field_label(model, name)) for name in names), key=lambda pair: pair[1])
        self.fields["field"].choices = [("", _("All")), *offered]
        ids = set(entries.order_by().values_list("user_id", flat=True).distinct())
        people = User.objects.filter(pk__in=ids - {None}).values_list("username", flat=True)
        system = [("-", _("the system"))] if None in ids else []
        self.fields["person"].choices = [("", _("All")), *((name, name) for name in people), *system]


class HistoryPageForm(HistoryFilterForm):
    """On a page, with the entries of the record's parts."""

    parts = forms.BooleanField(label=_("and of its parts"), required=False)


class CancelForm(WithdrawForm):
    """Why an embargo is cancelled."""

    reason = forms.CharField(
        label=_("Why is it cancelled?"),
        help_text=_("Kept in the history for everybody who may see the embargo."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("Say why the embargo is cancelled.")},
    )


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a day and a time."""

    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class ReadersForm(GuardedForm, forms.Form):
    """Level and compartments, as far as the reader reaches."""

    level = forms.TypedChoiceField(
        label=_("Who can see it"), coerce=int, choices=Level.choices, widget=forms.RadioSelect
    )
    compartments = forms.ModelMultipleChoiceField(
        label=_("Compartments"),
        queryset=Compartment.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only people who belong to every compartment chosen can see it."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reader = current_reader()
        self.fields["level"].choices = levels_offered(reader)
        if reader.compartments:
            self.fields["compartments"].queryset = Compartment.objects.filter(pk__in=reader.compartments)
        else:
            del self.fields["compartments"]

    def clean_compartments(self):
        return sorted(compartment.pk for compartment in self.cleaned_data["compartments"])


class MarkingForm(ReadersForm):
    """Who is to see a record, from when, and why. ``previewed`` is what the page last said the consequences of."""

    at = forms.DateTimeField(
        label=_("From when (UTC)"),
        required=False,
        widget=MomentInput,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        help_text=_(
            "Leave empty to change it now. With a time it is an embargo: another person, a reviewer, agrees to it"
            " beforehand."
        ),
        error_messages={"invalid": _("Give day and time, for example 2026-06-03 12:00.")},
    )
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Needed when more people will be able to read it, and for an embargo. Kept in the history."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def signature(self) -> str:
        """Return what was chosen as one word, to tell whether its consequences have been shown."""
        given = self.cleaned_data
        return f"{given['level']}|{given.get('compartments', [])}|{given['at']}|{given['version']}"


class SummaryForm(ReadersForm):
    """A public summary with its own marking. ``version`` is the version that was opened."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Write it as if nothing else existed: no name, number, date or place that leads to the record."),
    )
    dated_on = forms.DateField(
        label=PublicSummary._meta.get_field("dated_on").verbose_name.capitalize(),
        required=False,
        widget=DayInput,
        help_text=PublicSummary._meta.get_field("dated_on").help_text,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    field_order = ["title", "text", "dated_on"]


class TextForm(GuardedForm, forms.Form):
    """Something to write, and nothing else."""

    errors_name_field = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False


class AnswerForm(TextForm):
    """The answer to somebody's query."""

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write an answer.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
