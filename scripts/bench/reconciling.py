"""What `make bench` asks: figures as the application gives them, and the bare SQL over the same claims."""

import datetime as dt
import gc
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from resource import getpagesize
from statistics import median

from django.db import connection
from django.db.models import QuerySet

from access.context import acting_as, user_principal
from access.models import User
from exchanges.models import Claim, Outcome
from exchanges.querysets import figures_of
from exchanges.whole_record import composed, one_by_one, reconcile, rows_of
from records.known import KnownOn
from scripts.bench.measuring import BREATH
from scripts.bench.questions import NEWEST
from scripts.bench.world import DAYS, FIRST_DAY, SEED

HALFWAY = KnownOn(FIRST_DAY + dt.timedelta(days=DAYS // 2))
GROUPED = ("outcome_id", "direction", "category", "stage")
COLUMNS = ", ".join((*GROUPED, "number"))
SLOW, FEWER = 1, 3  # seconds, rounds
COMPARED = 300


class DifferentRows(Exception):
    """The two sides do not speak of the same outcomes, or not alike: their times would mean nothing."""


@dataclass
class Line:
    """One question: as the application answers it, and as bare SQL; ``target`` is the most it may cost beside that."""

    name: str
    ask: Callable[[], object]
    ask_bare: Callable[[], object]
    target: float | None = None
    times: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})

    @property
    def reconciled(self) -> float:
        return median(self.times[True])

    @property
    def bare(self) -> float:
        return median(self.times[False])

    @property
    def ratio(self) -> float:
        return self.reconciled / self.bare

    @property
    def is_met(self) -> bool:
        return self.target is None or self.ratio <= self.target


@dataclass
class Seen:
    """How much the reader's whole record holds; ``grown`` is by how many bytes reading it made the process grow."""

    outcomes: int
    figures: int
    aside: int
    grown: int


def everything() -> QuerySet[Outcome]:
    return Outcome.objects.counted()


def bare_sql(claims: QuerySet[Claim]) -> tuple[str, tuple]:
    """Return a GROUP BY over claims, whether in force or not, with its parameters."""
    statement, params = claims.order_by().values_list(*GROUPED, "number").query.sql_with_params()
    grouped = ", ".join(GROUPED)
    return (
        f"SELECT {grouped}, min(number), max(number), count(*) FROM ({statement}) c ({COLUMNS}) GROUP BY {grouped}",
        params,
    )


def claims_of(outcomes: Iterable | None = None, known: KnownOn | None = None) -> QuerySet[Claim]:
    claims = Claim.objects.counted().filter(outcome__isnull=False)
    if outcomes is not None:
        claims = claims.filter(outcome__in=outcomes)
    return claims if known is None else claims.filter(said_on__lte=known.day)


def drain(rows: Iterable) -> int:
    return sum(1 for _row in rows)


def fetched(statement: str, params: tuple) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def counted(statement: str, params: tuple) -> list[tuple]:
    """Return how many rows the statement has, counted by the database, which computes all of them."""
    return fetched(f"SELECT count(*), count(told) FROM ({statement} OFFSET 0) told", params)


def questions() -> list[Line]:
    page = [outcome.pk for outcome in everything().order_by(*NEWEST)[:50]]
    newest = everything().order_by(*NEWEST)[:50].query.sql_with_params()
    one = page[:1]
    single = everything().filter(pk__in=one)
    lines = []
    for words, known in (("", None), (", as known on a day", HALFWAY)):
        lines += [
            Line(
                f"the whole record{words}",
                lambda known=known: drain(reconcile(everything(), known)),
                lambda known=known: drain(rows_of(*bare_sql(claims_of(None, known)))),
                target=3 if known is None else None,
            ),
            Line(
                f"the same in the database{words}",
                lambda known=known: counted(*composed(everything(), known)),
                lambda known=known: counted(*bare_sql(claims_of(None, known))),
            ),
            Line(
                f"a list of 50{words}",
                lambda known=known: figures_of(everything().order_by(*NEWEST)[:50], known),
                lambda known=known: (fetched(*newest), fetched(*bare_sql(claims_of(page, known)))),
            ),
            Line(
                f"one outcome{words}",
                lambda known=known: figures_of(single, known),
                lambda known=known: (
                    fetched(*single.query.sql_with_params()),
                    fetched(*bare_sql(claims_of(one, known))),
                ),
            ),
        ]
    return lines


def check(user: User) -> Seen:
    """Return what there is to reconcile. Raises DifferentRows where the whole record and the single outcomes differ."""
    with acting_as(user_principal(user)):
        gc.collect()
        before = most = resident()
        outcomes = figures = aside = 0
        sample = {}
        for outcome, found in reconcile(everything()):
            if outcomes < COMPARED:
                sample[outcome] = found
            outcomes += 1
            figures += len(found)
            aside += len({(figure.direction, figure.stage) for figure in found}) < len(found)
            if outcomes % 1000 == 0:
                most = max(most, resident())
        refuse_other(sample)
    return Seen(outcomes, figures, aside, most - before)


def refuse_other(found: dict) -> None:
    """Raise DifferentRows where what was found of outcomes, by identity, is not what is said of each alone."""
    if dict(one_by_one(found, None)) != found:
        raise DifferentRows("The whole record does not say of each outcome what is said of it alone.")


def resident() -> int:
    """Return how many bytes of memory the process holds."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * getpagesize()


def measured(user: User, most_rounds: int) -> list[Line]:
    """Return every question with its times: interleaved in random order, both sides next to one another."""
    chance = random.Random(SEED)
    with acting_as(user_principal(user)):
        lines = questions()
    order = []
    for line in lines:
        slower = max(timed(user, ask) for ask in (line.ask, line.ask_bare))
        order += [line] * (min(most_rounds, FEWER) if slower > SLOW else most_rounds)
    chance.shuffle(order)
    for line in order:
        for is_reconciled in chance.sample((True, False), 2):
            line.times[is_reconciled].append(timed(user, line.ask if is_reconciled else line.ask_bare))
    return lines


def timed(user: User, ask: Callable) -> float:
    """Return the seconds from asking to having the last row."""
    with acting_as(user_principal(user)):
        time.sleep(BREATH)
        started = time.perf_counter()
        ask()
        return time.perf_counter() - started
