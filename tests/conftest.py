"""Fixtures for all tests. They run on real PostgreSQL as the restricted role of the application."""

import gc
import os
from contextlib import ExitStack
from copy import copy, deepcopy
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import client
from django.test.utils import override_settings, setup_databases, teardown_databases
from launcher.urls import with_redis_database

from access.context import SYSTEM, acting_as
from tests import people as cast
from tests.factories import make_world
from tests.house import House
from tests.template import template_for

# Tests may run in several processes at once (pytest-xdist); each has its own database, Redis database and house.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


# Long in time though short in number: begun first, so that no process is left alone with one of them at the end.
LONG = (
    "sweeps/test_two_worlds.py", "attacks/test_hidden_is_missing.py", "browser/test_every_page.py",
    "reports/test_worker.py", "launcher/test_running.py", "reports/test_pages.py", "attacks/test_methods.py",
)  # fmt: skip


def pytest_collection_finish():
    """Leave what stands until the end, the program and its tests, out of every search for what can be thrown away.

    Searching it again and again took a seventh of the time of a run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def pytest_collection_modifyitems(items):
    # In a file, those first that know nothing of what the others share.
    place = {file: number for number, file in enumerate(dict.fromkeys(map(file_of, items)))}
    items.sort(
        key=lambda item: (
            not file_of(item).endswith(LONG),
            place[file_of(item)],
            *(name in item.fixturenames for name in ("shared_people", "shared_world")),
        )
    )
    for item in items:
        # A file is a group, so that what it makes once it makes once; only what is very long has groups of its own.
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(file_of(item)))


def file_of(item) -> str:
    return item.nodeid.partition("::")[0]


def pytest_addoption(parser):
    parser.addoption("--database", help="run on this database as it is, instead of making one (scripts/mutants)")


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """The owner makes the test database; everything else happens as the application's role."""
    standing = request.config.getoption("--database")
    for alias in ("default", "owner"):
        given = connections[alias].settings_dict
        if standing:
            given["NAME"] = standing
        else:
            given["TEST"]["NAME"] = f"test_{given['NAME']}_{WORKER}"
    if standing:
        yield
        return
    with django_db_blocker.unblock():
        connections["owner"].settings_dict["TEST"]["TEMPLATE"] = template_for(connections["owner"])
        made = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"}, serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def quick_settings(tmp_path_factory):
    """In the test process: static files under their own names, a quick hasher, a store of files of its own.

    The running house has the real ones.

    The cast signs in without a second factor, also in the house; tests/access/ asks for one where that is the matter.
    """
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    files = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path_factory.mktemp("files")}}
    stores = {"default": files, "staticfiles": plain}
    redis = settings.CACHES["default"]
    own = {"default": redis | {"LOCATION": with_redis_database(redis["LOCATION"], 1 + WORKER)}}
    with override_settings(
        STORAGES=stores,
        STATIC_ROOT=tmp_path_factory.mktemp("static"),  # WhiteNoise warns at every request where there is none
        PASSWORD_HASHERS=quick,
        SECOND_FACTOR_REQUIRED_FOR=[],
        CACHES=own,
    ):
        yield


def keep_the_page(store, signal, sender, template, context, **_rest):
    """Keep the context of the page for ``response.context``, and not, as Django does, that of each piece of it.

    Copying those takes longer than the page.
    """
    store.setdefault("templates", []).append(template)
    if "context" not in store:
        store["context"] = client.ContextList([copy(context)])


@pytest.fixture(scope="session", autouse=True)
def quick_client():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", keep_the_page)
        yield


def written_once(blocker, write):
    """Yield what ``write`` returns, in a transaction around the tests of a file: each is rolled back to it.

    The database is open to it only while it begins and ends.
    """
    with ExitStack() as stack:
        with blocker.unblock():
            around = transaction.atomic()
            around._from_testcase = True  # as Django marks its own: durable transactions may be inside
            stack.enter_context(around)
            written = write()
            connection.check_constraints()
        yield written
        with blocker.unblock():
            transaction.set_rollback(True)
            stack.close()


def write_world() -> SimpleNamespace:
    with acting_as(SYSTEM):
        return make_world("Open")


@pytest.fixture(scope="module")
def shared_people(django_db_setup, django_db_blocker):
    yield from written_once(django_db_blocker, cast.gather)


@pytest.fixture(scope="module")
def shared_world(shared_people, django_db_blocker):
    yield from written_once(django_db_blocker, write_world)


@pytest.fixture
def people(shared_people, db) -> cast.People:
    """The standing cast; the test's own, to do with as it likes."""
    return deepcopy(shared_people)


@pytest.fixture
def open_world(people, shared_world) -> SimpleNamespace:
    """One record of every kind, public and verified; the test's own, to do with as it likes."""
    return deepcopy(shared_world)


@pytest.fixture(scope="session")
def house(django_db_blocker):
    """A whole running Parley with the public record and the standing cast; see tests/house.py."""
    with django_db_blocker.unblock():
        template = template_for(connections["owner"])
    made = House(os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"], template)
    try:
        made.build()
        yield made
    finally:
        made.tear_down()
