"""One attack: a statement, who runs it, and what PostgreSQL must answer."""

import uuid
from dataclasses import dataclass
from types import SimpleNamespace

import psycopg2
from django.db import Error, connection, transaction

from tests.standing import CANARY, run, undone

DENIED = "42501"


@dataclass(frozen=True)
class Attack:
    """``statement`` may name the world: ``{hidden.actor.pk}``. ``who`` None is nobody: no reader is named.

    ``expected`` is the SQLSTATE of the refusal, the number of rows touched, or the rows answered. Whatever it is,
    nothing that comes back (rows, message, detail, hint, notices) may hold the canary.
    """

    name: str
    statement: str
    expected: str | int | list
    who: str | None = "recorder"

    def __str__(self) -> str:
        return self.name


def answer(statement: str) -> tuple[object, str]:
    """Return what came back: rows, a count or an SQLSTATE; and all words of it."""
    connection.ensure_connection()
    notices = connection.connection.notices
    del notices[:]
    try:
        with transaction.atomic():
            found = run(statement)
            words = repr(found)
    except Error as error:
        cause: psycopg2.Error = error.__cause__
        diagnosis = cause.diag
        told = [diagnosis.message_primary, diagnosis.message_detail, diagnosis.message_hint, diagnosis.context]
        found, words = cause.pgcode, repr(told)
    return found, words + repr(notices)


def try_out(attack: Attack, world: SimpleNamespace) -> None:
    """Run the attack in a savepoint and compare; raise AssertionError for what it gets that it may not have."""
    statement = attack.statement.format(**vars(world), new=uuid.uuid4())
    with undone(world.who[attack.who] if attack.who else None):
        found, words = answer(statement)
    assert CANARY not in words, words
    assert found == attack.expected, words
