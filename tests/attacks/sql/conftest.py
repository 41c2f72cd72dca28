"""The standing world for attacks."""

import pytest

from tests.standing import standing_world


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    """One world for all attacks; each attack is undone."""
    with standing_world(django_db_blocker) as made:
        yield made
