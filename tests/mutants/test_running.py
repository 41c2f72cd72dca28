"""The runner tells what a test notices from what it does not, and says so."""

import subprocess
import sys

from scripts.mutants.running import ROOT


def test_damage_that_is_noticed_and_damage_that_is_not():
    """The tests of two locks notice a policy that is opened, not one that is gone: then everything is refused."""
    command = ["--only", "policy access_membership.known", "--tests", "tests/access/test_two_locks.py"]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.mutants", *command], cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    told = done.stdout.splitlines()
    assert done.returncode == 1, done.stdout + done.stderr
    assert [line for line in told if line.startswith("survived")] == [
        "survived: policy access_membership.known dropped",
    ], done.stdout
    assert told[-1].startswith("caught 2 / 3 in "), done.stdout


def test_a_run_without_damage_must_be_green_first():
    command = ["--only", "policy access_membership.known", "--tests", "tests/no-such-tests"]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.mutants", *command], cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    assert done.returncode != 0
    assert "caught" not in done.stdout
