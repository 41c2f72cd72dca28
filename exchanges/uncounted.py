"""What stands and counts in no figure, because nobody has verified it as it is now: said where a figure would stand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exchanges.models import Claim, Delivery, Outcome
from exchanges.querysets import NOT_TAKEN_PLACE
from exchanges.reconciling import order
from exchanges.vocabulary import Category, Stage
from records.checking import Past, as_it_was
from records.known import KnownOn
from records.models import ReviewState
from sources.models import ClaimState


@dataclass(frozen=True)
class Uncounted:
    """A claim that counts nowhere yet; ``was`` is its figure as it was verified, where that differs."""

    claim: Claim
    was_verified: bool
    was: str = ""

    @property
    def word(self) -> str:
        return changed_word() if self.was_verified else _("Not verified yet")

    @property
    def css(self) -> str:
        return "half" if self.was_verified else "no"

    @property
    def category(self) -> str:
        """Of what, where that is not simply the total."""
        return "" if self.claim.category == Category.TOTAL else str(Category(self.claim.category).label)


def changed_word() -> str:
    """Return how a figure is called that was verified and has been changed since."""
    return _("Verified before, changed since")


def uncounted_of(outcomes: Iterable[Outcome]) -> dict[object, list[Uncounted]]:
    """Return, by outcome, the claims about what was delivered that stand and do not count, in the order of categories.

    One statement, and one more where there are any.
    """
    claims = Claim.objects.standing().exclude(review_state=ReviewState.VERIFIED)
    claims = claims.filter(outcome__in=[one.pk for one in outcomes], stage=Stage.DELIVERED).with_state()
    claims = claims.filter(state_found=ClaimState.CURRENT).select_related("label", "claimant")
    claims = list(claims.order_by("recorded_at", "pk"))
    past = Past(claims) if claims else None
    found = defaultdict(list)
    for claim in claims:
        entry = past.verified(claim)
        was = as_it_was(claim, entry.after).stated if entry else ""
        found[claim.outcome_id].append(Uncounted(claim, entry is not None, "" if was == claim.stated else was))
    for several in found.values():
        several.sort(key=lambda one: order(one.claim.category))
    return found


def changed_deliveries(commitments: list, known: KnownOn | None = None) -> dict[object, int]:
    """Return, by promise, how many events would count as delivered had they not changed since they were verified.

    The event itself, what ties it to the promise, or a claim about its number. Two statements.
    """
    happened = Outcome.objects.standing(known).exclude(status__in=NOT_TAKEN_PLACE)
    rows = Delivery.objects.standing(known).filter(commitment__in=commitments, outcome__in=happened.values("pk"))
    rows = rows.order_by().values_list("commitment_id", "outcome_id", "review_state", "outcome__review_state")
    rows = list(rows)
    claims = Claim.objects.standing(known).filter(review_state=ReviewState.CHANGED, stage=Stage.DELIVERED)
    changed = set(claims.filter(outcome__in={row[1] for row in rows}).order_by().values_list("outcome_id", flat=True))
    found: dict[object, set] = defaultdict(set)
    for commitment, outcome, *states in rows:
        if ReviewState.CHANGED in states or outcome in changed:
            found[commitment].add(outcome)
    return {commitment: len(several) for commitment, several in found.items()}
