"""The rows entered with a meeting or an agreement: promises, outcomes reported, follow-ups."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.levels import Role
from access.models import User
from exchanges.models import Claim
from exchanges.vocabulary import OutcomeKind
from intermediaries.models import Actor
from negotiations.agreement_forms import ways_offered
from negotiations.models import Commitment
from negotiations.vocabulary import CommitmentSubject, QuantityKind, Reciprocity
from records.entry_forms import RepeatedFormSet, RowForm, WholeNumber, repeated
from records.filters import DayInput
from records.widgets import Combobox


class WayForm(RowForm):
    """A row that says who delivers to whom; its form set offers the ways."""

    direction = forms.ChoiceField(label=gettext_lazy("Who delivers"), required=False)


def stating(label) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=label, queryset=Actor.objects.current(), required=False, widget=Combobox("actor"), empty_label="–"
    )


class CommitmentForm(WayForm):
    """One promise and who states it. Whoever states it makes a claim; what is recorded already is never edited."""

    telling = ("title", "quantity", "subject", "due_on")

    title = forms.CharField(label=gettext_lazy("The promise, in the words used"), max_length=300, required=False)
    quantity_kind = forms.ChoiceField(
        label=gettext_lazy("How many"), required=False, initial=QuantityKind.NUMBER,
        choices=QuantityKind.choices,
    )  # fmt: skip
    quantity = WholeNumber(label=gettext_lazy("Number"), required=False)
    subject = forms.ChoiceField(
        label=gettext_lazy("Of what"), required=False, choices=[("", "–"), *CommitmentSubject.choices]
    )
    due_on = forms.DateField(label=gettext_lazy("Due"), required=False, widget=DayInput)
    stated_by = stating(gettext_lazy("Who states it"))
    stated_also_by = stating(gettext_lazy("and who else"))
    field_order = ["id", "version", "title", "direction"]

    def recorded(self) -> list[Claim]:
        """Return the claims about the promise that are recorded; see ``desk.parts.Commitments.stored``."""
        return list(self.part.claims.all()) if self.part else []

    def clean_quantity_kind(self):
        return self.cleaned_data["quantity_kind"] or QuantityKind.NUMBER

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("DELETE") or self.is_empty():
            return cleaned
        if not cleaned.get("subject") and "subject" not in self.errors:
            self.add_error("subject", _("Say of what, or choose “other”"))
        kind = cleaned.get("quantity_kind")
        if kind == QuantityKind.NUMBER and cleaned.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", _("Say how many, or choose “number not agreed”"))
        elif kind != QuantityKind.NUMBER and cleaned.get("quantity") is not None:
            self.add_error("quantity", _("Leave the number empty, or choose “a number”"))
        return cleaned


class AgreedCommitmentForm(CommitmentForm):
    """One promise of an agreement, with its terms, and the number that each of those who state it gives."""

    telling = (*CommitmentForm.telling, "condition", "amends", "stated_by", "stated_also_by")

    is_minimum = forms.BooleanField(label=gettext_lazy("At least this many"), required=False)
    stated_number = WholeNumber(label=gettext_lazy("Their number, if another"), required=False)
    also_number = WholeNumber(label=gettext_lazy("Their number, if another"), required=False)
    reciprocity = forms.ChoiceField(
        label=gettext_lazy("Reciprocity"), choices=Reciprocity.choices, initial=Reciprocity.UNSPECIFIED, required=False
    )
    condition = forms.CharField(
        label=gettext_lazy("Condition"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    amends = forms.ModelChoiceField(
        label=gettext_lazy("Amends or renews"),
        queryset=Commitment.objects.current(),
        required=False,
        widget=Combobox("commitment"),
        empty_label=gettext_lazy("No earlier promise"),
        help_text=gettext_lazy("The earlier promise then owes nothing more."),
    )

    def clean_reciprocity(self):
        return self.cleaned_data["reciprocity"] or Reciprocity.UNSPECIFIED

    def clean(self):
        cleaned = super().clean()
        for actor, number in (("stated_by", "stated_number"), ("stated_also_by", "also_number")):
            if cleaned.get(number) is not None and not cleaned.get(actor) and actor not in self.errors:
                self.add_error(actor, _("Choose who gives this number, or leave it empty"))
        return cleaned


class ReportedOutcomeForm(WayForm):
    """An outcome announced at or after a meeting, with the first claim about it."""

    telling = ("outcome_kind", "started_on", "number", "claimant")

    outcome_kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", "–"), *OutcomeKind.choices]
    )
    started_on = forms.DateField(label=gettext_lazy("Date"), required=False, widget=DayInput)
    claimant = forms.ModelChoiceField(
        label=gettext_lazy("Who says so"), queryset=Actor.objects.current(), required=False, empty_label="–"
    )
    number = WholeNumber(label=gettext_lazy("Number"), required=False, help_text=gettext_lazy("Empty: not disclosed."))
    field_order = ["id", "version", "outcome_kind", "started_on", "claimant", "direction", "number"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("DELETE") or self.is_empty():
            return cleaned
        for name, told in (
            ("outcome_kind", _("Choose what kind of outcome it is")),
            ("started_on", _("Give the day of the outcome")),
            ("claimant", _("Choose who says so: every figure is somebody’s claim")),
        ):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, told)
        return cleaned


class FollowUpForm(RowForm):
    """What somebody undertook to do."""

    telling = ("task",)

    task = forms.CharField(label=gettext_lazy("What is to be done"), max_length=400, required=False)
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Who does it"), queryset=User.objects.none(), required=False,
        empty_label=gettext_lazy("Nobody yet"),
    )  # fmt: skip
    due_on = forms.DateField(label=gettext_lazy("Due"), required=False, widget=DayInput)
    done_on = forms.DateField(label=gettext_lazy("Done"), required=False, widget=DayInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(is_active=True, role__in=(Role.RECORDER, Role.REVIEWER))
        self.fields["owner"].queryset = staff

    def clean(self):
        cleaned = super().clean()
        if any(cleaned.get(name) for name in ("owner", "due_on", "done_on")) and not cleaned.get("task"):
            raise ValidationError(_("Say what is to be done"))
        return cleaned


class CommitmentRows(RepeatedFormSet):
    heading = gettext_lazy("What was agreed")
    row_heading = gettext_lazy("Commitment")
    lede = gettext_lazy("One entry for each promise. Delivery is tracked from here.")
    add_label = gettext_lazy("Add a commitment")
    lines = ("title", ("direction", "quantity_kind", "quantity", "subject", "due_on"), ("stated_by", "stated_also_by"))
    offered = {"direction": ways_offered}


class AgreedCommitmentRows(CommitmentRows):
    lines = (
        "title",
        ("direction", "quantity_kind", "quantity", "subject", "due_on"),
        ("stated_by", "stated_number"),
        ("stated_also_by", "also_number"),
    )
    folded = (("reciprocity", "is_minimum"), "condition", "amends")


class ReportedOutcomeRows(RepeatedFormSet):
    heading = gettext_lazy("Outcomes reported")
    row_heading = gettext_lazy("Outcome")
    add_label = gettext_lazy("Add an outcome")
    lines = (("outcome_kind", "started_on"), ("claimant", "direction", "number"))
    offered = {"direction": ways_offered}


class FollowUpRows(RepeatedFormSet):
    heading = gettext_lazy("Follow-ups")
    row_heading = gettext_lazy("Follow-up")
    add_label = gettext_lazy("Add a follow-up")
    lines = ("task", ("owner", "due_on", "done_on"))


CommitmentFormSet = repeated(CommitmentForm, CommitmentRows)
AgreedCommitmentFormSet = repeated(AgreedCommitmentForm, AgreedCommitmentRows)
ReportedOutcomeFormSet = repeated(ReportedOutcomeForm, ReportedOutcomeRows)
FollowUpFormSet = repeated(FollowUpForm, FollowUpRows)
