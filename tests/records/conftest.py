"""A world of one record of each kind, and clients that send tokens."""

import pytest

from tests.records.kinds import api_of


@pytest.fixture
def world(open_world):
    return open_world


@pytest.fixture
def api(people):
    """A reviewer's token, which may write every kind."""
    return api_of(people.reviewer)
