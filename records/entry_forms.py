"""The bases of forms in which records are entered and edited: one record, and the rows that are parts of it."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import current_reader
from access.levels import Level
from access.models import Compartment
from records.dates import DatePrecision
from records.forms import levels_offered
from records.guarded_forms import GuardedForm, LooksThrough


class Unjudged(forms.BaseForm):
    """A form that can be shown as it was left, without the errors of what was not finished yet."""

    is_unjudged = False

    @property
    def errors(self) -> ErrorDict:
        found = super().errors
        return ErrorDict() if self.is_unjudged else found


class EntryForm(Unjudged, GuardedForm, forms.ModelForm):
    """One record's own fields, who can see it, and the version that was opened.

    Subclasses name their fields in ``Meta.fields``, with ``level`` and ``compartments`` last.
    """

    level = forms.TypedChoiceField(
        label=gettext_lazy("Who can see it"),
        coerce=int,
        choices=Level.choices,
        widget=forms.RadioSelect,
        initial=Level.INTERNAL,
    )
    compartments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Compartments"),
        queryset=Compartment.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only people who belong to every compartment chosen can see it."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reader = current_reader()
        self.fields["level"].choices = levels_offered(reader)
        if self.instance._state.adding:
            self.initial["level"] = min(Level.INTERNAL, reader.clearance)
        else:
            self.initial["version"] = self.instance.version
            self.initial["compartments"] = self.instance.compartments
        if not reader.compartments:
            del self.fields["compartments"]

    def clean_compartments(self):
        return sorted(compartment.pk for compartment in self.cleaned_data["compartments"])


class Segments(forms.RadioSelect):
    """Radio buttons side by side."""

    look = "seg"


class PartialDate(dt.date):
    """A date that remembers which parts were given."""

    def __new__(cls, year, month, day, *, has_month=True, has_day=True):
        made = super().__new__(cls, year, month, day)
        made.has_month, made.has_day = has_month, has_day
        return made


class DayMonthYear(forms.MultiWidget):
    """Three short fields: nobody has to fight a calendar for a month that is all one knows."""

    use_fieldset = True
    template_name = "records/widgets/day_month_year.html"

    def __init__(self, attrs=None):
        parts = {
            name: forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
            for name in ("day", "month", "year")
        }
        super().__init__(parts, attrs)

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else [None, None, None]


class PartialDateField(forms.MultiValueField):
    """Day, month and year; day, or day and month, may be missing. Gives the first day of what was given."""

    widget = DayMonthYear

    def __init__(self, **kwargs):
        fields = (forms.CharField(required=False), forms.CharField(required=False), forms.CharField(required=False))
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, given):
        if not given or not any(part.strip() for part in given):
            return None
        day, month, year = (part.strip() for part in given)
        # By length first: a number of thousands of digits is refused by the interpreter itself.
        if not year.isdecimal() or len(year) > 4 or not 1900 <= int(year) <= 2200:
            raise ValidationError(_("Year must be a number of four digits, for example 2026"), code="year")
        if month and (not month.isdecimal() or len(month) > 2 or not 1 <= int(month) <= 12):
            raise ValidationError(_("Month must be a number from 1 to 12"), code="month")
        if day and not month:
            raise ValidationError(_("Give the month as well, or leave the day empty"), code="month")
        if day and not day.isdecimal():
            raise ValidationError(_("Day must be a number"), code="day")
        try:
            return PartialDate(int(year), int(month or 1), int(day or 1), has_month=bool(month), has_day=bool(day))
        except ValueError:
            raise ValidationError(_("There is no such day in this month"), code="day") from None


class DatedForm(EntryForm):
    """A record with a date: precision first, then as much of the date as is known. See ``records.dates``."""

    date_precision = forms.ChoiceField(
        label=gettext_lazy("How exactly is the date known?"), choices=DatePrecision.choices, widget=Segments,
        initial=DatePrecision.DAY,
    )  # fmt: skip
    started_on = PartialDateField(
        label=gettext_lazy("Date"),
        required=False,
        help_text=gettext_lazy("Give only what is known. For example, 17 2 2026."),
    )
    ended_on = PartialDateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Only if it lasted several days, or lies within a range."),
    )
    date_needed = True

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("started_on"), cleaned.get("ended_on")
        precision = cleaned.get("date_precision")
        if isinstance(start, PartialDate) and precision == DatePrecision.DAY and not start.has_day:
            cleaned["date_precision"] = DatePrecision.MONTH if start.has_month else DatePrecision.YEAR
        elif start and precision == DatePrecision.MONTH:
            cleaned["started_on"] = start.replace(day=1)
        elif isinstance(start, PartialDate) and precision == DatePrecision.QUARTER:
            if not start.has_month:
                self.add_error("started_on", _("Give a month of the quarter"))
            # Whichever month of the quarter was given, the date holds the quarter's first day.
            cleaned["started_on"] = dt.date(start.year, 3 * ((start.month - 1) // 3) + 1, 1)
        elif start and precision == DatePrecision.YEAR:
            cleaned["started_on"] = dt.date(start.year, 1, 1)
        elif start and precision == DatePrecision.RANGE and end is None and "ended_on" not in self.errors:
            self.add_error("ended_on", _("Give the last day of the range"))
        is_missing = start is None and "started_on" not in self.errors
        if is_missing and self.date_needed and precision != DatePrecision.UNKNOWN:
            self.add_error("started_on", _("Give the date, or choose “not known”"))
        if end and start and end < start:
            self.add_error("ended_on", _("The last day lies before the first day"))
        return cleaned


class RowForm(Unjudged, LooksThrough, forms.Form):
    """One row of a repeated part. ``id`` and ``version`` are of the part it stands for; a new row has neither.

    ``telling`` names the fields of which one must be filled in for the row to say anything.
    """

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    telling: tuple[str, ...] = ()
    lines: tuple = ()

    def is_empty(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in self.telling)

    def in_lines(self) -> list[list[forms.BoundField]]:
        """Return the fields as they stand on the page; see ``RepeatedFormSet.lines``."""
        hidden = {"DELETE", *(field.name for field in self.hidden_fields())}
        lines = self.lines or [name for name in self.fields if name not in hidden]
        return [[self[name] for name in ([line] if isinstance(line, str) else line)] for line in lines]

    @property
    def is_taken_out(self) -> bool:
        """Whether the row is to go: marked so, or a part that was emptied."""
        return bool(self.cleaned_data.get("DELETE")) or self.is_empty()


class RepeatedFormSet(BaseFormSet):
    """Rows of a repeated part of the form, with the words above it."""

    heading = ""
    row_heading = ""
    lede = ""
    add_label = gettext_lazy("Add another")
    # How the fields of a row stand on the page: a name alone, or several on one line. Empty: one below the other.
    lines: tuple[str | tuple[str, ...], ...] = ()

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.lines = self.lines

    def filled(self) -> list[RowForm]:
        """Return the rows that say something, in order, without those to be taken out."""
        return [form for form in self.forms if form.cleaned_data and not form.is_taken_out]

    def taken_out(self) -> list[RowForm]:
        """Return the rows that stand for a part which is to be withdrawn."""
        return [form for form in self.forms if form.cleaned_data.get("id") and form.is_taken_out]

    def leave_unjudged(self) -> None:
        """Show the rows as they were left, without errors."""
        for form in self.forms:
            form.is_unjudged = True
