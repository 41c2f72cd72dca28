"""Fixtures for all tests. They run on real PostgreSQL as the restricted role of the application."""

import pytest
from django.db import connections
from django.test.utils import setup_databases, teardown_databases

from tests import people as cast


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """The owner makes the test database; everything else happens as the application's role."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"}, serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        teardown_databases(made, verbosity=0)


@pytest.fixture
def people(db) -> cast.People:
    """The standing cast."""
    return cast.gather()
