"""The runner tells what a test notices from what it does not, and says so."""

import subprocess
import sys

import pytest
from django.db import connections

from scripts.mutants.running import ROOT
from tests.template import template_for


@pytest.fixture
def tried(django_db_setup, django_db_blocker):
    """Return what tries the mutants of one table by some tests, in a process of its own."""
    with django_db_blocker.unblock():
        template = template_for(connections["owner"])

    def run(tests: str) -> subprocess.CompletedProcess:
        arguments = ["--only", "policy access_membership.known", "--tests", tests, "--template", template]
        command = [sys.executable, "-m", "scripts.mutants", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500)

    return run


def test_damage_that_is_noticed_and_damage_that_is_not(tried):
    """The tests of two locks notice a policy that is opened, not one that is gone: then everything is refused."""
    done = tried("tests/access/test_two_locks.py")
    told = done.stdout.splitlines()
    assert done.returncode == 1, done.stdout + done.stderr
    assert [line for line in told if line.startswith("survived")] == [
        "survived: policy access_membership.known dropped",
    ], done.stdout
    assert told[-1].startswith("caught 2 / 3 in "), done.stdout


def test_a_run_without_damage_must_be_green_first(tried):
    done = tried("tests/no-such-tests")
    assert done.returncode != 0
    assert "caught" not in done.stdout
