"""What went each way, event by event and so far, with both sides' claims; a bounded number of statements."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from exchanges.measures.bounds import Sum, stated_of
from exchanges.measures.parity import Pair, in_words, running
from exchanges.models import Claim, Outcome
from exchanges.querysets import figures_of, took_place
from exchanges.reconciling import FigureRange, order
from exchanges.vocabulary import Category, CategoryRole, OutcomeKind, Stage, role_of
from negotiations.models import Conflict, Party
from records.known import KnownOn
from reports.charts import ParityChart, parity_chart
from reports.selectors.summary_sections import counted_once

# What stands at the head of a kind; the dead are never in one figure with the living.
HEADS = {OutcomeKind.EXCHANGE: Category.TOTAL, OutcomeKind.REMAINS_TRANSFER: Category.REMAINS}


@dataclass(frozen=True)
class CategoryPair:
    """The two directions of one category of one event."""

    category: str
    pair: Pair
    difference: str

    @property
    def label(self) -> str:
        return str(Category(self.category).label)


@dataclass(frozen=True)
class ParityLine:
    """One event: its head, its other categories, the claims behind, and the sums up to and with it.

    ``counts`` is false of an event that did not take place: nothing of it is in any sum.
    """

    outcome: Outcome
    counts: bool
    head: CategoryPair
    categories: list[CategoryPair]
    claims: list[Claim]
    so_far: tuple[Sum, Sum]


@dataclass(frozen=True)
class Parity:
    """The events of one kind in one conflict with two parties, the oldest first.

    ``difference_so_far`` is of the events with a number in both directions: the others would stand in one only.
    """

    conflict: Conflict
    kind: OutcomeKind
    parties: tuple[Party, Party]
    lines: list[ParityLine]
    difference_so_far: str
    chart: ParityChart

    @property
    def id(self) -> str:
        """What tells its heading and its picture from others on a page."""
        return f"{self.conflict.pk}-{self.kind}"

    @property
    def so_far(self) -> tuple[Sum, Sum]:
        return self.lines[-1].so_far


def parity_of(outcomes: Iterable[Outcome], known: KnownOn | None = None) -> list[Parity]:
    """Return the parity of exchanges and of transfers of remains, apart, for each conflict with two parties.

    An event recorded in parts counts by its parts. From what the reader may see; with ``known``, as on that day.
    """
    found = [outcome for outcome in counted_once(list(outcomes)) if outcome.outcome_kind in HEADS]
    figures = figures_of(found, known)
    claims: dict[uuid.UUID, list[Claim]] = defaultdict(list)
    stated = Claim.objects.in_force(known).filter(outcome__in=[outcome.pk for outcome in found], stage=Stage.DELIVERED)
    for claim in stated.select_related("label", "claimant").order_by("recorded_at", "pk"):
        claims[claim.outcome_id].append(claim)
    groups: dict[tuple, list[Outcome]] = defaultdict(list)
    for outcome in sorted(found, key=by_day):
        groups[outcome.conflict_id, outcome.outcome_kind].append(outcome)
    parties: dict[uuid.UUID, list[Party]] = defaultdict(list)
    named = Party.objects.current().filter(conflict__in={conflict for conflict, _kind in groups})
    for party in named.select_related("conflict", "actor").order_by("position", "pk"):
        parties[party.conflict_id].append(party)
    return [
        parity_in(OutcomeKind(kind), tuple(parties[conflict]), events, figures, claims)
        for (conflict, kind), events in sorted(groups.items(), key=lambda item: (str(item[0][0]), item[0][1]))
        if len(parties[conflict]) == 2
    ]


def by_day(outcome: Outcome) -> tuple:
    return outcome.started_on is None, outcome.started_on, outcome.recorded_at, outcome.pk


def parity_in(kind: OutcomeKind, parties: tuple, events: list[Outcome], figures: dict, claims: dict) -> Parity:
    """Return the parity of events of one kind in one conflict, in the order given."""
    first, second = parties
    heads = [pair_of(figures[outcome.pk], parties, HEADS[kind]) for outcome in events]
    sums = iter(running(head.pair for outcome, head in zip(events, heads, strict=True) if took_place(outcome)))
    lines, so_far = [], (Sum(0, 0), Sum(0, 0))
    for outcome, head in zip(events, heads, strict=True):
        so_far = next(sums) if took_place(outcome) else so_far
        others = [pair_of(figures[outcome.pk], parties, one) for one in beside(figures[outcome.pk], parties, kind)]
        lines.append(ParityLine(outcome, took_place(outcome), head, others, claims[outcome.pk], so_far))
    known = [line.head.pair for line in lines if line.counts and line.head.pair.difference is not None]
    difference = Pair(*running(known)[-1]).difference if known else None
    words = in_words(difference, first.direction_label, second.direction_label)
    return Parity(first.conflict, kind, parties, lines, words, parity_chart(lines, parties, kind))


def pair_of(figures: list[FigureRange], parties: tuple[Party, Party], category: str) -> CategoryPair:
    """Return what was stated in both directions of one category."""
    pair = Pair(*(stated_of(figures, party.direction, category) for party in parties))
    return CategoryPair(category, pair, in_words(pair.difference, *(party.direction_label for party in parties)))


def beside(figures: list[FigureRange], parties: tuple[Party, Party], kind: OutcomeKind) -> list[str]:
    """Return the other categories told of an event in either direction, in the order of the closed list."""
    directions = {party.direction for party in parties}
    told = {
        figure.category
        for figure in figures
        if figure.direction in directions
        and figure.stage == Stage.DELIVERED
        and role_of(figure.category) in {CategoryRole.PART, CategoryRole.OWN_UNIT}
    }
    return sorted(told - {HEADS[kind]}, key=order)
