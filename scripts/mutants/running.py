"""One database for each mutant, copied from a whole one; the tests that are asked about it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from scripts.mutants.catalogue import Mutant

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "parley_mutants"
POLICIES = "tests/access/test_policies.py"
TESTS = ["tests/sweeps/test_catalogue.py", POLICIES, "tests/attacks", "tests/access"]
PASSED, FAILED, NOTHING_CHOSEN = 0, 1, 5


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
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    as_owner(drop)
    as_owner(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    try:
        yield name
    finally:
        as_owner(drop)


@contextmanager
def whole_database():
    """Make the undamaged database that all mutants are copied from."""
    with database(TEMPLATE) as name:
        addresses = {variable: url_of(name, variable) for variable in ("DATABASE_URL", "DATABASE_OWNER_URL")}
        command = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=os.environ | addresses, check=True)
        yield name


def passes(name: str, *arguments: str, plugin: str = "") -> bool:
    """Run the tests on a database until the first that fails; raise RuntimeError where pytest itself fails."""
    plugins = ["-p", "no:cacheprovider", *(["-p", plugin] if plugin else [])]
    command = [sys.executable, "-m", "pytest", "-x", "--tb=no", *plugins, "--database", name, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in (PASSED, FAILED, NOTHING_CHOSEN):
        raise RuntimeError(f"pytest failed ({done.returncode}):\n{done.stdout}\n{done.stderr}")
    return done.returncode != FAILED


def survives(mutant: Mutant, name: str) -> bool:
    """Damage a copy of the whole database and return whether every test still passes."""
    with database(name, TEMPLATE):
        if mutant.statement:
            as_owner(mutant.statement, name)
        if mutant.table and not passes(name, POLICIES, "-k", f"[{mutant.table}]"):
            return False
        return passes(name, *TESTS, plugin=mutant.plugin)


def try_all(mutants: list[Mutant], jobs: int):
    """Yield each mutant with whether it survived, ``jobs`` at once, as they are ready."""
    with ThreadPoolExecutor(jobs) as pool:
        futures = [(m, pool.submit(survives, m, f"{TEMPLATE}_{number}")) for number, m in enumerate(mutants)]
        for mutant, future in futures:
            yield mutant, future.result()
