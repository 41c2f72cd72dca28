"""The ways to bring one file in: ours, a bare COPY of the rows that ours writes, and django-import-export.

Each is timed to the end of its commit, in a database of its own that begins as a copy of the same one.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import tablib
from django.db import connections, transaction

from scripts.bench.database import ALIASES, drop, point_at, run_alone

ROOT = Path(__file__).resolve().parents[2]
# What the import writes, in the order in which the bare COPY writes it: what others point to first.
TABLES = (
    "negotiations_place", "exchanges_outcome", "exchanges_outcomechannel", "exchanges_claim", "sources_citation",
)  # fmt: skip
HISTORY = ("zz_begin_history", "zz_write_history")
SEARCH = ("z_index_words", "z_index_words_anew")


class DifferentRows(Exception):
    """Two ways did not bring in the same: their times would mean nothing."""


@dataclass(frozen=True)
class Target:
    """What a bare COPY writes into: the same tables, indexes and constraints, without these triggers."""

    name: str
    without: tuple[str, ...]


AS_THEY_ARE = Target("bare COPY, the tables as they are", ())
WITHOUT_COPIES = Target("bare COPY, without history and search", (*HISTORY, *SEARCH))
WITHOUT_TRIGGERS = Target("bare COPY, without any trigger of ours", ("USER",))


@contextmanager
def clone_of(base: str) -> Iterator[str]:
    """Give the name of a copy of a database that nobody is connected to; both of Django's connections point at it."""
    name = f"{base}_copy"
    # From anywhere but the base: a database is copied only while nobody uses it.
    point_at(dict.fromkeys(ALIASES, "postgres"))
    run_alone(f'CREATE DATABASE "{name}" TEMPLATE "{base}"')
    try:
        point_at(dict.fromkeys(ALIASES, name))
        yield name
    finally:
        point_at(dict.fromkeys(ALIASES, "postgres"))
        drop(name)


def ours(name: str, file: Path, folder: Path) -> dict:
    """Import the file in a process of its own; return seconds and memory."""
    variables = {
        variable: urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{name}")) for variable in ("DATABASE_URL",)
    }
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL"} | variables
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench.import_once", str(file)], cwd=ROOT, capture_output=True, text=True,
        env=environment | {"DJANGO_SETTINGS_MODULE": "config.settings", "PARLEY_VAR": str(folder)},
    )  # fmt: skip
    if done.returncode:
        raise DifferentRows(f"The import failed: {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout)


def dump(folder: Path) -> dict[str, str]:
    """Write what an import has brought into files for COPY; return the columns of each table."""
    found = {}
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                [table],
            )
            (columns,) = cursor.fetchone()
            imported = f"SELECT {columns} FROM {table} WHERE author_id IS NOT NULL ORDER BY ctid"
            with (folder / table).open("wb") as file:
                cursor.connection.cursor().copy_expert(f"COPY ({imported}) TO STDOUT", file)
            found[table] = columns
    return found


def copied(target: Target, columns: dict[str, str], folder: Path) -> float:
    """Return the seconds of copying the files of ``dump`` into a target, in one transaction of the owner."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        for table in TABLES:
            for trigger in triggers_of(cursor, table, target.without):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    started = time.perf_counter()
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("rb") as file:
                cursor.connection.cursor().copy_expert(f"COPY {table} ({columns[table]}) FROM STDIN", file)
    return time.perf_counter() - started


def triggers_of(cursor, table: str, wanted: tuple[str, ...]) -> list[str]:
    """Return those of the named triggers that the table has."""
    if wanted == ("USER",):
        return ["USER"]
    cursor.execute(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = ANY (%s)", [table, list(wanted)]
    )
    return [row[0] for row in cursor.fetchall()]


def brought() -> dict[str, tuple]:
    """Return what is in the database now, to be compared: rows and figures, history, search."""
    with connections["owner"].cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*), count(DISTINCT label_id) FROM {table} WHERE author_id IS NOT NULL")
            found[table] = cursor.fetchone()
        cursor.execute("SELECT count(*), sum(number), count(DISTINCT outcome_id) FROM exchanges_claim")
        found["figures"] = cursor.fetchone()
        for table in ("records_historyentry", "records_searchentry"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()
    return found


def compare(one: dict, other: dict, *, besides: tuple[str, ...] = ()) -> None:
    """Raise DifferentRows where two ways did not bring the same."""
    different = {name: (one[name], other[name]) for name in one if name not in besides and one[name] != other[name]}
    if different:
        raise DifferentRows(f"The ways did not bring the same: {different}")


def with_library(file: Path, *, is_helped: bool) -> float:
    """Return the seconds that django-import-export takes, as it is shipped: a resource for each model, row by row.

    In one transaction as the importer, under the same policies and triggers. Every resource reads the whole file; one
    that is helped gets only the first of the rows that tell the same of its model.
    """
    from access.context import acting_as, user_principal
    from access.models import User
    from scripts.bench.import_library import resources, without_repeats

    user = User.objects.get(username="importer")
    started = time.perf_counter()
    rows = tablib.Dataset().load(file.read_text(encoding="utf-8"), format="csv")
    with acting_as(user_principal(user), door="import"):
        for resource in resources(user):
            told = without_repeats(rows, resource.once) if is_helped else rows
            resource.import_data(told, raise_errors=True, use_transactions=True)
    return time.perf_counter() - started
