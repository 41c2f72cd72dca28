"""The forms of actors, with their names and mandates, and of the people who act for them."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from intermediaries.models import Actor, ActorKind, MandateRole, NameKind, Representative
from records.entry_forms import DatedForm, EntryForm, PartialDateField, RepeatedFormSet, RowForm, repeated
from records.widgets import Combobox


def country_code(given: str) -> str:
    """Return an ISO 3166 code as it is recorded, or nothing; raise ValidationError for what has not three letters."""
    code = given.strip().upper()
    if code and not re.fullmatch("[A-Z]{3}", code):
        raise ValidationError(_("A country code has three letters, for example UKR"))
    return code


class ActorForm(EntryForm):
    """An actor's own fields. ``short`` are those asked in the dialog of a combobox."""

    short = ("name", "kind_of_actor")

    class Meta:
        model = Actor
        fields = ["name", "kind_of_actor", "iso_code", "notes", "level", "compartments"]
        labels = {"iso_code": _("Country code")}
        help_texts = {
            "name": _("As it is called in English; names in other languages and scripts can follow."),
            "iso_code": _("Only for a state: the three letters of ISO 3166, for example UKR."),
        }
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}
        error_messages = {
            "name": {"required": _("Give the actor’s name")},
            "kind_of_actor": {"required": _("Choose what kind of actor it is")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind_of_actor"].choices = [("", _("Choose a kind")), *ActorKind.choices]

    def clean_iso_code(self):
        return country_code(self.cleaned_data["iso_code"])


class NameForm(RowForm):
    """One more name of an actor; an empty row is left out."""

    telling = ("name",)

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    name_kind = forms.ChoiceField(label=_("Kind of name"), choices=NameKind.choices, initial=NameKind.ALIAS)
    language = forms.CharField(
        label=_("Language"), max_length=8, required=False, help_text=_("ISO 639 code, for example uk.")
    )
    script = forms.CharField(
        label=_("Script"), max_length=4, required=False, help_text=_("ISO 15924 code, for example Cyrl.")
    )


class MandateForm(RowForm):
    """An actor's role as intermediary, with its time; an empty row is left out."""

    telling = ("role", "started_on", "ended_on", "date_words", "notes")

    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *MandateRole.choices], required=False)
    started_on = PartialDateField(label=_("Since"), required=False, help_text=_("Give only what is known."))
    ended_on = PartialDateField(label=_("Until"), required=False)
    date_words = forms.CharField(
        label=_("Time in the words used"), max_length=200, required=False, help_text=_("As the source says it.")
    )
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_role(self):
        return self.cleaned_data["role"] or (MandateRole.UNSPECIFIED if self.has_changed() else "")

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("started_on"), cleaned.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", _("“Until” lies before “Since”"))
        return cleaned


class NameRows(RepeatedFormSet):
    heading = _("Other names")
    row_heading = _("Name")
    add_label = _("Add a name")
    lede = _("Whoever types one of them finds the actor. Empty rows are left out.")


class MandateRows(RepeatedFormSet):
    heading = _("As intermediary")
    row_heading = _("Mandate")
    add_label = _("Add a mandate")
    lede = _("Which part it plays between the sides, and since when. Empty rows are left out.")


NameFormSet = repeated(NameForm, NameRows, extra=2)
MandateFormSet = repeated(MandateForm, MandateRows)


class RepresentativeForm(DatedForm):
    """An official, the actor they act for, their position and since when."""

    date_needed = False
    short = ("name", "actor", "position")

    class Meta:
        model = Representative
        fields = [
            "name", "actor", "actor_words", "position", "date_precision", "started_on", "ended_on", "date_words",
            "notes", "level", "compartments",
        ]  # fmt: skip
        labels = {"date_words": _("Time in the words used"), "actor_words": _("Body in the words used")}
        help_texts = {
            "name": _("Only of officials acting in office: no other person is named in Parley."),
            "actor_words": _("Where the source names a ministry or an office more exactly."),
            "date_words": _("As the source says it."),
        }
        widgets = {"actor": Combobox("actor"), "notes": forms.Textarea(attrs={"rows": 3})}
        error_messages = {
            "name": {"required": _("Give the name of the official")},
            "actor": {"required": _("Choose for whom the official acts")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["actor"].queryset = Actor.objects.current()
        self.fields["actor"].empty_label = _("Choose an actor")
        self.fields["started_on"].label = _("In office since")
        self.fields["ended_on"].label = _("In office until")
        self.fields["ended_on"].help_text = _("Leave empty while in office.")
