"""What many outcomes, claims and estimates have in common."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Prefetch

from exchanges.models import Claim, Outcome
from exchanges.reconciling import FigureRange, PlainClaim, ranges
from exchanges.vocabulary import OutcomeStatus, Stage
from records.models import ReviewState
from sources.models import ClaimState
from sources.querysets import with_citations

# Of these nothing was delivered, whatever was announced. What collapsed had begun.
NOT_TAKEN_PLACE = frozenset(
    {
        OutcomeStatus.PROPOSED,
        OutcomeStatus.ANNOUNCED,
        OutcomeStatus.SCHEDULED,
        OutcomeStatus.POSTPONED,
        OutcomeStatus.ABORTED,
        OutcomeStatus.OFFERED_NOT_ACCEPTED,
        OutcomeStatus.DENIED,
    }
)
PLAIN = ("claimant_id", "direction", "category", "quantifier", "number", "number_high", "stage", "state", "as_of")


def took_place(outcome: Outcome) -> bool:
    """Return whether anything of the outcome may count as delivered."""
    return outcome.status not in NOT_TAKEN_PLACE


def counted_ranges(outcome: Outcome, claims: Iterable[PlainClaim]) -> list[FigureRange]:
    """Return the ranges of an outcome's claims; of one that did not take place none is of a delivery."""
    return [figure for figure in ranges(claims) if took_place(outcome) or figure.stage != Stage.DELIVERED]


def figures_of(outcomes: Iterable[Outcome]) -> dict[object, list[FigureRange]]:
    """Return the ranges of the claims in force of many outcomes, by identity; one query."""
    outcomes = list(outcomes)
    stated = Claim.objects.counted().filter(outcome__in=[outcome.pk for outcome in outcomes], state=ClaimState.CURRENT)
    by_outcome = defaultdict(list)
    for outcome_id, *values in stated.order_by().values_list("outcome_id", *PLAIN):
        by_outcome[outcome_id].append(PlainClaim(*values))
    return {outcome.pk: counted_ranges(outcome, by_outcome[outcome.pk]) for outcome in outcomes}


def figures_of_loaded(outcome: Outcome) -> list[FigureRange]:
    """Return the ranges of an outcome whose current claims were already fetched with ``with_claims``."""
    counted = (claim for claim in outcome.claims.all() if claim.review_state != ReviewState.DRAFT)
    return counted_ranges(outcome, (PlainClaim(*(getattr(claim, name) for name in PLAIN)) for claim in counted))


def with_claims() -> Prefetch:
    """Prefetch the current claims of outcomes, with claimant and sources."""
    claims = Claim.objects.current().select_related("label", "author", "outcome", "claimant", "supersedes__claimant")
    return Prefetch("claims", queryset=claims.prefetch_related(with_citations()).order_by("recorded_at", "pk"))
