"""What every attack has: a public world, a hidden one, and everybody's way of asking."""

import logging
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from access.context import SYSTEM, acting_as
from access.levels import Level
from access.models import Compartment
from tests.attacks.answers import Asker
from tests.factories import make_world
from tests.people import accounts_of, signed_in
from tests.records.kinds import api_of


@pytest.fixture(autouse=True)
def quiet():
    """Refusals are what is looked for; the log need not repeat each. Attempts counted by other tests are forgotten."""
    cache.clear()
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(people, open_world):
    vars(open_world).update(accounts_of(people.recorder))
    return open_world


@pytest.fixture
def closed(db) -> SimpleNamespace:
    """A world that nobody of the cast may see: it is in a compartment without members."""
    with acting_as(SYSTEM):
        room = Compartment.objects.create(code="CLOSED", name="Nobody's room")
        made = make_world("Zeisig", level=Level.PUBLIC, compartments=[room.pk])
        made.room = room
        return made


@pytest.fixture
def cast(people) -> list[Asker]:
    """Everybody, by session; a reviewer's token that only reads, and one that writes."""
    users = {"anonymous": None} | people.all()
    return [
        *(Asker(name, signed_in(user, raise_request_exception=False)) for name, user in users.items()),
        Asker("read token", api_of(people.reviewer, may_write=False, raise_request_exception=False)),
        Asker("write token", api_of(people.reviewer, raise_request_exception=False)),
    ]


@pytest.fixture
def api(people):
    """A reviewer's token, which may write every kind."""
    return api_of(people.reviewer, raise_request_exception=False)
