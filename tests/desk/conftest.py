"""What the tests of the desk begin with: a world, one with two sides, and who enters records."""

from types import SimpleNamespace

import pytest

from access.context import SYSTEM, acting_as
from negotiations.models import Party
from tests.factories import make
from tests.people import signed_in


@pytest.fixture
def world(open_world):
    return open_world


@pytest.fixture
def recorder(people):
    return signed_in(people.recorder)


@pytest.fixture
def two_sides(open_world) -> SimpleNamespace:
    """One record of each kind; and another side, so that each delivers to the other."""
    world = open_world
    with acting_as(SYSTEM):
        world.other = make(type(world.actor), name="Other state", kind_of_actor="state")
        make(Party, conflict=world.conflict, actor=world.other, position=2, direction="to_other",
             direction_label="To Other", colour="b")  # fmt: skip
    return world
