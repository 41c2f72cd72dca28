"""A world of one record of each kind, and clients that send tokens."""

import pytest

from access.context import SYSTEM, acting_as
from tests.factories import make_world
from tests.records.kinds import api_of


@pytest.fixture
def world(people):
    with acting_as(SYSTEM):
        return make_world("Open")


@pytest.fixture
def api(people):
    """A reviewer's token, which may write every kind."""
    return api_of(people.reviewer)
