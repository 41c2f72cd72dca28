"""Preparing a database: what is refused before anything is touched, what is made once."""

import subprocess

import pytest
from launcher.places import PYTHON, ROOT


def prepare(house, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [PYTHON, "manage.py", "prepare", *arguments],
        cwd=ROOT,
        env=house.env | {"DATABASE_OWNER_URL": house.owner_url},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_database_of_a_newer_parley_is_refused_in_one_sentence(house):
    house.as_owner(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '0999_from_the_future', now())"
    )
    try:
        answer = prepare(house)
    finally:
        house.as_owner("DELETE FROM django_migrations WHERE name = '0999_from_the_future'")
    assert answer.returncode == 1
    assert "made by a newer Parley (it has records.0999_from_the_future)" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_accounts_are_made_once_and_kept_for_the_owner_only(house, tmp_path):
    kept = tmp_path / "accounts.txt"
    house.as_owner("UPDATE access_user SET username = 'old ' || username WHERE username IN ('analyst', 'reviewer')")
    try:
        assert prepare(house, "--accounts-file", str(kept)).returncode == 0
        names = [line.split()[0] for line in kept.read_text().splitlines()]
        assert {"analyst", "reviewer"} <= set(names)
        assert kept.stat().st_mode & 0o777 == 0o600
        again = prepare(house, "--accounts-file", str(kept))
        assert "Creating" not in again.stdout
        assert [line.split()[0] for line in kept.read_text().splitlines()] == names
    finally:
        house.as_owner("UPDATE access_user SET username = 'new ' || username WHERE username IN ('analyst', 'reviewer')")
        house.as_owner("UPDATE access_user SET username = substr(username, 5) WHERE username LIKE 'old %%'")


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_without_a_key_or_an_address_nothing_starts(house, missing):
    environment = {name: value for name, value in house.env.items() if name != missing}
    answer = subprocess.run(
        [PYTHON, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert answer.returncode != 0
    assert f"Set the environment variable {missing}" in answer.stderr
