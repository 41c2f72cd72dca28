"""Writes many new records of one kind in one statement. The policies and triggers see each of them, as they see one."""

import json
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED

from access.context import Reader
from records.models import Record, ReviewState

# Set by the database, or named for each record by whoever writes it.
NEVER_CONSTANT = frozenset({"id", "reference", "label_id", "draft_of", "version", "recorded_at", "updated_at"})


def add_records(actor: Reader, model: type[Record], rows: list[dict[str, Any]], **alike) -> None:
    """Write one record for each row, by column, submitted in the actor's name; ``alike`` is the same for all of them.

    All rows have the same columns, ``id`` and ``reference`` among them; a column that is missing gets its default.
    Nothing is checked here but by the database: raises ``django.db.IntegrityError`` for what its constraints forbid and
    ``django.db.ProgrammingError`` (42501) where the policies refuse.
    """
    if not rows:
        return
    columns = columns_of(model)
    varying = list(rows[0])
    constant = {name: default for name, (_type, default) in columns.items() if name not in NEVER_CONSTANT}
    constant |= {"author_id": actor.user_id, "review_state": ReviewState.SUBMITTED.value} | alike
    constant = {name: value for name, value in constant.items() if name not in varying}
    quoted = connection.ops.quote_name
    targets = ", ".join(map(quoted, [*varying, *constant]))
    wanted = ", ".join([*(f"r.{quoted(name)}" for name in varying), *(f"%s::{columns[name][0]}" for name in constant)])
    told = ", ".join(f"{quoted(name)} {columns[name][0]}" for name in varying)
    with connection.cursor() as cursor:
        cursor.execute(
            # Only names of the model's own columns are put in by text.
            f"INSERT INTO {quoted(model._meta.db_table)} ({targets})"  # noqa: S608
            f" SELECT {wanted} FROM json_to_recordset(%s) AS r ({told})",
            [*constant.values(), json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=str)],
        )


@cache
def columns_of(model: type[Record]) -> dict[str, tuple[str, Any]]:
    """Return type and default of each column. Text is text: the column itself refuses what is too long."""
    return {field.column: (type_of(field), default_of(field)) for field in model._meta.local_concrete_fields}


def type_of(field: models.Field) -> str:
    if isinstance(field, models.CharField | models.TextField):
        return "text"
    return str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))


def default_of(field: models.Field) -> Any:
    """Return what a new record has in a column that nobody names."""
    if field.default is not NOT_PROVIDED:
        value = field.get_default()
        return getattr(value, "value", value)
    return "" if field.empty_strings_allowed and not field.null else None
