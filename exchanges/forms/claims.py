"""The forms of claims and estimates. What a record may say is the model's to check; see ``records.services``."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import current_reader
from access.levels import Level
from exchanges.models import Claim, Estimate, Outcome
from exchanges.stating import figures_named, main_stage
from exchanges.vocabulary import Category, DifferenceReason, EstimateUse, Stage
from intermediaries.models import Actor
from negotiations.forms import SourceForm
from negotiations.models import Commitment
from records.entry_forms import WholeNumber
from records.filters import DayInput
from records.forms import ReadersForm
from records.guarded_forms import GuardedForm, add_refused
from records.widgets import Combobox
from sources.models import ClaimKind, Quantifier


class RefusedMixin:
    """Puts what a service refused beside the field it is about; nothing that was typed is lost."""

    def refuse(self, error: ValidationError) -> None:
        """Add the errors by field; those about what the form does not ask for stand above it."""
        add_refused(self, error)


class ClaimForm(RefusedMixin, ReadersForm, SourceForm):
    """One figure by one claimant with its source: four things to say, everything else may follow.

    ``figure`` chooses direction and category at once, among those that claims are most likely about; any other is
    given in the folded fields of these names.
    """

    claimant = forms.ModelChoiceField(
        label=gettext_lazy("Who says it"), queryset=Actor.objects.current(), empty_label=gettext_lazy("Choose who"),
        widget=Combobox("actor"),
        error_messages={"required": gettext_lazy("Choose who states the figure.")},
    )  # fmt: skip
    figure = forms.ChoiceField(
        label=gettext_lazy("Which figure"), required=False,
        help_text=gettext_lazy("Only claims about the same figure are compared."),
    )  # fmt: skip
    direction = forms.ChoiceField(label=gettext_lazy("Direction of another figure"), required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("Of what it speaks"), choices=[("", "–"), *Category.choices], required=False
    )
    quantifier = forms.ChoiceField(
        label=gettext_lazy("Meant as"), choices=Quantifier.choices, initial=Quantifier.EXACTLY
    )
    number = WholeNumber(
        label=gettext_lazy("Number"), required=False,
        help_text=gettext_lazy("Empty: not disclosed."),
    )  # fmt: skip
    number_high = WholeNumber(
        label=gettext_lazy("Upper number"), required=False, help_text=gettext_lazy("Only for “between”.")
    )
    claimant_words = forms.CharField(
        label=gettext_lazy("Claimant in the words used"), max_length=200, required=False,
        help_text=gettext_lazy("For example a ministry or a headquarters."),
    )  # fmt: skip
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices, initial=Stage.DELIVERED)
    claim_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of statement"), choices=ClaimKind.choices, initial=ClaimKind.OFFICIAL
    )
    said_on = forms.DateField(label=gettext_lazy("Said on"), required=False, widget=DayInput)
    as_of = forms.DateField(
        label=gettext_lazy("As of"), required=False, widget=DayInput,
        help_text=gettext_lazy("Where the number is the state of a later day."),
    )  # fmt: skip
    notes = forms.CharField(label=gettext_lazy("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    id = version = None

    # What the page asks first, and what it keeps folded: of the claim, of its source, of who can see it.
    first = (("claimant",), ("figure",), ("quantifier", "number", "number_high"), ("source",))
    more = (
        "said_on", "claim_kind", "claimant_words", "quote", "pinpoint", "direction", "category", "stage", "as_of",
        "publisher", "url", "title", "reliability", "credibility", "notes", "level", "compartments",
    )  # fmt: skip
    of_claim = (
        "claimant", "claimant_words", "direction", "category", "quantifier", "number", "number_high", "stage",
        "claim_kind", "said_on", "as_of", "notes",
    )  # fmt: skip
    of_source = ("source", "url", "publisher", "title", "quote", "pinpoint", "reliability", "credibility")

    def __init__(self, *args, about: Outcome | Commitment, **kwargs):
        """Offer the figures and the directions of what the claim is about."""
        super().__init__(*args, **kwargs)
        self.about = about
        directions, named = about.conflict.directions(), figures_named(about)
        self.figures = {f"{direction}/{category}": (direction, category) for direction, category in named}
        words = zip(self.figures, named.values(), strict=True)
        another = ("", _("Choose one, or give another below"))
        self.fields["figure"].choices = [another, *words]
        self.fields["direction"].choices = [("", _("Not stated")), *directions.items()]
        self.fields["source"].empty_label = _("Choose the source")
        source = self.fields["source"]
        source.required = not any(self.data.get(name) for name in ("publisher", "url", "title"))
        source.error_messages["required"] = _("Choose the source, or give publisher and address of a new one below.")
        self.fields["publisher"].label = _("Publisher of a new source")
        self.fields["url"].label = _("Its address")
        self.initial.setdefault("level", min(Level.INTERNAL, current_reader().clearance))
        self.initial.setdefault("stage", main_stage(about))

    def clean(self):
        """Put the figure chosen into the fields of the claim."""
        cleaned = super().clean()
        figure = self.figures.get(cleaned.get("figure", ""))
        below = (cleaned.get("direction", ""), cleaned.get("category", ""))
        if figure is None and not below[1] and not self.errors.keys() & {"figure", "category"}:
            self.add_error("figure", _("Choose which figure it is, or say below of what it speaks."))
        elif figure is not None and below[1] and below != figure:
            self.add_error("category", _("Leave this empty, or choose no figure above: the two are not the same."))
        elif figure is not None:
            cleaned["direction"], cleaned["category"] = figure
        return cleaned

    def claim(self) -> Claim:
        """Return the claim as typed, not yet written."""
        given = {name: self.cleaned_data[name] for name in self.of_claim}
        return Claim(**{self.about.kind: self.about}, **given, **self.marking())

    def marking(self) -> dict:
        return {"level": self.cleaned_data["level"], "compartments": self.cleaned_data.get("compartments", [])}

    def cited(self) -> dict:
        """Return the source as typed."""
        return {name: self.cleaned_data.get(name) for name in self.of_source}

    def in_first(self) -> list[list]:
        """Return the fields asked first; those of one list stand on one line."""
        return [[self[name] for name in line] for line in self.first]

    def in_more(self) -> list:
        return [self[name] for name in self.more if name in self.fields]

    def is_open(self) -> bool:
        """Whether something in the folded part was refused, so that it must stand open."""
        return any(name in self.errors for name in self.more)


class RefuteForm(RefusedMixin, GuardedForm, forms.Form):
    """Why a claim is refuted."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it refuted?"),
        help_text=gettext_lazy("What shows that it is wrong. Kept for everybody who may see the claim."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Say what refutes the claim.")},
    )


class EstimateForm(RefusedMixin, ReadersForm):
    """Low, best and high of one figure, with what part each claim had in it. ``claims`` are those weighed."""

    low = WholeNumber(
        label=gettext_lazy("Low"), min_value=0, help_text=gettext_lazy("0 where the range is open downward."),
        error_messages={"required": gettext_lazy("Give the lowest number; 0 where the range is open downward.")},
    )  # fmt: skip
    best = WholeNumber(
        label=gettext_lazy("Best"), required=False, help_text=gettext_lazy("Leave empty while unresolved.")
    )
    high = WholeNumber(
        label=gettext_lazy("High"), required=False, help_text=gettext_lazy("Leave empty where open upward.")
    )
    difference = forms.ChoiceField(
        label=gettext_lazy("Why do the claims differ?"),
        choices=[("", gettext_lazy("They do not differ")), *DifferenceReason.choices],
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Why these figures, in words another reader can follow."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Say why these figures were chosen.")},
    )

    field_order = ["low", "best", "high", "difference", "reason"]

    def __init__(self, *args, claims: Iterable[Claim], **kwargs):
        """Ask of each of the claims what part it has; ``initial`` may say so under ``use-<identity>``."""
        super().__init__(*args, **kwargs)
        self.claims = list(claims)
        for claim in self.claims:
            self.fields[f"use-{claim.pk}"] = forms.ChoiceField(
                label=_("Use of %(claim)s") % {"claim": claim}, choices=EstimateUse.choices
            )
            self.fields[f"why-{claim.pk}"] = forms.CharField(
                label=_("Reason for %(claim)s") % {"claim": claim}, required=False, max_length=2000
            )

    def refuse(self, error: ValidationError) -> None:
        """Add the errors; what is wrong with the claims used stands at those the actor entered, or at the first."""
        told = error.message_dict if hasattr(error, "error_dict") else {}
        if "claims" in told and self.claims:
            own = [claim for claim in self.claims if claim.author_id == current_reader().user_id] or self.claims[:1]
            for claim in own:
                self.add_error(f"use-{claim.pk}", told["claims"])
        else:
            super().refuse(error)

    def clean(self):
        cleaned = super().clean()
        low, best, high = (cleaned.get(name) for name in ("low", "best", "high"))
        if low is not None and high is not None and high < low:
            self.add_error("high", _("High lies below low. Give the greater of the two here."))
        elif low is not None and best is not None and (best < low or (high is not None and best > high)):
            self.add_error("best", _("Best lies outside low and high. Widen the range, or leave it empty."))
        for claim in self.claims:
            is_excluded = cleaned.get(f"use-{claim.pk}") == EstimateUse.EXCLUDED
            if is_excluded and not cleaned.get(f"why-{claim.pk}", "").strip():
                self.add_error(f"why-{claim.pk}", _("Say why the claim is excluded."))
        return cleaned

    def estimate(self, **about) -> Estimate:
        """Return the estimate as typed, not yet written; ``about`` says of what."""
        given = {name: self.cleaned_data[name] for name in ("low", "best", "high", "difference", "reason")}
        marking = {"level": self.cleaned_data["level"], "compartments": self.cleaned_data.get("compartments", [])}
        return Estimate(**about, **given, **marking)

    def uses(self) -> list[tuple[Claim, str, str]]:
        """Return each claim with its use and the reason for that."""
        given = self.cleaned_data
        return [(claim, given[f"use-{claim.pk}"], given[f"why-{claim.pk}"].strip()) for claim in self.claims]

    def figures(self) -> list:
        return [self[name] for name in (*self.field_order, "level", "compartments") if name in self.fields]

    def rows(self) -> list[dict]:
        """Return the claims with the fields that ask of each."""
        return [
            {
                "claim": claim,
                "category": Category(claim.category).label,
                "use": self[f"use-{claim.pk}"],
                "why": self[f"why-{claim.pk}"],
            }
            for claim in self.claims
        ]
