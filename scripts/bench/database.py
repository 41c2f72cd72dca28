"""A database for measuring: made, used and dropped."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connections

ALIASES = ("default", "owner")
MOST_ATTEMPTS = 30


@contextmanager
def own_database(template: str | None = None) -> Iterator[str]:
    """Point both of Django's connections at a new, migrated, empty database; afterwards drop it and point them back.

    Needs ``DATABASE_OWNER_URL``. Gives the database's name. It is copied from ``template`` where one is named, which
    need not have the latest migrations.
    """
    name = f"parley_bench_{secrets.token_hex(4)}"
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    run_alone(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    try:
        point_at(dict.fromkeys(ALIASES, name))
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        yield name
    finally:
        point_at(before)
        drop(name)


def run_alone(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def drop(name: str) -> None:
    """Drop a database. Whoever is connected is sent away; the server's own vacuum, which cannot be, is waited for."""
    for attempt in range(MOST_ATTEMPTS):
        try:
            run_alone(f'DROP DATABASE "{name}" WITH (FORCE)')
        except DatabaseError:
            if attempt == MOST_ATTEMPTS - 1:
                raise
            time.sleep(1)
        else:
            return


def point_at(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    ContentType.objects.clear_cache()  # the numbers of content types differ from database to database
