"""The one way to name the reader: ``acting_as(principal)``.

A principal is one of ``"anonymous"``, ``"system"``, ``"entry:<uuid>"``, ``"user:<uuid>"`` and ``"token:<uuid>"``.
Inside the context every statement of this transaction is answered by PostgreSQL's row-level policies for that
principal, and the managers of classified models add the same labels as constants, for the planner's sake.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection, transaction
from psycopg2.extensions import TRANSACTION_STATUS_INTRANS

ANONYMOUS = "anonymous"
SYSTEM = "system"


class NoReader(RuntimeError):
    """A classified table was asked outside ``acting_as``: nobody is named, so nothing is answered."""


@dataclass
class Reader:
    """Who is asking, and by which door; the numbers of the labels they may read."""

    principal: str
    role: str = "anonymous"
    user_id: uuid.UUID | None = None
    labels: tuple[int, ...] = ()
    clearance: int = 0
    compartments: tuple[int, ...] = ()
    permissions: frozenset[str] = frozenset()
    door: str = "command"
    request_id: str = ""
    address: str = ""
    reason: str = ""
    # Why what looks like personal data is kept in what is written from now on; nothing: it is refused (records.guard).
    personal_data_reason: str = ""
    # The emergency switch (open, read_only, closed), why and since when it is not open.
    house_state: str = "open"
    house_reason: str = ""
    house_since: dt.datetime | None = None
    # Until then the reader's glass is broken.
    wide_until: dt.datetime | None = None
    # Labels of restricted and confidential records, and which of these records were read under each.
    logged_labels: frozenset[int] = frozenset()
    records_read: dict[tuple[str, int], set[uuid.UUID]] = field(default_factory=dict)
    # Labels of everything classified that was read so far: a page is as secret as the most secret of it.
    labels_read: set[int] = field(default_factory=set)
    # The compartments whose names the reader knows, by number, once they were asked for.
    known_compartments: dict | None = None

    @property
    def act(self) -> dict[str, str]:
        """What the history and the events keep of how this reader came in."""
        return {"door": self.door, "request_id": self.request_id, "address": self.address}


_reader: ContextVar[Reader | None] = ContextVar("parley_reader", default=None)


def user_principal(user) -> str:
    """Return the principal of a signed-in user."""
    return f"user:{user.pk}"


def entry_principal(user) -> str:
    """Return the principal of a user who has not shown a second factor yet: a visitor with a name."""
    return f"entry:{user.pk}"


def token_principal(token) -> str:
    """Return the principal of an API token, which is narrower than its user's."""
    return f"token:{token.pk}"


def current_reader() -> Reader:
    """Return the reader named for this context; raise NoReader outside ``acting_as``."""
    reader = _reader.get()
    if reader is None:
        raise NoReader("Name the reader first: with acting_as(principal).")
    return reader


def has_reader() -> bool:
    """Return whether a reader is named."""
    return _reader.get() is not None


def sign(principal: str, transaction_start: str) -> str:
    """Return the setting's value: principal, start of the transaction and their nested keyed SHA-256."""
    told = f"{principal}|{transaction_start}"
    key = settings.PARLEY_CONTEXT_KEY
    return f"{told}|{hashlib.sha256(key + hashlib.sha256(key + told.encode()).digest()).hexdigest()}"


def refresh_labels() -> None:
    """Read the reader's labels again, after a write that may have made a new one."""
    reader = current_reader()
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.my_labels(), access.my_logged_labels()")
        labels, logged = cursor.fetchone()
        reader.labels, reader.logged_labels = tuple(labels), frozenset(logged)


def note_read(table: str, pk: uuid.UUID, label: int | None) -> None:
    """Remember that a record reached the reader; restricted and confidential ones are logged when the door closes."""
    reader = _reader.get()
    note_label(label)
    if reader is not None and label in reader.logged_labels:
        reader.records_read.setdefault((table, label), set()).add(pk)


def note_label(label: int | None) -> None:
    """Remember that something under this label reached the reader."""
    reader = _reader.get()
    if reader is not None and label is not None:
        reader.labels_read.add(label)


def log_reads(reader: Reader) -> None:
    """Write down which restricted and confidential records reached the reader: one event for each table and label."""
    with connection.cursor() as cursor:
        for (table, label), found in reader.records_read.items():
            cursor.execute(
                "SELECT access.note('read', NULL, %s, %s::uuid[], %s, '{}')", [table, sorted(map(str, found)), label]
            )


@contextmanager
def acting_as(principal: str, *, door: str = "command", request_id: str = "", address: str = "") -> Iterator[Reader]:
    """Run everything inside, in one transaction, as ``principal``.

    ``door`` says through what the change comes (page, api, task, command, import) and is kept in the history with
    ``request_id``; the events keep the IP ``address`` too. What anybody but the system read of restricted and
    confidential records is logged on leaving. Contexts nest; leaving one restores the one before, also after an
    error. Raises ``django.db.ProgrammingError`` (42501) for a principal that does not exist or was deactivated.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM now())::text, coalesce(current_setting('parley.reader', true), ''),"
            " coalesce(current_setting('parley.act', true), '')"
        )
        start, outer_reader, outer_act = cursor.fetchone()
        reader = Reader(principal, door=door, request_id=request_id, address=address)
        cursor.execute(
            "SELECT set_config('parley.reader', %s, true), set_config('parley.act', %s, true)",
            [sign(principal, start), json.dumps(reader.act)],
        )
        cursor.execute(
            "SELECT m.role, m.user_id, m.labels, m.clearance, m.compartments, m.permissions, access.my_logged_labels(),"
            " CASE WHEN m.wide_until > statement_timestamp() THEN m.wide_until END, h.state, h.reason, h.since"
            " FROM access.me() m, access.house_state() h"
        )
        reader.role, reader.user_id, labels, reader.clearance, compartments, permissions, logged, *rest = (
            cursor.fetchone()
        )
        reader.wide_until, reader.house_state, reader.house_reason, reader.house_since = rest
        reader.labels, reader.compartments = tuple(labels), tuple(compartments)
        reader.permissions = frozenset(permissions)
        reader.logged_labels = frozenset() if principal == SYSTEM else frozenset(logged)
        before = _reader.set(reader)
        try:
            yield reader
            if reader.records_read and not connection.needs_rollback:
                log_reads(reader)
        finally:
            _reader.reset(before)
            # Leaving a savepoint does not undo SET LOCAL, so an outer reader is put back by hand.
            if is_usable():
                cursor.execute(
                    "SELECT set_config('parley.reader', %s, true), set_config('parley.act', %s, true)",
                    [outer_reader, outer_act],
                )


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Attach a reason to the changes made inside; the history keeps it. An empty one leaves an outer reason."""
    reader = current_reader()
    before = reader.reason
    reader.reason = reason or before
    tell_act(reader)
    try:
        yield
    finally:
        reader.reason = before
        if is_usable():
            tell_act(reader)


def tell_act(reader: Reader) -> None:
    """Tell the database how and why the reader acts from now on."""
    told = reader.act | ({"reason": reader.reason} if reader.reason else {})
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('parley.act', %s, true)", [json.dumps(told)])


def is_usable() -> bool:
    """Whether the connection can still be told anything in this transaction."""
    if connection.connection is None or connection.needs_rollback:
        return False
    return connection.connection.info.transaction_status == TRANSACTION_STATUS_INTRANS
