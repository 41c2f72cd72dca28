"""What querysets of many kinds of record have in common."""

import uuid
from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from hashlib import md5
from weakref import WeakKeyDictionary

from django.apps import apps
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import connection
from django.db.models import Prefetch, QuerySet

from access.context import current_reader
from records.models import Record
from records.spelling import spelling

# Stands for the person who asks, in statements that are composed once for everybody; nobody has this identifier.
ASKER = uuid.UUID(int=0)
# Stands, alone in a list, for the identifiers that are asked about.
ASKED = uuid.UUID(int=1)
# So many sets of labels have their statements kept.
MOST_COMPOSED = 128
# So many statements one connection keeps; then it begins anew.
MOST_PREPARED = 32


def composed_once(rows_of: Callable[..., QuerySet]) -> Callable[..., list[tuple]]:
    """Return a function that gives the rows of a queryset over many kinds, composed and planned once for its readers.

    Composing and planning such a union takes many times as long as answering it, and every page asks. Readers with the
    same labels share it: those stand in it as constants (``access.managers``). ``rows_of`` is called with the
    positional arguments, which must be few and constant, and filters by ``ASKER`` where it needs the person and by
    ``pk__in=[ASKED]`` where it needs some records; ``asker`` and ``asked`` are who and which those are now.
    """

    @lru_cache(MOST_COMPOSED)
    def composed(_labels: tuple, *given) -> str:
        statement, params = rows_of(*given).query.sql_with_params()
        with connection.cursor() as cursor:
            # No constant of ours holds a dollar sign; what a person typed never stands in such a statement.
            told = cursor.mogrify(statement, params).decode()
            return told.replace(f"'{ASKER}'::uuid", "$1").replace(f"IN ('{ASKED}'::uuid)", "= ANY ($2)")

    @wraps(rows_of)
    def rows(*given, asker: uuid.UUID | None = None, asked: Iterable[uuid.UUID] = ()) -> list[tuple]:
        name = prepared(composed(current_reader().labels, *given))
        with connection.cursor() as cursor:
            cursor.execute(f"EXECUTE {name} (%s, %s::uuid[])", [asker, list(asked)])
            return cursor.fetchall()

    return rows


# Of each connection the statements that its server knows by name.
_prepared: WeakKeyDictionary = WeakKeyDictionary()


def prepared(statement: str) -> str:
    """Return the name under which this connection's server keeps a statement and its plan.

    The statement is of one person ($1) and asks about some records ($2).
    """
    connection.ensure_connection()
    known = _prepared.setdefault(connection.connection, set())
    name = f"composed_{md5(statement.encode(), usedforsecurity=False).hexdigest()}"
    if name not in known:
        with connection.cursor() as cursor:
            if len(known) >= MOST_PREPARED:  # a plan over all kinds takes memory of the server
                cursor.execute("DEALLOCATE ALL")
                known.clear()
            cursor.execute(f"PREPARE {name} (uuid, uuid[]) AS {statement}")
        known.add(name)
    return name


def current(name: str, model, *related: str) -> Prefetch:
    """Prefetch the current records of a reverse relation, with what their words need."""
    return Prefetch(name, queryset=model.objects.current().select_related("label", "author", *related))


def whole_number(given: str) -> int | None:
    """Return the number that an address names; None for anything else, also for digits without end."""
    return int(given) if given.isdecimal() and len(given) <= 9 else None


def kinds() -> list[type[Record]]:
    """Return every kind of record, whichever room it stands in."""
    return [model for model in apps.get_models() if issubclass(model, Record)]


def named(model: type[Record]) -> QuerySet:
    """Return the records of a kind with their labels and the records that their words name."""
    linked = [
        field.name
        for field in model._meta.local_fields
        if field.is_relation and issubclass(field.remote_field.model, Record)
    ]
    return model.objects.select_related("label", *linked)


def with_records(models: Iterable[type[Record]], name: str = "record") -> GenericPrefetch:
    """Prefetch the records that others are about, or that another generic link names: one query for each kind."""
    return GenericPrefetch(name, [named(model) for model in models])


def called(queryset: QuerySet, name: str, *, by: str = "name", of: str = "pk") -> set:
    """Return the identities, in the field ``of``, of those that are called so: in any spelling of the name.

    One statement; what is compared is what the reader may see.
    """
    wanted = spelling(name).rough
    rows = queryset.order_by().values_list(of, by) if wanted else ()
    return {identity for identity, text in rows if spelling(text).rough == wanted}


COUNT_CAP = 10_000


def capped_count(queryset, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """Return how many rows there are, exact up to ``cap``, and whether the number is exact."""
    counted = queryset.order_by().values("pk")[: cap + 1].count()
    return (counted, True) if counted <= cap else (cap, False)
