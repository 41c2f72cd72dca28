"""Running totals against the events they cover: compared, never added to them; a bounded number of statements."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from exchanges.measures.bounds import Between, Bounds, Sum, add_up, between, stated_of
from exchanges.measures.totals import COMPARED, NEAR_CUT_OFF, Covered, Explanation, explanations
from exchanges.models import Outcome, OutcomeRole, RunningTotal
from exchanges.querysets import NOT_TAKEN_PLACE, figures_of, plain_claims, receiving_sides
from exchanges.reconciling import PlainClaim, ranges
from exchanges.vocabulary import Category, OutcomeKind
from negotiations.models import Party
from negotiations.models.conflicts import BOTH
from records.known import KnownOn
from reports.selectors.periods import last_day
from reports.selectors.summary_sections import counted_once


@dataclass(frozen=True)
class TotalGap:
    """One running total, what the events in its window come to, and what may explain the rest.

    ``own`` adds up the claimant's own claims, ``all_claims`` the lowest and highest of everybody's; ``gap`` is the
    total less ``own``. All three are None where there is no number, or no kind of event to compare with.
    ``of_credited``: the claimant is an intermediary and counts what it mediated, so that only the events are compared
    in which somebody credits it with a role.
    """

    total: RunningTotal
    kinds: tuple[str, ...]
    since: dt.date | None
    events: list[Outcome]
    own: Sum | None
    all_claims: Sum | None
    gap: Between | None
    explanations: list[Explanation]
    of_credited: bool = False


def gaps_of(totals: Iterable[RunningTotal], known: KnownOn | None = None) -> list[TotalGap]:
    """Return, for each running total in the order given, how it stands to the recorded events."""
    totals = list(totals)
    conflicts = {total.conflict_id for total in totals}
    kinds = {kind for total in totals for kind in COMPARED.get(total.category, ())} | {OutcomeKind.REPATRIATION}
    happened = Outcome.objects.counted().filter(
        conflict__in=conflicts, outcome_kind__in=kinds, started_on__isnull=False
    )
    outcomes = list(happened.exclude(status__in=NOT_TAKEN_PLACE).order_by("started_on", "recorded_at", "pk"))
    outcomes = counted_once(outcomes)
    sides: dict = defaultdict(list)
    for conflict, direction in (
        Party.objects.current().filter(conflict__in=conflicts).values_list("conflict_id", "direction")
    ):
        sides[conflict].append(direction)
    credited = credited_in(outcomes, {total.claimant_id for total in totals})
    figures = figures_of(outcomes, known)
    plain = plain_claims({"outcome": list(figures)}, known)
    receiving = receiving_sides(conflicts)
    by_conflict = defaultdict(list)
    for outcome in outcomes:
        by_conflict[outcome.conflict_id].append(outcome)
    found = []
    for total in totals:
        recorded, parties = by_conflict[total.conflict_id], receiving.get(total.conflict_id, {})
        of_credited = total.claimant_id in credited and total.claimant_id not in parties.values()
        if of_credited:
            recorded = [outcome for outcome in recorded if outcome.pk in credited[total.claimant_id]]
        own = OwnClaims(total.claimant_id, plain, parties)
        gap = gap_of(total, recorded, figures, own, sides[total.conflict_id])
        found.append(replace(gap, of_credited=of_credited))
    return found


def credited_in(outcomes: list[Outcome], claimants: set) -> dict[object, set]:
    """Return, by claimant, the outcomes in which somebody credits it with a role; one statement."""
    found: dict[object, set] = defaultdict(set)
    roles = OutcomeRole.objects.counted().filter(actor__in=claimants, outcome__in=[one.pk for one in outcomes])
    for actor, outcome in roles.order_by().values_list("actor_id", "outcome_id"):
        found[actor].add(outcome)
    return found


class OwnClaims(dict):
    """The figures of outcomes from one claimant's claims alone, computed as they are asked for."""

    def __init__(self, claimant, plain: dict, receiving: dict):
        super().__init__()
        self.claimant, self.plain, self.receiving = claimant, plain, receiving

    def __missing__(self, outcome):
        own: list[PlainClaim] = [claim for claim in self.plain[outcome] if claim.claimant == self.claimant]
        self[outcome] = ranges(own, self.receiving)
        return self[outcome]


def gap_of(total: RunningTotal, recorded: list[Outcome], figures: dict, own: dict, directions: list[str]) -> TotalGap:
    """Return how one running total stands to the recorded events of its conflict."""
    kinds = COMPARED.get(total.category, ())
    comparable = [outcome for outcome in recorded if outcome.outcome_kind in kinds]
    begins = comparable[0].started_on if comparable else None
    events = [outcome for outcome in comparable if covers(total, outcome)]
    if not kinds:
        return TotalGap(total, kinds, total.since, [], None, None, None, [])
    asked = directions if total.direction == BOTH else [total.direction]
    category = total.category
    sums = [
        add_up(number_of(told[outcome.pk], asked, category, total.direction) for outcome in events)
        for told in (own, figures)
    ]
    covered = Covered(
        since=total.since,
        as_of=total.as_of,
        record_begins=begins,
        without_number=sums[0].without_number,
        has_civilians=category in {Category.TOTAL, Category.POW}
        and any(has(figures[outcome.pk], asked, Category.CIVILIAN) for outcome in events),
        near_cut_off=any(is_near_cut_off(total, outcome) for outcome in comparable),
        has_repatriations=OutcomeKind.EXCHANGE in kinds
        and any(one.outcome_kind == OutcomeKind.REPATRIATION and covers(total, one) for one in recorded),
        counting_basis=total.counting_basis,
    )
    stated = bounds_of_total(total)
    gap = between(stated, sums[0]) if stated and sums[0].is_known else None
    agrees = gap is not None and gap.low == gap.high == 0
    told = [] if agrees else explanations(covered)
    return TotalGap(total, kinds, total.since or begins, events, *sums, gap, told)


def covers(total: RunningTotal, outcome: Outcome) -> bool:
    """Return whether an event began in the total's window, as precisely as its date is known."""
    return (total.since is None or last_day(outcome) >= total.since) and outcome.started_on <= total.as_of


def is_near_cut_off(total: RunningTotal, outcome: Outcome) -> bool:
    """Return whether an event lies about the last day of the total, so that it may be counted or not."""
    return outcome.started_on <= total.as_of + NEAR_CUT_OFF and last_day(outcome) > total.as_of


def number_of(figures: list, directions: list[str], category: str, direction: str) -> Bounds | None:
    """Return what was stated of one event; of both directions together, as said so, or each with its number."""
    if direction != BOTH:
        return stated_of(figures, direction, category)
    together = stated_of(figures, BOTH, category)
    if together is not None:
        return together
    each = [stated_of(figures, one, category) for one in directions]
    if not each or None in each:
        return None
    both = add_up(each)
    return Bounds(both.low, both.high)


def has(figures: list, directions: list[str], category: str) -> bool:
    return any(stated_of(figures, direction, category) is not None for direction in directions)


def bounds_of_total(total: RunningTotal) -> Bounds | None:
    """Return the range that a running total states; None where it states no number."""
    claim = PlainClaim(
        total.claimant_id, total.direction, total.category, total.quantifier, total.number, total.number_high
    )
    (found,) = ranges([claim])
    return None if found.low is None else Bounds(found.low, found.high)
