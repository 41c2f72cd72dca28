"""Writes down what happened about access: sign-ins and failures, refusals, exports. Changes of rights and reads of
restricted records are written by the database and by the reading door themselves."""

import json
import uuid
from collections.abc import Iterable

from django.db import connection

from access.models import User


def note(
    kind: str,
    *,
    subject: User | None = None,
    table: str = "",
    records: Iterable[uuid.UUID] = (),
    label: int | None = None,
    **detail,
) -> None:
    """Add one event in the name of the current reader.

    ``kind`` is one of those that ``access.note`` in people.sql knows; ``subject`` the account it is about, where that
    is not the reader's; ``records`` identifiers in ``table``, all under ``label`` (default: public). ``detail`` is kept
    as JSON and must hold no secret. Raises ``django.db.ProgrammingError`` (42501) for an unknown kind.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT access.note(%s, %s, %s, %s::uuid[], %s, %s)",
            [kind, subject and subject.pk, table, [str(pk) for pk in records], label, json.dumps(detail)],
        )
