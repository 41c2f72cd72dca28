"""The forms of agreements and of single promises."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intermediaries.models import Actor
from negotiations.models import Agreement, Channel, Commitment, Conflict, Meeting
from negotiations.models.conflicts import BOTH
from negotiations.vocabulary import AgreementStatus, CommitmentSubject
from records.entry_forms import DatedForm, EntryForm, LinkedRecords, WholeNumber, offer
from records.filters import DayInput
from records.widgets import Combobox


def ways_offered() -> list[tuple]:
    """Return who delivers to whom, for every conflict the reader may see; grouped where there are several."""
    groups = []
    for conflict in Conflict.objects.current().prefetch_related("parties__actor"):
        parties = [party for party in conflict.parties.all() if not party.is_withdrawn]
        words = dict(conflict.directions())
        if len(parties) == 2:
            one, other = parties
            way = _("%(from)s to %(to)s")
            words[one.direction] = way % {"from": other.actor, "to": one.actor}
            words[other.direction] = way % {"from": one.actor, "to": other.actor}
        words = {BOTH: _("Each to the other")} | {code: told for code, told in words.items() if code != BOTH}
        groups.append((str(conflict), list(words.items())))
    return [("", _("Not stated")), *(groups[0][1] if len(groups) == 1 else groups)]


class AgreementEntryForm(DatedForm):
    """An agreement's own fields, and who is bound by it, in the order in which they were chosen."""

    parties = LinkedRecords(
        "actor",
        "party_links",
        "actor",
        label=gettext_lazy("Between"),
        queryset=Actor.objects.current(),
        help_text=gettext_lazy("Who is bound by it, in the order in which they shall stand."),
    )

    class Meta:
        model = Agreement
        fields = [
            "channel", "meeting", "title", "started_on", "ended_on", "date_precision", "date_words", "form", "stage",
            "status", "terms", "amends", "level", "compartments",
        ]  # fmt: skip
        labels = {
            "title": gettext_lazy("What it is called"),
            "form": gettext_lazy("In which form"),
            "stage": gettext_lazy("Stage of the peace process (PA-X)"),
        }
        help_texts = {
            "title": gettext_lazy("Its name, or what was agreed in a few words."),
            "meeting": gettext_lazy("Where it was reached, if at one meeting."),
            "terms": gettext_lazy("The terms as they were published. Single promises stand by themselves."),
            "amends": gettext_lazy("The agreement that this one changes or prolongs."),
        }
        widgets = {
            "channel": Combobox("channel"),
            "meeting": Combobox("meeting"),
            "amends": Combobox("agreement"),
            "terms": forms.Textarea(attrs={"rows": 5}),
        }
        error_messages = {
            "channel": {"required": gettext_lazy("Choose the channel in which it was agreed")},
            "title": {"required": gettext_lazy("Say what the agreement is called, or what was agreed")},
            "status": {"required": gettext_lazy("Choose where the agreement stands")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = [("", _("Choose one")), *AgreementStatus.choices]
        offer(self, "channel", Channel.objects.current(), _("Choose a channel"))
        offer(self, "meeting", Meeting.objects.current().select_related("channel"), _("At no single meeting"))
        earlier = Agreement.objects.current().exclude(pk=self.instance.pk)
        offer(self, "amends", earlier, _("No earlier agreement"))


class CommitmentEntryForm(EntryForm):
    """One promise with its terms; who states which number are claims of their own."""

    direction = forms.ChoiceField(label=gettext_lazy("Who delivers"), choices=ways_offered, required=False)
    quantity = WholeNumber(label=gettext_lazy("Number"), required=False)

    class Meta:
        model = Commitment
        fields = [
            "agreement", "meeting", "title", "direction", "quantity_kind", "quantity", "is_minimum", "subject",
            "commitment_kind", "owed_by", "owed_to", "reciprocity", "certainty", "due_on", "condition", "amends",
            "subject_words", "quantity_words", "direction_words", "level", "compartments",
        ]  # fmt: skip
        labels = {
            "title": gettext_lazy("The promise, in the words used"),
            "agreement": gettext_lazy("Made in the agreement"),
            "meeting": gettext_lazy("Made at the meeting"),
            "commitment_kind": gettext_lazy("What is promised"),
        }
        help_texts = {
            "agreement": gettext_lazy("Name the agreement, or the meeting, or both."),
            "owed_by": gettext_lazy("Of two sides it follows from the direction, where both are left empty."),
            "amends": gettext_lazy("The earlier promise then owes nothing more."),
            "direction_words": gettext_lazy("Shown in place of the direction where something stands here."),
        }
        widgets = {
            "agreement": Combobox("agreement"),
            "meeting": Combobox("meeting"),
            "owed_by": Combobox("actor"),
            "owed_to": Combobox("actor"),
            "amends": Combobox("commitment"),
            "due_on": DayInput,
            "condition": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {"subject": {"required": gettext_lazy("Say of what, or choose “other”")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = [("", _("Choose one")), *CommitmentSubject.choices]
        offer(self, "agreement", Agreement.objects.current(), _("In no agreement"))
        offer(self, "meeting", Meeting.objects.current().select_related("channel"), _("At no single meeting"))
        for name in ("owed_by", "owed_to"):
            offer(self, name, Actor.objects.current(), _("Not stated"))
        offer(self, "amends", Commitment.objects.current().exclude(pk=self.instance.pk), _("No earlier promise"))
