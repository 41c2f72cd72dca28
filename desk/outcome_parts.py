"""The repeated parts of outcomes, agreements and commitments."""

from django.urls import reverse

from access import permissions
from desk.forms import AgreedCommitmentFormSet
from desk.parts import Commitments, Part
from exchanges.forms.claim_rows import ClaimFormSet, RoleFormSet
from exchanges.models import Claim, OutcomeRole
from exchanges.services import record_claim
from exchanges.stating import figure_words, main_category, main_stage, source_said
from sources.models import ClaimState


class Claims(Part):
    """Figures somebody states. What is recorded is never edited: it is shown, with where it is stated anew or refuted.

    Written after the sources of the record they are about: a claim that names no source rests on the only one there is.
    """

    prefix = "claims"
    formset = ClaimFormSet
    model = Claim
    fields = (
        "claimant", "direction", "category", "quantifier", "number", "number_high", "said_on", "claim_kind",
        "claimant_words",
    )  # fmt: skip
    recorded_template = "desk/recorded_claims.html"

    def stored(self, record):
        return []

    def recorded(self, record):
        """Return the claims about the record, each with its words and with what may be done with it."""
        if record._state.adding:
            return []
        found = Claim.objects.current().filter(**{self.link: record}).with_state().select_related("label", "claimant")
        directions = record.conflict.directions()
        return [told(claim, directions) for claim in found.order_by("recorded_at", "pk")]

    def write(self, actor, record, row, existing, position, *, draft):
        said = {name: row.get(name) for name in self.fields}
        said["category"] = said["category"] or main_category(record)
        claim = Claim(**{self.link: record}, stage=main_stage(record), **said)
        return record_claim(actor, claim, [source_said(record, row)])


def told(claim: Claim, directions: dict[str, str]) -> dict:
    """Return a claim as the form shows it."""
    is_in_force = claim.state == ClaimState.CURRENT
    may_refute = is_in_force and permissions.may(permissions.REVIEW)
    return {
        "claim": claim,
        "figure": figure_words(claim.direction, claim.category, directions),
        "anew_url": reverse("exchanges:claim-supersede", args=[claim.pk]) if is_in_force else None,
        "refute_url": reverse("exchanges:claim-refute", args=[claim.pk]) if may_refute else None,
    }


class OutcomeClaims(Claims):
    link = "outcome"


class CommitmentClaims(Claims):
    link = "commitment"


class Roles(Part):
    prefix = "roles"
    formset = RoleFormSet
    model = OutcomeRole
    link = "outcome"
    fields = ("actor", "role", "credited_by")
    related = ("actor", "credited_by")
    has_position = True


class AgreedCommitments(Commitments):
    """The promises of an agreement, with their terms."""

    formset = AgreedCommitmentFormSet
    link = "agreement"
    fields = (*Commitments.fields, "is_minimum", "reciprocity", "condition", "amends")
    related = ("amends",)
