"""The form for a meeting: essentials, participants, sources, who can see it."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import current_reader
from access.levels import Level
from access.models import Compartment
from intermediaries.models import Actor, Representative
from negotiations.models import Channel, Meeting, Participant, Place
from negotiations.vocabulary import MeetingFormat, ParticipantRole, Topic
from records.dates import DatePrecision
from records.forms import levels_offered
from sources.admiralty import Credibility, Reliability
from sources.models import Source


class Segments(forms.RadioSelect):
    """Radio buttons side by side."""

    look = "seg"


class DayMonthYear(forms.MultiWidget):
    """Three short fields: nobody has to fight a calendar for a month that is all one knows."""

    use_fieldset = True
    template_name = "negotiations/widgets/day_month_year.html"

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


class PartialDate(dt.date):
    """A date that remembers which parts were given."""

    def __new__(cls, year, month, day, *, has_month=True, has_day=True):
        made = super().__new__(cls, year, month, day)
        made.has_month, made.has_day = has_month, has_day
        return made


class MeetingForm(forms.ModelForm):
    """A meeting's own fields. ``version`` is the version that was opened."""

    started_on = PartialDateField(
        label=gettext_lazy("Date"),
        required=False,
        help_text=gettext_lazy("Give only what is known. For example, 17 2 2026."),
    )
    ended_on = PartialDateField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Only if it lasted several days.")
    )
    date_precision = forms.ChoiceField(
        label=gettext_lazy("How exactly is the date known?"), choices=DatePrecision.choices, widget=Segments,
        initial=DatePrecision.DAY,
    )  # fmt: skip
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=MeetingFormat.choices, widget=Segments, initial="in_person"
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Topics"), choices=Topic.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
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
        help_text=gettext_lazy("Only people who belong to every compartment chosen can see the meeting."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Meeting
        fields = [
            "channel", "started_on", "ended_on", "date_precision", "date_words", "place", "place_withheld", "format",
            "status", "topics", "summary", "assessment", "result", "level", "compartments",
        ]  # fmt: skip
        widgets = {"summary": forms.Textarea(attrs={"rows": 6}), "assessment": forms.Textarea(attrs={"rows": 3})}
        error_messages = {"channel": {"required": gettext_lazy("Choose the channel in which the meeting took place")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reader = current_reader()
        self.fields["channel"].queryset = Channel.objects.current()
        self.fields["channel"].empty_label = _("Choose a channel")
        self.fields["place"].queryset = Place.objects.current()
        self.fields["place"].empty_label = _("Not stated")
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

    def clean(self):
        cleaned = super().clean()
        given = cleaned.get("started_on")
        is_day = cleaned.get("date_precision") == DatePrecision.DAY
        if isinstance(given, PartialDate) and is_day and not given.has_day:
            cleaned["date_precision"] = DatePrecision.MONTH if given.has_month else DatePrecision.YEAR
        if given is None and "started_on" not in self.errors and cleaned.get("date_precision") != DatePrecision.UNKNOWN:
            self.add_error("started_on", _("Give the date, or choose “not known”"))
        if cleaned.get("ended_on") and given and cleaned["ended_on"] < given:
            self.add_error("ended_on", _("The last day lies before the first day"))
        return cleaned


class ParticipantForm(forms.Form):
    """Who took part: a representative, a delegation, or words; an empty row is left out."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    representative = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=Representative.objects.current(),
        required=False,
        empty_label=gettext_lazy("–"),
    )
    actor = forms.ModelChoiceField(
        label=gettext_lazy("or delegation of"),
        queryset=Actor.objects.current(),
        required=False,
        empty_label=gettext_lazy("–"),
    )
    words = forms.CharField(label=gettext_lazy("or in words"), max_length=200, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=ParticipantRole.choices, initial=ParticipantRole.UNSPECIFIED, required=False
    )

    def is_empty(self) -> bool:
        given = self.cleaned_data
        return not (given.get("representative") or given.get("actor") or given.get("words"))

    def clean_role(self):
        return self.cleaned_data["role"] or ParticipantRole.UNSPECIFIED

    def clean(self):
        cleaned = super().clean()
        chosen_role = cleaned.get("role") not in (None, "", ParticipantRole.UNSPECIFIED)
        if chosen_role and self.is_empty() and not cleaned.get("DELETE"):
            raise ValidationError(_("Choose a person or a delegation, or describe who took part"))
        return cleaned


class SourceForm(forms.Form):
    """A source the record rests on: one already recorded, or a new one by its address."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    source = forms.ModelChoiceField(
        label=gettext_lazy("Source"), queryset=Source.objects.current(), required=False,
        empty_label=gettext_lazy("A new source, given below"),
    )  # fmt: skip
    url = forms.URLField(label=gettext_lazy("Address"), required=False, assume_scheme="https", max_length=1000)
    publisher = forms.CharField(label=gettext_lazy("Publisher"), max_length=200, required=False)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=500, required=False)
    quote = forms.CharField(
        label=gettext_lazy("In the source’s words"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    reliability = forms.ChoiceField(
        label=gettext_lazy("How reliable is the source"),
        choices=Reliability.choices,
        initial=Reliability.F,
        required=False,
    )
    credibility = forms.ChoiceField(
        label=gettext_lazy("How credible is this statement"), choices=Credibility.choices, initial=Credibility.UNGRADED,
        required=False,
    )  # fmt: skip

    def is_empty(self) -> bool:
        given = self.cleaned_data
        return not any(given.get(name) for name in ("source", "url", "publisher", "title", "quote"))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("DELETE") or self.errors:
            return cleaned
        is_new = not cleaned.get("source") and any(cleaned.get(name) for name in ("url", "title", "quote"))
        if is_new and not cleaned.get("publisher"):
            self.add_error("publisher", _("Name who published it, or choose a source already recorded"))
        return cleaned


class RepeatedFormSet(BaseFormSet):
    """Rows of a repeated part of the form, with the words above it."""

    heading = ""
    lede = ""

    def rows(self) -> list[dict]:
        """Return what was entered, without empty and removed rows."""
        return [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE") and not form.is_empty()
        ]


class ParticipantRows(RepeatedFormSet):
    heading = gettext_lazy("Who took part")
    lede = gettext_lazy("People or whole delegations, one in each row. Empty rows are left out.")


class SourceRows(RepeatedFormSet):
    heading = gettext_lazy("Sources")
    lede = gettext_lazy("Where it is said. Empty rows are left out.")


ParticipantFormSet = formset_factory(ParticipantForm, formset=ParticipantRows, extra=3, can_delete=True, max_num=100)
SourceFormSet = formset_factory(SourceForm, formset=SourceRows, extra=1, can_delete=True, max_num=100)


def participants_of(meeting: Meeting) -> list[dict]:
    """Return the meeting's participants as the form's initial rows."""
    return [
        {
            "id": participant.pk,
            "representative": participant.representative_id,
            "actor": participant.actor_id,
            "words": participant.words,
            "role": participant.role,
        }
        for participant in Participant.objects.current().filter(meeting=meeting)
    ]


def sources_of(meeting: Meeting) -> list[dict]:
    """Return the meeting's citations as the form's initial rows."""
    return [
        {
            "id": citation.pk,
            "source": citation.source_id,
            "quote": citation.quote,
            "credibility": citation.credibility,
            "reliability": citation.source.reliability,
        }
        for citation in meeting.citations.current().select_related("source")
    ]
