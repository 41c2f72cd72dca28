"""The bases of forms in which records are entered and edited: one record, and the rows that are parts of it."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseFormSet, formset_factory
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import current_reader
from access.levels import Level
from access.models import Compartment
from records.dates import DatePrecision
from records.forms import levels_offered
from records.guarded_forms import GuardedForm, LooksThrough
from records.models import Record
from records.widgets import ComboboxMultiple, OfKind


class LinkedRecords(forms.ModelMultipleChoiceField):
    """Other records that this one is tied to by links of their own, in the order in which they were chosen.

    ``kind`` is the other records' kind, ``relation`` this record's reverse relation to the links, ``end`` their field
    that names the other record. What stood in the form when it was opened is sent with it: only what was taken out
    since goes, not what somebody else added.
    """

    def __init__(self, kind: str, relation: str, end: str, **options):
        super().__init__(required=False, show_hidden_initial=True, widget=ComboboxMultiple(kind), **options)
        self.relation, self.end = relation, end

    def linked(self, record: Record) -> list:
        """Return the identities of those the record is tied to now, as far as they can be chosen."""
        links = getattr(record, self.relation).current().filter(**{f"{self.end}__withdrawn_at": None})
        return list(links.values_list(f"{self.end}_id", flat=True))


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
            for name, field in self.link_fields():
                self.initial[name] = field.linked(self.instance)
        if not reader.compartments:
            del self.fields["compartments"]

    def clean_compartments(self):
        return sorted(compartment.pk for compartment in self.cleaned_data["compartments"])

    def says_something(self, name: str) -> bool:
        """Return whether something stands in a field of the model that does not stand there in a new record."""
        default = self._meta.model._meta.get_field(name).get_default()
        return self[name].value() not in (None, "", default)

    def link_fields(self) -> Iterator[tuple[str, LinkedRecords]]:
        return ((name, field) for name, field in self.fields.items() if isinstance(field, LinkedRecords))

    def ties(self) -> Iterator["Ties"]:
        """Return what the fields of ties say, of a form that is valid."""
        for name, field in self.link_fields():
            found = {str(record.pk): record for record in self.cleaned_data[name]}
            given = dict.fromkeys(self.data.getlist(self.add_prefix(name)))
            before = set(self.data.getlist(self.add_initial_prefix(name)))
            yield Ties(
                name, field.relation, field.end, [found[pk] for pk in given if pk in found], before - found.keys()
            )


@dataclass(frozen=True)
class Ties:
    """What a field says of ties: the records chosen, in their order, and the identities of those taken out."""

    field: str
    relation: str
    end: str
    chosen: list[Record]
    taken_out: set[str]


def offer(form: EntryForm, name: str, records: QuerySet, empty_label: str) -> None:
    """Offer records in a field; the one chosen already stays among them, though it was withdrawn since."""
    field, chosen = form.fields[name], getattr(form.instance, f"{name}_id")
    field.queryset = records if chosen is None else records | records.model.objects.filter(pk=chosen)
    field.empty_label = empty_label


class WholeNumber(forms.IntegerField):
    """A whole number as people type it, with or without commas or spaces between thousands."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w6c"})
    default_error_messages = {"invalid": gettext_lazy("Give a whole number, for example 1,200, or leave it empty.")}

    def to_python(self, value):
        if isinstance(value, str):
            value = "".join(value.replace(",", "").split())
            # By length first: a number of thousands of digits is refused by the interpreter itself.
            if len(value) > 18:
                raise ValidationError(_("This number is too long. Give a whole number below 10^18."), code="invalid")
        return super().to_python(value)


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
        if day and (not day.isdecimal() or len(day) > 2):
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
    folded: tuple = ()
    part: Record | None = None  # as it is stored

    def recorded(self) -> list[Record]:
        """Return what is recorded of the part and cannot be changed in the row, to be linked to."""
        return []

    def is_empty(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in self.telling)

    def clean(self):
        cleaned = super().clean()
        is_new = not cleaned.get("id") and not cleaned.get("DELETE")
        # An empty row is left out: what was typed into it besides would be lost without a word.
        if is_new and self.telling and self.is_empty() and not any(name in self.errors for name in self.telling):
            typed = next((name for name in self.changed_data if cleaned.get(name) and self.is_words(name)), None)
            if typed:
                told = _("Fill this in as well, or empty the entry: without it “%(field)s” is not kept")
                self.add_error(self.telling[0], told % {"field": self.fields[typed].label})
        return cleaned

    def in_lines(self) -> list[list[forms.BoundField]]:
        """Return the fields as they stand on the page; see ``RepeatedFormSet.lines``."""
        hidden = {"DELETE", *(field.name for field in self.hidden_fields())}
        return self.drawn(self.lines or [name for name in self.fields if name not in hidden])

    def in_folded(self) -> list[list[forms.BoundField]]:
        return self.drawn(self.folded)

    def drawn(self, lines) -> list[list[forms.BoundField]]:
        return [[self[name] for name in ([line] if isinstance(line, str) else line)] for line in lines]

    def is_open(self) -> bool:
        """Whether something stands in the folded fields, or was refused there."""
        fields = [field for line in self.in_folded() for field in line]
        return any(field.errors or field.value() not in (None, "", False, field.field.initial) for field in fields)

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
    # More of them, which stay folded until something stands in them.
    folded: tuple[str | tuple[str, ...], ...] = ()
    # Choices that depend on the reader, by the name of their field; asked once for all rows.
    offered: dict[str, Callable[[], list]] = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.listed: dict[str, list] = {}

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.lines, form.folded = self.lines, self.folded
        for name, ask in self.offered.items():
            if name not in self.listed:
                self.listed[name] = ask()
            form.fields[name].choices = self.listed[name]
        for field in form.fields.values():
            if isinstance(field.widget, OfKind):
                field.widget.shared = self.listed

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


def repeated(form: type[RowForm], rows: type[RepeatedFormSet], *, extra: int = 1, most: int = 100):
    """Return the form set of a part: its rows, and ``extra`` empty ones; at most ``most`` are offered.

    Of more rows than a record can have, whoever sends their number, none are built: a thousand take seconds to draw.
    """
    return formset_factory(form, formset=rows, extra=extra, can_delete=True, max_num=most, absolute_max=2 * most)
