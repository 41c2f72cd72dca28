"""The whole record reconciled in one SQL statement: what ``figures_of`` says of a page, said of a million outcomes."""

import uuid
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from access.context import note_label
from exchanges.models import Claim, Estimate, Outcome
from exchanges.querysets import NOT_TAKEN_PLACE, figures_of
from exchanges.reconciling import Agreement, FigureRange
from records.known import KnownOn

BATCH = 500
AT_ONCE = 2000
CLAIMED = (
    "pk", "outcome_id", "claimant_id", "direction", "category", "stage", "quantifier", "number", "number_high", "as_of",
)  # fmt: skip

# Read it from the inside out; in brackets the function of exchanges/reconciling whose rule a step is. A number that was
# not disclosed is null, so is all that is told of it and every bound that a claim does not set; aggregates leave out
# what is null. No day of counting is a day of its own. Names are compared byte by byte, as Python sorts them, and
# sooner. One sorting serves the window, the groups and the answer. ``place`` counts each claimant once: by the first of
# its latest claims that states a number.
RECONCILED = """
SELECT outcome_id::text, estimated.outcome_id IS NOT NULL, direction, category, stage, low, high, claimants,
       CASE WHEN claimants = 0 THEN 'undisclosed' WHEN is_disputed THEN 'disputed'
            WHEN is_excluding THEN 'unresolved' WHEN claimants = 1 THEN 'single_source'
            WHEN is_same THEN 'agreed' ELSE 'compatible' END,
       is_approximate,
       CASE WHEN low = high AND NOT is_approximate THEN low END,
       CASE WHEN low = high AND NOT is_approximate
            THEN CASE claimants WHEN 1 THEN 'only_claim' ELSE 'all_agree' END ELSE 'unresolved' END,
       nullif(greatest - least, 0),
       CASE WHEN greatest <> least THEN CASE WHEN is_of_several_days THEN 'cut_off' ELSE 'unexplained' END END
FROM (
    -- An open claim opens the range unless another's number meets it (met).
    SELECT *,
           CASE WHEN at_most < coalesce(least_low, at_most + 1) OR fewer_than <= coalesce(least_low, fewer_than)
                THEN 0 ELSE least_low END AS low,
           CASE WHEN at_least > coalesce(greatest_high, at_least - 1) OR more_than >= coalesce(greatest_high, more_than)
                THEN NULL ELSE greatest_high END AS high,
           floor > ceiling OR (floor = ceiling AND (more_than = floor OR fewer_than = ceiling)) AS is_excluding,
           exact_floor > exact_ceiling
               OR (exact_floor = exact_ceiling AND (more_than = exact_floor OR fewer_than = exact_ceiling))
               AS is_disputed
    FROM (
        -- What the numbers of one group allow together (range_of, excluding).
        SELECT outcome_id, direction, category, stage,
               count(number) FILTER (WHERE place = 1) AS claimants,
               min(low) AS least_low, coalesce(max(low), 0) AS floor, min(high) AS ceiling, max(high) AS greatest_high,
               coalesce(max(low) FILTER (WHERE quantifier <> 'about'), 0) AS exact_floor,
               min(high) FILTER (WHERE quantifier <> 'about') AS exact_ceiling,
               max(number) FILTER (WHERE quantifier = 'at_least') AS at_least,
               max(number) FILTER (WHERE quantifier = 'more_than') AS more_than,
               min(number) FILTER (WHERE quantifier = 'at_most') AS at_most,
               min(number) FILTER (WHERE quantifier = 'fewer_than') AS fewer_than,
               min(number) AS least, max(upper) AS greatest,
               min(number) = max(number) AND min(upper) = max(upper) AND min(quantifier) = max(quantifier) AS is_same,
               coalesce(bool_and(quantifier = 'about'), false) AS is_approximate,
               min(counted_on) <> max(counted_on) AS is_of_several_days
        FROM (
            -- Of each claim its bounds, and what tells which count is its claimant's latest (latest).
            SELECT outcome_id, direction COLLATE "C" AS direction, category COLLATE "C" AS category,
                   stage COLLATE "C" AS stage, number, coalesce(number_high, number) AS upper, as_of,
                   CASE WHEN number IS NOT NULL THEN quantifier END COLLATE "C" AS quantifier,
                   CASE WHEN number IS NOT NULL THEN coalesce(as_of, '-infinity') END AS counted_on,
                   CASE WHEN quantifier NOT IN ('at_most', 'fewer_than') THEN number END AS low,
                   CASE WHEN quantifier NOT IN ('at_least', 'more_than') THEN coalesce(number_high, number) END AS high,
                   max(as_of) OVER counts AS last_as_of,
                   row_number() OVER counts AS place
            FROM ({claims}) claimed ({columns})
            JOIN ({outcomes}) wanted (outcome_id, took_place) USING (outcome_id)
            LEFT JOIN ({superseded}) superseded (pk, outcome_id) USING (pk, outcome_id)
            WHERE superseded.pk IS NULL AND (took_place OR stage <> 'delivered')
            WINDOW counts AS (
                PARTITION BY outcome_id, direction COLLATE "C", category COLLATE "C", stage COLLATE "C", claimant_id
                ORDER BY number IS NULL, as_of DESC NULLS FIRST
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            )
        ) told
        WHERE as_of IS NULL OR as_of = last_as_of
        GROUP BY outcome_id, direction, category, stage
    ) allowed
) found
LEFT JOIN (SELECT DISTINCT outcome_id FROM ({estimates}) e (outcome_id)) estimated USING (outcome_id)
ORDER BY outcome_id, direction, category, stage
"""


class Reconciled(NamedTuple):
    """A figure as ``FigureRange`` has it, leaner: ``difference`` is its size alone, ``why`` its reason.

    How many independent sources it rests on is left to ``figures_of``.
    """

    direction: str
    category: str
    stage: str
    low: int | None
    high: int | None
    claimants: int
    agreement: str
    is_approximate: bool
    best: int | None
    rule: str
    difference: int | None
    why: str | None
    is_composed: bool = False
    parts_differ: bool = False

    stated = FigureRange.stated
    category_label = FigureRange.category_label

    @property
    def agreement_label(self) -> str:
        return Agreement(self.agreement).label

    @classmethod
    def of(cls, figure: FigureRange) -> "Reconciled":
        """Return the same figure, leaner."""
        difference = figure.difference
        return cls(
            *map(figure.__getattribute__, cls._fields[:10]),
            difference and difference.size,
            difference and difference.reason,
            figure.is_composed,
            figure.parts_differ,
        )


def reconcile(
    outcomes: QuerySet[Outcome], known: KnownOn | None = None
) -> Iterator[tuple[uuid.UUID, list[Reconciled]]]:
    """Yield the figures of each outcome of which somebody states something, in no order, from what the reader may see.

    They are those of ``figures_of``. One statement computes them all, another tells how secret they are. Where claims
    of one direction and stage speak of several categories, parts may make a total or decide between totals, and where
    a reviewer set an estimate, it decides: these outcomes ``figures_of`` reconciles, some hundred at a time, so that
    these rules stay in one place.
    The rows come through a cursor of the server's: memory does not grow with the record. ``outcomes`` is not sliced.
    """
    try:
        statement, params = composed(outcomes, known)
    except EmptyResultSet:
        return
    stated = Claim.objects.weighed(known).filter(outcome__in=outcomes).order_by()
    for label in stated.values_list("label_id", flat=True).distinct():
        note_label(label)  # the figures are as secret as what they rest on
    aside = []
    for identity, rows in groupby(rows_of(statement, params), itemgetter(0)):
        outcome, found = uuid.UUID(identity), list(rows)
        is_judged = found[0][1]
        if is_judged or len({row[2:5:2] for row in found}) < len(found):
            aside.append(outcome)
            if len(aside) == BATCH:
                yield from one_by_one(aside, known)
                aside.clear()
        else:
            yield outcome, [Reconciled(*row[2:]) for row in found]
    yield from one_by_one(aside, known)


def composed(outcomes: QuerySet[Outcome], known: KnownOn | None = None) -> tuple[str, tuple]:
    """Return the statement over what the ORM asks for, labels and all, with its parameters."""
    claims = Claim.objects.counted(known).filter(outcome__isnull=False)
    replacing = Claim.objects.weighed(known).filter(outcome__isnull=False, supersedes__isnull=False)
    refuted = Q(refuted_at__isnull=False) if known is None else Q(refuted_at__lt=known.end)
    estimates = Estimate.objects.counted()
    if known is not None:
        estimates = estimates.filter(recorded_at__lt=known.end)
    wanted = outcomes.annotate(took_place=~Q(status__in=NOT_TAKEN_PLACE))
    parts = {
        "claims": claims.exclude(refuted).order_by().values_list(*CLAIMED),
        "outcomes": wanted.order_by().values_list("pk", "took_place"),
        "superseded": replacing.order_by().values_list("supersedes_id", "outcome_id"),
        "estimates": estimates.order_by().values_list("outcome_id"),
    }
    asked = {name: queryset.query.sql_with_params() for name, queryset in parts.items()}
    sql = {name: statement for name, (statement, _given) in asked.items()}
    statement = RECONCILED.format(columns=", ".join(CLAIMED), **sql)
    return statement, tuple(value for _sql, given in asked.values() for value in given)


def rows_of(statement: str, params: tuple) -> Iterator[tuple]:
    """Yield the rows of a statement, some thousand at a time from the server."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, params)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def one_by_one(outcomes: Iterable, known: KnownOn | None) -> Iterator[tuple[uuid.UUID, list[Reconciled]]]:
    """Yield the figures of a batch of outcomes, named by identity, as Python reconciles them."""
    needed = Outcome.objects.filter(pk__in=list(outcomes)).only("conflict", "status", "label")
    found = figures_of(needed, known)
    for outcome, figures in found.items():
        yield outcome, [Reconciled.of(figure) for figure in figures]
