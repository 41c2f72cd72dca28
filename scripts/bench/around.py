"""What surrounds the questions: the context of a request, and what is added to a write."""

import time
import uuid
from statistics import median

from django.db import connection, connections, transaction

from access.context import acting_as, user_principal
from access.models import User
from exchanges.models import Outcome

ROUNDS = 200
TRIGGERS = ["b_keep_version", "z_index_words", "zz_write_history", "y_cascade_label"]


def context(user: User) -> tuple[float, float]:
    """Return the median seconds of an empty ``acting_as`` and of an empty transaction with one statement."""
    with_reader, empty = [], []
    principal = user_principal(user)
    for _round in range(ROUNDS):
        started = time.perf_counter()
        with acting_as(principal):
            pass
        with_reader.append(time.perf_counter() - started)
        started = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        empty.append(time.perf_counter() - started)
    return median(with_reader), median(empty)


def writes(user: User) -> list[tuple[str, float, float]]:
    """Return what is at work, and the median seconds of one create and of one change of an outcome under it.

    Everything is rolled back.
    """
    with acting_as(user_principal(user)):
        model = Outcome.objects.counted().order_by("pk").first()
        model.author = user
        create, change = write_statements(model)
    table = Outcome._meta.db_table
    off = [f"ALTER TABLE {table} DISABLE TRIGGER USER"]
    label = f"ALTER TABLE {table} ENABLE TRIGGER a_set_label"
    found = [
        ("nothing", *as_owner(off, create, change)),
        ("label", *as_owner([*off, label], create, change)),
        ("label, version, search entry, history", *as_owner([], create, change)),
    ]
    with acting_as(user_principal(user)):
        found.append(("the same, and policies: the application", *timed(connection, create, change)))
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


def as_owner(before: list[str], create: str, change: str) -> tuple[float, float]:
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            for statement in before:
                cursor.execute(statement)
        found = timed(connections["owner"], create, change)
        transaction.set_rollback(True, using="owner")
    return found


def timed(used, create: str, change: str) -> tuple[float, float]:
    """Return the median seconds of each statement."""
    creating, changing = [], []
    with used.cursor() as cursor:
        for number in range(ROUNDS):
            given = {"id": str(uuid.uuid4()), "reference": f"W{number:09}"}
            for statement, times in ((create, creating), (change, changing)):
                started = time.perf_counter()
                cursor.execute(statement, given)
                times.append(time.perf_counter() - started)
    return median(creating), median(changing)
