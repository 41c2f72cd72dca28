"""Who is credited with what, and by whom: events are counted, never people."""

import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from exchanges.credit import credits_given
from exchanges.models import Outcome
from exchanges.vocabulary import OutcomeKind
from intermediaries.models import Actor


@dataclass(frozen=True)
class Credit:
    """In how many events of a kind somebody credits an intermediary; ``credited_by`` is None where it is not stated."""

    intermediary: Actor
    kind: OutcomeKind
    credited_by: Actor | None
    events: int

    @property
    def query(self) -> str:
        """The filters of the list of roles behind the number."""
        asked = {"actor": self.intermediary.pk, "outcome_kind": self.kind.value, "counts": "credit"}
        return urlencode(asked | {"credited_by": self.credited_by.pk if self.credited_by else "null"})

    @property
    def page(self) -> str:
        return f"{reverse('exchanges:outcome-role-list')}?{self.query}"

    @property
    def api_page(self) -> str:
        return f"{reverse('api:outcome-role-list')}?{self.query}"


def credits_in(outcomes: QuerySet[Outcome]) -> list[Credit]:
    """Return the credit given in events that took place, by intermediary, kind and who credits: two statements."""
    rows = list(
        credits_given()
        .filter(outcome__in=outcomes.order_by().values("pk"))
        .order_by()
        .values_list("actor", "outcome__outcome_kind", "credited_by")
        .annotate(events=Count("outcome", distinct=True))
    )
    actors = Actor.objects.counted().in_bulk({pk for row in rows for pk in (row[0], row[2]) if pk})
    found = [
        Credit(actors[actor], OutcomeKind(kind), actors.get(by), events)
        for actor, kind, by, events in rows
        if actor in actors and (by is None or by in actors)
    ]
    order = OutcomeKind.values
    return sorted(
        found,
        key=lambda one: (
            one.intermediary.name, one.intermediary.pk, one.credited_by is None,
            one.credited_by.name if one.credited_by else "", order.index(one.kind),
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class CreditLine:
    """One row of the matrix: an intermediary, who credits it, and the credit by kind (None where there is none)."""

    intermediary: Actor
    credited_by: Actor | None
    cells: list[tuple[OutcomeKind, Credit | None]]


def matrix_of(found: list[Credit]) -> tuple[list[OutcomeKind], list[CreditLine]]:
    """Arrange credit as a matrix; return the kinds that occur and the rows."""
    kinds = [kind for kind in OutcomeKind if any(one.kind == kind for one in found)]
    rows: dict[tuple[uuid.UUID, uuid.UUID | None], dict[OutcomeKind, Credit]] = defaultdict(dict)
    for one in found:
        rows[one.intermediary.pk, one.credited_by.pk if one.credited_by else None][one.kind] = one
    lines = []
    for by_kind in rows.values():
        one = next(iter(by_kind.values()))
        lines.append(CreditLine(one.intermediary, one.credited_by, [(kind, by_kind.get(kind)) for kind in kinds]))
    return kinds, lines
