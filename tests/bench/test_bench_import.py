"""The measuring of what an import costs runs, brings the same rows in every way, and refuses to compare unlike ones."""

import contextlib
import io
import re

import pytest
from django.db import connections

from scripts.bench import import_sides as sides
from scripts.bench import importing
from scripts.bench.database import own_database
from scripts.bench.import_world import rows, write_file
from tests.template import template_for


@pytest.fixture(scope="module")
def base(django_db_setup, django_db_blocker):
    """A migrated database in which nothing is measured yet."""
    with django_db_blocker.unblock(), own_database(template_for(connections["owner"])) as name:
        yield name


@pytest.fixture(scope="module")
def told(base, tmp_path_factory):
    """What a small run prints, and how many targets it missed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        missed = importing.bench(base, 400, tmp_path_factory.mktemp("bench"), rounds=1, library_rounds=1)
    return out.getvalue(), missed


def test_every_way_is_timed_on_both_sizes(told):
    text, missed = told
    lines = re.findall(r"^(.{48}) +[\d.]+ +[\d.]+ +[\d.]+", text, re.MULTILINE)
    names = [line.strip() for line in lines]
    copies = [target.name for target in (sides.AS_THEY_ARE, sides.WITHOUT_COPIES, sides.WITHOUT_TRIGGERS)]
    libraries = [importing.LIBRARY, importing.HELPED]
    assert sorted(names) == sorted(["ours: read, check, write", *copies] * 2 + libraries)
    assert re.search(r"took \d+ MB at most for 40 rows, \d+ MB for 400", text)
    assert missed == text.count("FAIL")


def test_the_file_has_four_claims_of_each_outcome():
    found = list(rows(40))
    assert len({row[0] for row in found}) == 10
    assert len({row[7] for row in found}) == 40


def test_rows_that_differ_are_not_compared(base, told, tmp_path):
    """A way that loses a row is not timed."""
    file = tmp_path / "rows.csv"
    write_file(file, 40)
    with sides.clone_of(base) as name:
        sides.ours(name, file, tmp_path)
        whole = sides.brought()
    write_file(file, 39)
    with sides.clone_of(base) as name:
        sides.ours(name, file, tmp_path)
        with pytest.raises(sides.DifferentRows, match="exchanges_claim"):
            sides.compare(whole, sides.brought())


def test_an_import_that_fails_is_told(base, told, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("outcome_id,kind,date\no-1,nothing,2022-03-01\n")
    with sides.clone_of(base) as name, pytest.raises(sides.DifferentRows, match="not sound"):
        sides.ours(name, file, tmp_path)


def test_the_bare_copy_has_the_constraints_and_indexes_of_the_tables(base, told, tmp_path):
    """Nothing but the triggers that are named is put aside, and every key is checked."""
    file = tmp_path / "rows.csv"
    write_file(file, 40)
    with sides.clone_of(base) as name:
        sides.ours(name, file, tmp_path)
        columns = sides.dump(tmp_path)
    with sides.clone_of(base):
        sides.copied(sides.WITHOUT_TRIGGERS, columns, tmp_path)
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE tgenabled = 'D' AND tgisinternal),"
                " count(*) FILTER (WHERE tgenabled <> 'D' AND NOT tgisinternal) FROM pg_trigger"
                " WHERE tgrelid = ANY (%s::regclass[])",
                [list(sides.TABLES)],
            )
            assert cursor.fetchone() == (0, 0)
    with sides.clone_of(base):
        sides.copied(sides.AS_THEY_ARE, columns, tmp_path)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM records_historyentry WHERE record_table = 'exchanges_claim'")
            assert cursor.fetchone() == (40,)


def test_a_number_of_rows_that_cannot_be_is_refused_with_the_remedy(monkeypatch, capsys):
    monkeypatch.setenv("ROWS", "many")
    assert importing.main() == 2
    assert "ROWS=100000" in capsys.readouterr().err
