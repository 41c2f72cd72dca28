"""One world that stands for a whole package of tests: made once, in one transaction, and rolled back at the end.

Each test works in a savepoint of its own, so that hundreds of statements can be tried in seconds.
"""

import datetime as dt
from contextlib import contextmanager
from types import SimpleNamespace

import psycopg2
from allauth.mfa.models import Authenticator
from django.db import Error, connection, transaction
from django.utils import timezone

from access.context import (
    ANONYMOUS,
    SYSTEM,
    acting_as,
    entry_principal,
    refresh_labels,
    token_principal,
    user_principal,
)
from access.events import note
from access.levels import Level
from access.models import ApiToken, BreakGlass, Compartment
from intermediaries.models import Actor
from negotiations.models import Place
from reports.models import ReportRun
from tests import people as cast
from tests.factories import DAY, make, make_world

CANARY = "Rohrdommel"


class Rollback(Exception):
    """Ends a savepoint."""


def build() -> SimpleNamespace:
    """Make an open world, one below a compartment, one confidential, a draft; and keys of several kinds to look with.

    ``who`` maps a word to a principal. Only ``member`` and the system may read ``hidden``; nobody of the cast belongs
    to the compartment ``elsewhere``.
    """
    people = cast.gather()
    with acting_as(SYSTEM):
        elsewhere = Compartment.objects.create(code=f"{CANARY}-2", name=f"{CANARY} two")
        Compartment.objects.filter(pk=people.room.pk).update(code=f"{CANARY}-1", name=f"{CANARY} one")
        opened = make_world("Open")
        hidden = make_world(f"{CANARY}Room", level=Level.CONFIDENTIAL, compartments=[people.room.pk])
        secret = make_world("Covered", level=Level.CONFIDENTIAL)
        # Towns that nobody has merged yet.
        opened.spare = make(Place, name="Spare town")
        hidden.spare = make(Place, name=f"{CANARY} spare", level=Level.CONFIDENTIAL, compartments=[people.room.pk])
        make_world(f"{CANARY}Else", level=Level.RESTRICTED, compartments=[elsewhere.pk])
        report = {"conflict": hidden.conflict, "period_from": DAY, "period_to": DAY, "level": Level.CONFIDENTIAL}
        hidden.report = ReportRun.objects.create(
            owner=people.member, compartments=[people.room.pk], result={"text": CANARY}, **report
        )
        refresh_labels()
        hidden.label = type(hidden.actor).objects.get(pk=hidden.actor.pk).label_id
        note("export", label=hidden.label, what=CANARY)
        run("SELECT records.seal_history()")
        Authenticator.objects.create(user=people.reviewer, type="totp", data={"secret": "encrypted"})
    tokens = {}
    for name, user, fields in (
        ("reading token", people.recorder, {"writes": []}),
        ("narrow token", people.recorder, {"writes": ["negotiations.meeting"]}),
        ("low token", people.recorder, {"max_level": 0, "writes": None}),
        ("merging token", people.reviewer, {"writes": ["records.merge", "negotiations.meeting"]}),
        ("reviewer's token", people.reviewer, {"writes": None}),
        ("administrator's token", people.administrator, {"writes": None}),
    ):
        with acting_as(user_principal(user)):
            day = timezone.now() + dt.timedelta(days=1)
            tokens[name], _secret = ApiToken.issue(user, name, **{"expires_at": day, "max_level": 3} | fields)
    with acting_as(user_principal(people.analyst)):
        minute = timezone.now() + dt.timedelta(minutes=1)
        glass = BreakGlass.objects.create(user=people.analyst, reason=f"{CANARY} glass", until=minute)
        BreakGlass.objects.filter(pk=glass.pk).update(ended_at=timezone.now())
    state = {"model": Actor, "kind_of_actor": "state"}
    with acting_as(user_principal(people.reviewer)):
        draft = make(name=f"{CANARY}Draft", author=people.reviewer, review_state="draft", **state)
    with acting_as(user_principal(people.recorder)):
        own = make(name="Own", author=people.recorder, **state)
        own_draft = make(name="Sketch", author=people.recorder, review_state="draft", **state)
    who = {name: user_principal(user) for name, user in people.all().items()}
    who |= {name: token_principal(token) for name, token in tokens.items()}
    who |= {"anonymous": ANONYMOUS, "system": SYSTEM, "entering": entry_principal(people.reviewer)}
    return SimpleNamespace(
        people=people,
        who=who,
        tokens=tokens,
        open=opened,
        hidden=hidden,
        secret=secret,
        draft=draft,
        own=own,
        own_draft=own_draft,
        elsewhere=elsewhere.pk,
        room=people.room.pk,
        **people.all(),
    )


@contextmanager
def standing_world(blocker):
    """Yield the world while its transaction lasts."""
    with blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@contextmanager
def undone(principal: str | None):
    """Run what is inside as ``principal`` (nobody for None) and undo it."""
    try:
        with transaction.atomic():
            if principal is None:
                yield None
            else:
                with acting_as(principal) as reader:
                    yield reader
            raise Rollback
    except Rollback:
        pass


def run(statement: str, params=None) -> list[tuple] | int:
    """Run one statement and return its rows, or the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def refusal(statement: str, params=None) -> psycopg2.Error | None:
    """Run one statement in a savepoint and return what PostgreSQL says against it, or None."""
    try:
        with transaction.atomic():
            run(statement, params)
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    except Error as error:
        return error.__cause__
    return None
