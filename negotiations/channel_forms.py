"""The forms of channels, with their parties and intermediaries, and of places."""

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intermediaries.forms import country_code
from intermediaries.models import Actor, MandateRole
from negotiations.models import Channel, Conflict, Place
from negotiations.vocabulary import Mode, Topic
from records.entry_forms import (
    DatedForm,
    EntryForm,
    LinkedRecords,
    PartialDateField,
    RepeatedFormSet,
    RowForm,
    offer,
    repeated,
)
from records.widgets import Combobox


class OwnWords(SimpleArrayField):
    """Several short texts in one line with semicolons between them; what is empty is left out."""

    def to_python(self, value):
        return [text for text in super().to_python(value) if text]


class TopicsForm(forms.ModelForm):
    """The topics of the list, which can be counted, and others in one's own words. Named in ``Meta.fields``."""

    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Topics"),
        choices=Topic.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("The list is the same for everybody, so that records can be compared."),
    )
    own_topics = OwnWords(
        forms.CharField(max_length=60, required=False),
        label=gettext_lazy("Other topics"),
        delimiter=";",
        required=False,
        help_text=gettext_lazy("What the list lacks, in a few words. Put a semicolon between two."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"item_invalid": gettext_lazy("Topic %(nth)s cannot be kept.")},
    )


class ChannelForm(TopicsForm, DatedForm):
    """A channel's own fields, and its parties in the order in which they were chosen."""

    date_needed = False
    short = ("name", "conflict", "mode")

    parties = LinkedRecords(
        "actor",
        "party_links",
        "actor",
        label=gettext_lazy("Between"),
        queryset=Actor.objects.current(),
        help_text=gettext_lazy("The parties that talk, in the order in which they shall stand."),
    )

    class Meta:
        model = Channel
        fields = [
            "name", "conflict", "mode", "status", "openness", "track", "topics", "own_topics",
            "date_precision", "started_on", "ended_on", "date_words", "notes", "level", "compartments",
        ]  # fmt: skip
        labels = {"mode": gettext_lazy("Do the parties meet each other?")}
        help_texts = {
            "name": gettext_lazy("What staff call it. Everybody who may see the channel sees its name."),
            "date_words": gettext_lazy("As the source says it."),
        }
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}
        error_messages = {
            "name": {"required": gettext_lazy("Give the channel a name")},
            "conflict": {"required": gettext_lazy("Choose the conflict the channel belongs to")},
            "mode": {"required": gettext_lazy("Choose whether the parties meet each other")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = [("", _("Choose one")), *Mode.choices]
        offer_conflicts(self)
        self.fields["started_on"].label = _("Since")
        self.fields["ended_on"].label = _("Until")
        self.fields["ended_on"].help_text = _("Leave empty while the channel lasts.")


def offer_conflicts(form: EntryForm) -> None:
    """Offer the conflicts the reader may see; where there is one alone, a new record begins with it."""
    conflicts = Conflict.objects.current()
    offer(form, "conflict", conflicts, _("Choose a conflict"))
    if form.instance._state.adding and not form.initial.get("conflict") and len(conflicts) == 1:
        form.initial["conflict"] = conflicts[0].pk


class IntermediaryForm(RowForm):
    """Who stands between the parties, in which role, and who says so; an empty row is left out."""

    telling = ("actor",)

    actor = forms.ModelChoiceField(
        label=gettext_lazy("Intermediary"),
        queryset=Actor.objects.current(),
        required=False,
        widget=Combobox("actor"),
        empty_label=gettext_lazy("Choose who"),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=MandateRole.choices, initial=MandateRole.UNSPECIFIED, required=False
    )
    credited_by = forms.ModelChoiceField(
        label=gettext_lazy("Credited by"),
        queryset=Actor.objects.current(),
        required=False,
        widget=Combobox("actor"),
        empty_label=gettext_lazy("Not stated"),
        help_text=gettext_lazy("Who says so. Where several do, give each a row."),
    )
    started_on = PartialDateField(
        label=gettext_lazy("Since"), required=False, help_text=gettext_lazy("Give only what is known.")
    )
    ended_on = PartialDateField(label=gettext_lazy("Until"), required=False)

    def clean_role(self):
        return self.cleaned_data["role"] or MandateRole.UNSPECIFIED

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("started_on"), cleaned.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", _("“Until” lies before “Since”"))
        others = any(cleaned.get(name) for name in ("credited_by", "started_on", "ended_on"))
        has_role = cleaned.get("role") not in (None, MandateRole.UNSPECIFIED)
        lacks_actor = not cleaned.get("actor") and "actor" not in self.errors
        if (others or has_role) and lacks_actor and not cleaned.get("DELETE"):
            self.add_error("actor", _("Choose who stands between the parties, or empty the row"))
        return cleaned


class IntermediaryRows(RepeatedFormSet):
    heading = gettext_lazy("Through")
    row_heading = gettext_lazy("Intermediary")
    add_label = gettext_lazy("Add an intermediary")
    lede = gettext_lazy("Who carries messages, hosts or mediates. Empty rows are left out.")


IntermediaryFormSet = repeated(IntermediaryForm, IntermediaryRows)


class PlaceForm(EntryForm):
    """A place, as exactly as known."""

    short = ("name", "country_code", "precision")

    class Meta:
        model = Place
        fields = [
            "name", "country_code", "precision", "latitude", "longitude", "is_withheld", "notes", "level",
            "compartments",
        ]  # fmt: skip
        labels = {
            "country_code": gettext_lazy("Country code"),
            "precision": gettext_lazy("How exactly is it known?"),
            "is_withheld": gettext_lazy("Withhold the position"),
        }
        help_texts = {
            "name": gettext_lazy("Town and country, for example Geneva, Switzerland."),
            "country_code": gettext_lazy("The three letters of ISO 3166, for example TUR."),
            "latitude": gettext_lazy("Degrees north, for example 41.01; south is negative."),
            "longitude": gettext_lazy("Degrees east, for example 28.98; west is negative."),
            "is_withheld": gettext_lazy("The name is shown, the position is not."),
        }
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 3}),
            "latitude": forms.TextInput(attrs={"inputmode": "decimal", "class": "w6c"}),
            "longitude": forms.TextInput(attrs={"inputmode": "decimal", "class": "w6c"}),
        }
        error_messages = {"name": {"required": gettext_lazy("Give the name of the place")}}

    def clean_country_code(self):
        return country_code(self.cleaned_data["country_code"])

    def clean(self):
        cleaned = super().clean()
        if "latitude" not in self.errors and "longitude" not in self.errors:
            for name, other in (("latitude", "longitude"), ("longitude", "latitude")):
                if cleaned.get(name) is None and cleaned.get(other) is not None:
                    self.add_error(name, _("Give both latitude and longitude, or neither"))
        return cleaned
