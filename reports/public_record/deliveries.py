"""Which promise an event delivers, concluded from the agreement its row names; never a figure. See docs/import.md."""

import datetime as dt
from collections import defaultdict

from django.utils.translation import gettext as _

from exchanges.deliveries import subjects_of
from exchanges.models import Delivery
from exchanges.promises import directions_of, figure_for
from exchanges.querysets import figures_of, took_place
from exchanges.vocabulary import Category
from negotiations.models import Commitment
from reports.public_record import codes
from reports.public_record.conflict import DIRECTIONS
from reports.public_record.desk import Wanted
from reports.public_record.foundation import Ground


def write(ground: Ground) -> None:
    """Write a delivery for each event and direction that exactly one promise of its agreement answers to.

    In the order of the days, and only until the promised number is reached: what came after it is not concluded to
    deliver a promise that was kept already. Events somebody allotted here, withdrawn ones and those that did not take
    place are left alone.
    """
    rows = [row for file in codes.EVENT_FILES for row in ground.tables[file]]
    # A delivery follows from more rows than one, so it is no row's own change in the report.
    parents = {ground.outcomes[row.id].pk: None for row in rows}
    promises = defaultdict(list)
    for promise in Commitment.objects.current().exclude(agreement=None).order_by("position", "recorded_at"):
        promises[promise.agreement_id].append(promise)
    allotted = set(Delivery.objects.current().filter(external_id="").values_list("outcome_id", flat=True))
    rows = [row for row in rows if row["agreement_id"] and may_deliver(ground.outcomes[row.id], allotted)]
    rows.sort(key=lambda row: (ground.outcomes[row.id].started_on or dt.date.max, row.id))
    figures = figures_of([ground.outcomes[row.id] for row in rows])
    reached = defaultdict(int)
    wanted = []
    for row in rows:
        outcome, agreement = ground.outcomes[row.id], ground.agreements[row["agreement_id"]]
        for promise, direction in concluded(outcome, promises[agreement.pk]):
            if is_kept(promise, reached[promise.pk, direction]):
                continue
            figure = figure_for(figures[outcome.pk], direction, Category.TOTAL, promise.subject)
            reached[promise.pk, direction] += figure.low if figure else 0
            fields = {
                "outcome": outcome,
                "commitment": promise,
                "direction": direction,
                "notes": _(
                    "Concluded from the agreement named in the row: its only promise of this kind and direction."
                ),
            }
            wanted.append(Wanted(f"{row.id}/delivery/{promise.external_id}/{direction}", fields, None))
    ground.desk.links(Delivery, "outcome", parents, wanted)


def may_deliver(outcome, allotted: set) -> bool:
    return took_place(outcome) and not outcome.is_withdrawn and outcome.pk not in allotted


def concluded(outcome, promises: list[Commitment]) -> list[tuple[Commitment, str]]:
    """Return the promises that the event delivers beyond doubt, each with the direction."""
    found = [promise for promise in promises if promise.subject in subjects_of(outcome)]
    if len(found) == 1:
        return [(found[0], direction) for direction in directions_of(found[0], DIRECTIONS)]
    ways = [(promise, direction) for promise in found for direction in directions_of(promise, DIRECTIONS)]
    if any(direction not in DIRECTIONS for _promise, direction in ways):
        return []
    directions = [direction for _promise, direction in ways]
    return [(promise, direction) for promise, direction in ways if directions.count(direction) == 1]


def is_kept(promise: Commitment, reached: int) -> bool:
    """Return whether what was delivered before makes the promised number; "at least" has no end."""
    return promise.quantity is not None and not promise.is_minimum and reached >= promise.quantity
