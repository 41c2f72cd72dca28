"""Claims entered as rows of what they are about, and the roles of actors in an outcome."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchanges.vocabulary import ActorRole, Category
from intermediaries.models import Actor
from negotiations.models import Conflict
from records.entry_forms import RepeatedFormSet, RowForm, WholeNumber, repeated
from records.filters import DayInput
from records.widgets import Combobox
from sources.models import ClaimKind, Quantifier, Source


def directions_offered() -> list[tuple]:
    """Return the directions of every conflict the reader may see, with their words; grouped where there are several."""
    conflicts = Conflict.objects.current().prefetch_related("parties")
    groups = [(str(conflict), list(conflict.directions().items())) for conflict in conflicts]
    return [("", _("Not stated")), *(groups[0][1] if len(groups) == 1 else groups)]


class ClaimRowForm(RowForm):
    """One figure by one claimant; an empty row is left out."""

    telling = ("claimant", "number", "number_high", "source", "said_on", "claimant_words", "quote", "pinpoint")

    claimant = forms.ModelChoiceField(
        label=gettext_lazy("Who says it"), queryset=Actor.objects.current(), required=False, widget=Combobox("actor"),
        empty_label=gettext_lazy("Choose who"),
    )  # fmt: skip
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("Of what"), required=False,
        choices=[("", gettext_lazy("all of them")), *Category.choices],
    )  # fmt: skip
    quantifier = forms.ChoiceField(
        label=gettext_lazy("Meant as"), choices=Quantifier.choices, initial=Quantifier.EXACTLY, required=False
    )
    number = WholeNumber(label=gettext_lazy("Number"), required=False, help_text=gettext_lazy("Empty: not disclosed."))
    number_high = WholeNumber(
        label=gettext_lazy("Upper number"), required=False, help_text=gettext_lazy("Only for “between”.")
    )
    source = forms.ModelChoiceField(
        label=gettext_lazy("Source"), queryset=Source.objects.current(), required=False, widget=Combobox("source"),
        empty_label=gettext_lazy("The one under “Sources”"),
    )  # fmt: skip
    said_on = forms.DateField(label=gettext_lazy("Said on"), required=False, widget=DayInput)
    claim_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of statement"), choices=ClaimKind.choices, initial=ClaimKind.OFFICIAL, required=False
    )
    claimant_words = forms.CharField(
        label=gettext_lazy("Claimant in the words used"), max_length=200, required=False,
        help_text=gettext_lazy("For example a ministry or a headquarters."),
    )  # fmt: skip
    quote = forms.CharField(
        label=gettext_lazy("In the source’s words"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    pinpoint = forms.CharField(
        label=gettext_lazy("Where in the source"), max_length=200, required=False,
        help_text=gettext_lazy("Page, paragraph, minute."),
    )  # fmt: skip

    def clean_quantifier(self):
        return self.cleaned_data["quantifier"] or Quantifier.EXACTLY

    def clean_claim_kind(self):
        return self.cleaned_data["claim_kind"] or ClaimKind.OFFICIAL

    def clean(self):
        cleaned = super().clean()
        is_said = not cleaned.get("DELETE") and not self.is_empty()
        if is_said and not cleaned.get("claimant") and "claimant" not in self.errors:
            self.add_error("claimant", _("Choose who says it: every figure is somebody’s claim"))
        return cleaned


class ClaimRows(RepeatedFormSet):
    heading = gettext_lazy("Claims")
    row_heading = gettext_lazy("Claim")
    lede = gettext_lazy(
        "One entry for each figure somebody states. Rival claims stand beside one another; empty entries are left out."
    )
    add_label = gettext_lazy("Add a claim")
    lines = (
        "claimant",
        ("direction", "category"),
        ("quantifier", "number", "number_high"),
        "source",
        ("said_on", "claim_kind"),
    )
    folded = ("claimant_words", "quote", "pinpoint")
    offered = {"direction": directions_offered}


class RoleForm(RowForm):
    """Who had which part in an outcome, and who says so; an empty row is left out."""

    telling = ("actor",)

    actor = forms.ModelChoiceField(
        label=gettext_lazy("Who"), queryset=Actor.objects.current(), required=False, widget=Combobox("actor"),
        empty_label=gettext_lazy("Choose who"),
    )  # fmt: skip
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=ActorRole.choices, initial=ActorRole.INTERMEDIARY, required=False
    )
    credited_by = forms.ModelChoiceField(
        label=gettext_lazy("Credited by"), queryset=Actor.objects.current(), required=False, widget=Combobox("actor"),
        empty_label=gettext_lazy("Not stated"), help_text=gettext_lazy("Where several say so, give each an entry."),
    )  # fmt: skip

    def clean_role(self):
        return self.cleaned_data["role"] or ActorRole.INTERMEDIARY

    def clean(self):
        cleaned = super().clean()
        has_more = cleaned.get("credited_by") or cleaned.get("role") not in (None, ActorRole.INTERMEDIARY)
        lacks_actor = not cleaned.get("actor") and "actor" not in self.errors
        if has_more and lacks_actor and not cleaned.get("DELETE"):
            self.add_error("actor", _("Choose who had the role, or empty the entry"))
        return cleaned


class RoleRows(RepeatedFormSet):
    heading = gettext_lazy("Who took part")
    row_heading = gettext_lazy("Role")
    add_label = gettext_lazy("Add a role")
    lines = ("actor", ("role", "credited_by"))


ClaimFormSet = repeated(ClaimRowForm, ClaimRows)
RoleFormSet = repeated(RoleForm, RoleRows)
