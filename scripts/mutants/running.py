"""One database for each mutant, copied from a whole one; the tests that are asked about it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg2
import pytest
from django.urls import get_resolver

from scripts.mutants.catalogue import ROLE, Mutant

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "parley_mutants"
# In the order in which they are likely to notice; each is collected and run only when those before did not. None of
# them starts a house: it would be of another database.
TESTS = (
    "tests/sweeps/test_catalogue.py",
    "tests/attacks/sql/test_writing.py",
    "tests/attacks/sql/test_reading.py",
    "tests/attacks/sql/test_sessions.py",
    "tests/access/test_rights.py",
    "tests/access/test_two_locks.py",
    "tests/attacks/sql/test_runs.py",
    "tests/attacks/sql/test_brought.py",
    "tests/attacks/sql/test_structure.py",
    "tests/access/test_policies.py",
    "tests/access/test_door.py",
    "tests/access/test_tokens.py",
    "tests/access/test_break_glass.py",
    "tests/access/test_mail_address.py",
    "tests/access/test_accounts_invitations.py",
    "tests/access/test_accounts_second_factor.py",
    "tests/exchanges/test_estimates.py",
    "tests/exchanges/test_right_to_estimate.py",
    "tests/attacks/sql/test_merging.py",
    "tests/records/test_merging_hidden.py",
    "tests/records/test_merging.py",
    "tests/records/test_summaries.py",
    "tests/records/test_verify_history.py",
    "tests/attacks/sql/test_reviewing.py",
    "tests/sources/test_archiving.py",
    "tests/negotiations/test_locked_periods.py",
    "tests/desk/test_entry_keeping.py",
    "tests/desk/test_reminders.py",
    "tests/intake/test_inbox.py",
    "tests/intake/test_importing.py",
)
PASSED, FAILED, NOTHING_CHOSEN = 0, 1, 5  # pytest's
CRASHED = 3


def url_of(name: str, variable: str = "DATABASE_OWNER_URL") -> str:
    """Return the address in ``variable`` with another database's name."""
    return urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{name}"))


def as_owner(statement: str, database: str | None = None) -> list[tuple]:
    """Run one statement as the owner, at once; ``database`` None is the one the environment names."""
    connection = psycopg2.connect(url_of(database) if database else os.environ["DATABASE_OWNER_URL"])
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@contextmanager
def database(name: str, template: str | None = None):
    """Make a database, empty or as a copy, and drop it at the end; one left by a run that was killed goes first."""
    drop_database(name)
    as_owner(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    # A copy has not the original's rights on the database itself; see access/installation.py.
    as_owner(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC; GRANT CONNECT ON DATABASE "{name}" TO {ROLE}')
    try:
        yield name
    finally:
        drop_database(name)


def drop_database(name: str) -> None:
    """Drop a database if it is there. Whoever is connected is sent away; the server's own vacuum is waited for."""
    for attempt in range(20):
        try:
            as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except psycopg2.errors.InsufficientPrivilege:
            if attempt == 19:
                raise
            time.sleep(0.5)
        else:
            return


@contextmanager
def whole_database(template: str | None = None):
    """Make the undamaged database that all mutants are copied from; itself from ``template`` where one is named."""
    with database(TEMPLATE, template) as name:
        addresses = {variable: url_of(name, variable) for variable in ("DATABASE_URL", "DATABASE_OWNER_URL")}
        command = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=os.environ | addresses, check=True)
        yield name


def passes(name: str, *arguments: str, plugin: str = "", aloud: bool = False) -> bool:
    """Run the tests on a database, in this process, until the first that fails; tell it where ``aloud``.

    For a process that ends with it: its output may be silenced. Raises RuntimeError where pytest itself fails.
    """
    plugins = ["-p", "no:cacheprovider", *(["-p", plugin] if plugin else [])]
    if not aloud:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    status = pytest.main(["-x", "--tb=short", *plugins, "--database", name, *arguments])
    if status not in (PASSED, FAILED, NOTHING_CHOSEN):
        raise RuntimeError(f"pytest failed ({status})")
    return status != FAILED


def survives(mutant: Mutant, name: str, tests: Sequence[str], place: int) -> bool:
    """Return whether every test still passes on the damaged database ``name``.

    ``place`` is that of no other mutant tried at the same time: its tests have a Redis database of their own, as those
    of one of several test processes have. Else what one leaves there fails the other's tests, and nothing was noticed.
    """
    os.environ["PYTEST_XDIST_WORKER"] = f"gw{place}"
    if mutant.first and tests is TESTS and not passes(name, *mutant.first):
        return False
    return all(passes(name, test, plugin=mutant.plugin) for test in tests)


def in_child(function: Callable[..., bool], *arguments, **options) -> bool:
    """Return what the function returns in a process of its own, which starts with everything already imported."""
    pid = os.fork()
    if pid == 0:
        status = CRASHED
        try:
            status = int(function(*arguments, **options))
        finally:
            sys.stdout.flush()
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status not in (0, 1):
        raise RuntimeError(f"{function.__name__} ended with {status}")
    return bool(status)


def try_one(mutant: Mutant, name: str, tests: Sequence[str], places: SimpleQueue[int]) -> str:
    """Damage a copy of the whole database and return ``caught``, ``survived``, or what went wrong in trying."""
    place = places.get()
    try:
        with database(name, TEMPLATE):
            if mutant.statement:
                as_owner(mutant.statement, name)
            return "survived" if in_child(survives, mutant, name, tests, place) else "caught"
    except (RuntimeError, psycopg2.Error) as error:
        return f"not tried ({' '.join(str(error).split())})"
    finally:
        places.put(place)


def try_all(mutants: list[Mutant], jobs: int, tests: Sequence[str]) -> Iterator[tuple[Mutant, str]]:
    """Yield each mutant with what came of it, ``jobs`` at once, as they end."""
    django.setup()
    get_resolver().url_patterns  # noqa: B018 - imports every view once, for all children
    places: SimpleQueue[int] = SimpleQueue()
    for place in range(jobs):
        places.put(place)
    with ThreadPoolExecutor(jobs) as pool:
        futures = {
            pool.submit(try_one, m, f"{TEMPLATE}_{number}", tests, places): m for number, m in enumerate(mutants)
        }
        for future in as_completed(futures):
            yield futures[future], future.result()
