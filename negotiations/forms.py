"""The form for a meeting: essentials, participants, sources, who can see it."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intermediaries.models import Actor, Representative
from negotiations.channel_forms import TopicsForm
from negotiations.models import Channel, Meeting, Place
from negotiations.vocabulary import MeetingFormat, ParticipantRole
from records.entry_forms import DatedForm, RepeatedFormSet, RowForm, Segments, repeated
from records.widgets import Combobox
from sources.admiralty import Credibility, Reliability
from sources.fields import fetch_field, file_field
from sources.forms import AddressInput
from sources.models import Source


class MeetingForm(TopicsForm, DatedForm):
    """A meeting's own fields."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=MeetingFormat.choices, widget=Segments, initial="in_person"
    )

    class Meta:
        model = Meeting
        fields = [
            "channel", "started_on", "ended_on", "date_precision", "date_words", "place", "place_withheld", "format",
            "status", "topics", "own_topics", "summary", "assessment", "result", "level", "compartments",
        ]  # fmt: skip
        widgets = {
            "channel": Combobox("channel"),
            "place": Combobox("place"),
            "summary": forms.Textarea(attrs={"rows": 6}),
            "assessment": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {"channel": {"required": gettext_lazy("Choose the channel in which the meeting took place")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = Channel.objects.current()
        self.fields["channel"].empty_label = _("Choose a channel")
        self.fields["place"].queryset = Place.objects.current()
        self.fields["place"].empty_label = _("Not stated")


class ParticipantForm(RowForm):
    """Who took part: a representative, a delegation, or words; an empty row is left out."""

    telling = ("representative", "actor", "words")

    representative = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=Representative.objects.current(),
        required=False,
        widget=Combobox("representative"),
        empty_label=gettext_lazy("Choose a person"),
    )
    actor = forms.ModelChoiceField(
        label=gettext_lazy("or delegation of"),
        queryset=Actor.objects.current(),
        required=False,
        widget=Combobox("actor"),
        empty_label=gettext_lazy("Choose a state or body"),
    )
    words = forms.CharField(label=gettext_lazy("or in words"), max_length=200, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=ParticipantRole.choices, initial=ParticipantRole.UNSPECIFIED, required=False
    )

    def clean_role(self):
        return self.cleaned_data["role"] or ParticipantRole.UNSPECIFIED

    def clean(self):
        cleaned = super().clean()
        chosen_role = cleaned.get("role") not in (None, "", ParticipantRole.UNSPECIFIED)
        if chosen_role and self.is_empty() and not cleaned.get("DELETE"):
            raise ValidationError(_("Choose a person or a delegation, or describe who took part"))
        return cleaned


class SourceForm(RowForm):
    """A source the record rests on: one already recorded, or a new one by its address."""

    telling = ("source", "url", "upload", "publisher", "title", "quote")

    source = forms.ModelChoiceField(
        label=gettext_lazy("Source"), queryset=Source.objects.current(), required=False, widget=Combobox("source"),
        empty_label=gettext_lazy("A new source, given below"),
    )  # fmt: skip
    url = forms.URLField(
        label=gettext_lazy("Address"), required=False, assume_scheme="https", max_length=1000, widget=AddressInput
    )
    fetch = fetch_field()
    upload = file_field()
    publisher = forms.CharField(label=gettext_lazy("Publisher, or who said it"), max_length=200, required=False)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=500, required=False)
    quote = forms.CharField(
        label=gettext_lazy("In the source’s words"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    pinpoint = forms.CharField(
        label=gettext_lazy("Where in the source"), max_length=200, required=False,
        help_text=gettext_lazy("Page, paragraph, minute."),
    )  # fmt: skip
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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fetch"].initial = not self.initial.get("source")
        if not settings.SOURCE_FETCHING:
            del self.fields["fetch"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("DELETE") or self.errors:
            return cleaned
        described = next((name for name in ("url", "publisher", "title") if cleaned.get(name)), None)
        if cleaned.get("source") and described:
            self.add_error(described, _("A recorded source is chosen: leave this empty, or choose “a new source”"))
        is_new = not cleaned.get("source") and any(cleaned.get(name) for name in ("url", "upload", "title", "quote"))
        if is_new and not cleaned.get("publisher"):
            self.add_error("publisher", _("Name who published it, or choose a source already recorded"))
        return cleaned


class ParticipantRows(RepeatedFormSet):
    heading = gettext_lazy("Who took part")
    row_heading = gettext_lazy("Participant")
    add_label = gettext_lazy("Add somebody")
    lines = (("representative", "actor"), ("words", "role"))
    lede = gettext_lazy("People or whole delegations, one in each row. Empty rows are left out.")


class SourceRows(RepeatedFormSet):
    heading = gettext_lazy("Sources")
    row_heading = gettext_lazy("Source")
    add_label = gettext_lazy("Add a source")
    lines = (
        "source", "url", "fetch", "upload", ("publisher", "title"), "quote", "pinpoint", ("reliability", "credibility"),
    )  # fmt: skip
    lede = gettext_lazy(
        "Where it is said: an address, a file, or a statement heard, with who said it and its words. Empty rows are"
        " left out."
    )


ParticipantFormSet = repeated(ParticipantForm, ParticipantRows, extra=3)
SourceFormSet = repeated(SourceForm, SourceRows)
