"""What surrounds the questions: the context of a request, and what is added to a write."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from django.db import connection, connections, transaction

from access.context import acting_as, user_principal
from access.models import User
from exchanges.models import Outcome
from records.models import ReviewState
from scripts.bench.questions import newest


def context(user: User, rounds: int) -> dict[str, float]:
    """Return median seconds: of an empty transaction, of naming the reader, of writing down what a list of 50 showed.

    The last is the way out of ``acting_as`` after the list was read; it depends on how many labels there are in it.
    """
    times: dict[str, list[float]] = {"empty": [], "acting_as": [], "reads logged": []}
    principal = user_principal(user)
    for _round in range(rounds):
        with timing(times["empty"]), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with timing(times["acting_as"]), acting_as(principal):
            pass
        with acting_as(principal):
            newest(user, None)
            read = time.perf_counter()
        times["reads logged"].append(time.perf_counter() - read)
    return {name: median(found) for name, found in times.items()}


@contextmanager
def timing(times: list[float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    times.append(time.perf_counter() - started)


def writes(user: User, rounds: int) -> list[tuple[str, float, float]]:
    """Return what is at work, and the median seconds of one create and of one change of an outcome under it.

    Everything is rolled back.
    """
    with acting_as(user_principal(user)):
        model = Outcome.objects.counted().order_by("pk").first()
        model.author, model.review_state = user, ReviewState.SUBMITTED
        create, change = write_statements(model)
    table = Outcome._meta.db_table
    off = [f"ALTER TABLE {table} DISABLE TRIGGER USER"]
    label = f"ALTER TABLE {table} ENABLE TRIGGER a_set_label"
    found = [
        ("nothing", *as_owner(off, create, change, rounds)),
        ("label", *as_owner([*off, label], create, change, rounds)),
        ("label, version, guard, search, history", *as_owner([], create, change, rounds)),
    ]
    with acting_as(user_principal(user)):
        found.append(("the same and policies (application)", *timed(connection, create, change, rounds)))
        transaction.set_rollback(True)
    return found


def write_statements(model: Outcome) -> tuple[str, str]:
    """Return the INSERT the ORM sends for an outcome like ``model``, with %(id)s and %(reference)s open; an UPDATE."""
    fields = [f for f in Outcome._meta.local_concrete_fields if f.name not in ("draft_of",)]
    columns = ", ".join(f.column for f in fields)
    with connection.cursor() as cursor:
        values = [
            f"%({f.name})s"
            if f.name in ("id", "reference")
            else cursor.mogrify("%s", [f.get_db_prep_save(getattr(model, f.attname), connection)])
            .decode()
            .replace("%", "%%")
            for f in fields
        ]
    create = f"INSERT INTO {Outcome._meta.db_table} ({columns}) VALUES ({', '.join(values)})"
    return create, f"UPDATE {Outcome._meta.db_table} SET notes = notes || ' more' WHERE id = %(id)s"


def as_owner(before: list[str], create: str, change: str, rounds: int) -> tuple[float, float]:
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            for statement in before:
                cursor.execute(statement)
        found = timed(connections["owner"], create, change, rounds)
        transaction.set_rollback(True, using="owner")
    return found


def timed(used, create: str, change: str, rounds: int) -> tuple[float, float]:
    """Return the median seconds of each statement."""
    creating: list[float] = []
    changing: list[float] = []
    with used.cursor() as cursor:
        for number in range(rounds):
            given = {"id": str(uuid.uuid4()), "reference": f"W{number:09}"}
            for statement, times in ((create, creating), (change, changing)):
                with timing(times):
                    cursor.execute(statement, given)
    return median(creating), median(changing)
