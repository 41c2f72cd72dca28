"""The rows entered with a meeting or an agreement: promises, outcomes reported, follow-ups."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.levels import Role
from access.models import User
from exchanges.forms.claims import WholeNumber
from exchanges.vocabulary import OutcomeKind
from intermediaries.models import Actor
from negotiations.models import Conflict
from negotiations.models.conflicts import BOTH
from negotiations.vocabulary import CommitmentSubject, QuantityKind
from records.entry_forms import RepeatedFormSet, RowForm
from records.filters import DayInput


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


class WayForm(RowForm):
    """A row that says who delivers to whom."""

    direction = forms.ChoiceField(label=gettext_lazy("Who delivers"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["direction"].choices = ways_offered()


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
    stated_by = forms.ModelChoiceField(
        label=gettext_lazy("Who states it"), queryset=Actor.objects.current(), required=False, empty_label="–"
    )
    stated_also_by = forms.ModelChoiceField(
        label=gettext_lazy("and who else"), queryset=Actor.objects.current(), required=False, empty_label="–"
    )
    field_order = ["id", "version", "title", "direction"]

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

    def claimants(self) -> list[Actor]:
        """Return who states the promise, each once."""
        named = (self.cleaned_data.get("stated_by"), self.cleaned_data.get("stated_also_by"))
        return list(dict.fromkeys(actor for actor in named if actor))


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


class ReportedOutcomeRows(RepeatedFormSet):
    heading = gettext_lazy("Outcomes reported")
    row_heading = gettext_lazy("Outcome")
    add_label = gettext_lazy("Add an outcome")
    lines = (("outcome_kind", "started_on"), ("claimant", "direction", "number"))


class FollowUpRows(RepeatedFormSet):
    heading = gettext_lazy("Follow-ups")
    row_heading = gettext_lazy("Follow-up")
    add_label = gettext_lazy("Add a follow-up")
    lines = ("task", ("owner", "due_on", "done_on"))


def rows_of(form: type[RowForm], formset: type[RepeatedFormSet]) -> type[RepeatedFormSet]:
    return formset_factory(form, formset=formset, extra=1, can_delete=True, max_num=100)


CommitmentFormSet = rows_of(CommitmentForm, CommitmentRows)
ReportedOutcomeFormSet = rows_of(ReportedOutcomeForm, ReportedOutcomeRows)
FollowUpFormSet = rows_of(FollowUpForm, FollowUpRows)
