"""Fixtures for all tests. They run on real PostgreSQL as the restricted role of the application."""

import os

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import override_settings, setup_databases, teardown_databases

from tests import people as cast
from tests.house import House


def pytest_addoption(parser):
    parser.addoption("--database", help="run on this database as it is, instead of making one (scripts/mutants)")


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """The owner makes the test database; everything else happens as the application's role."""
    given = request.config.getoption("--database")
    if given:
        for alias in connections:
            connections[alias].settings_dict["NAME"] = given
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"}, serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def quick_settings():
    """In the test process: static files under their own names, a quick hasher. The running house has the real ones."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}, PASSWORD_HASHERS=quick):
        yield


@pytest.fixture
def people(db) -> cast.People:
    """The standing cast."""
    return cast.gather()


@pytest.fixture(scope="session")
def house():
    """A whole running Parley with the public record and the standing cast; see tests/house.py."""
    made = House(os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"])
    try:
        made.build()
        yield made
    finally:
        made.tear_down()
