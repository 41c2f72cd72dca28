"""A world of one record of each kind, two parties, and clients."""

import pytest

from access.context import SYSTEM, acting_as
from negotiations.models import Party
from tests.factories import make
from tests.records.kinds import api_of


@pytest.fixture
def world(open_world):
    world = open_world
    with acting_as(SYSTEM):
        world.second = make(
            Party, conflict=world.conflict, actor=world.actor, position=2, colour="b", direction="to_second",
            direction_label="To the second",
        )  # fmt: skip
    return world


@pytest.fixture
def api(people):
    return api_of(people.recorder)
