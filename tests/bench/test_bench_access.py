"""The measuring of what the policies cost runs, compares like with like, and the newest outcomes are found by index."""

import re

import pytest
from django.db import connections

from access.context import acting_as, user_principal
from exchanges.models import Outcome, OutcomeChannel
from scripts.bench import access as bench
from scripts.bench import filling
from scripts.bench.database import own_database
from scripts.bench.measuring import DifferentAnswers, answers, lines_for, side
from scripts.bench.questions import QUESTIONS, Question
from scripts.bench.world import World
from tests.template import template_for

ROWS = 6000


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """A small measured database: its world and its readers."""
    with django_db_blocker.unblock(), own_database(template_for(connections["owner"])):
        world = World(ROWS)
        yield world, filling.fill(world)


@pytest.fixture(scope="module")
def lines(filled):
    world, readers = filled
    return lines_for(QUESTIONS, readers, world)


def test_readers_see_the_shares_they_were_made_for(filled):
    _world, readers = filled
    shares = {name: bench.share_seen(user) for name, user in readers.items()}
    assert 0.7 < shares["broad"] < 0.9
    assert 0.06 < shares["middling"] < 0.1
    assert 0 < shares["narrow"] < 0.002


def test_each_reader_gets_the_same_rows_on_both_sides(lines):
    for line in lines:
        bound, free = answers(line, True), answers(line, False)
        assert bound == free, (line.question.name, line.reader)
        # Few of so few rows have a given word; all else finds something for every reader.
        assert any(bound) or "word" in line.question.name, (line.question.name, line.reader)


def test_what_a_reader_gets_is_what_they_may_read(filled):
    _world, readers = filled
    for name, user in readers.items():
        with acting_as(user_principal(user)) as reader:
            seen = set(Outcome.objects.values_list("label_id", flat=True))
            assert seen <= set(reader.labels), name
            assert len(seen) > len(reader.labels) // 2, name


def test_unlike_answers_are_refused(filled):
    """A question that the owner answers with more than the reader may see is not measured."""
    world, readers = filled
    careless = Question(
        "careless",
        1,
        lambda _user, _world: Outcome.objects.count(),
        lambda _world: "SELECT count(*) FROM exchanges_outcome",
    )
    with pytest.raises(DifferentAnswers, match="careless"):
        lines_for([careless], readers, world)


def test_filling_leaves_the_database_as_the_application_would(filled):
    """Labels, search entries and keys are what the triggers would have made of the same rows."""
    with connections["owner"].cursor() as cursor:
        for model in (Outcome, OutcomeChannel):
            table = model._meta.db_table
            cursor.execute(f"SELECT id, label_id, draft_of FROM {table} ORDER BY id LIMIT 500")
            before = cursor.fetchall()
            cursor.execute(f"UPDATE {table} SET label_id = label_id WHERE id = ANY (%s)", [[row[0] for row in before]])
            cursor.execute(f"SELECT id, label_id, draft_of FROM {table} ORDER BY id LIMIT 500")
            assert cursor.fetchall() == before, table
        cursor.execute("SELECT record_id, words, label_id, is_withdrawn FROM records_searchentry ORDER BY 1 LIMIT 500")
        found = cursor.fetchall()
        cursor.execute("UPDATE exchanges_outcome SET status = status")
        cursor.execute("SELECT record_id, words, label_id, is_withdrawn FROM records_searchentry ORDER BY 1 LIMIT 500")
        assert cursor.fetchall() == found
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O' AND NOT tgisinternal")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'exchanges_outcome'::regclass"
        )
        assert cursor.fetchone() == (len([f for f in Outcome._meta.local_fields if f.remote_field]),)


def test_the_newest_outcomes_are_found_by_index(lines):
    """On both sides, by those who see much: the list walks the index and stops."""
    for line in lines:
        if line.question.name != "list of 50, newest first" or line.reader == "narrow":
            continue
        for is_bound in (True, False):
            plan = explained(line, is_bound)
            assert "Index Scan using outcome_newest" in plan, plan
            assert "Sort" not in plan, plan


def test_the_policy_lets_a_count_use_several_processors(lines):
    """Functions that were not safe in parallel would keep every query on a classified table on one processor.

    The workers ask who is reading too, also after a write in the same transaction, and count what the reader sees.
    """
    (line,) = (line for line in lines if line.question.name == "count of all" and line.reader == "broad")
    with side(line, True) as cursor:
        cursor.execute(
            "UPDATE exchanges_outcome SET notes = notes WHERE id = (SELECT id FROM exchanges_outcome LIMIT 1)"
        )
        cursor.execute(line.bound[0])
        alone = cursor.fetchall()
        for name in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
            cursor.execute(f"SET LOCAL {name} = 0")
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("EXPLAIN (ANALYZE, COSTS OFF) " + line.bound[0])
        plan = "\n".join(row[0] for row in cursor.fetchall())
        assert re.search(r"Workers Launched: [1-9]", plan), plan
        assert "hashed SubPlan" in plan, plan
        cursor.execute(line.bound[0])
        assert cursor.fetchall() == alone


def explained(line, is_bound: bool) -> str:
    with side(line, is_bound) as cursor:
        cursor.execute("EXPLAIN " + (line.bound if is_bound else line.free)[0])
        return "\n".join(row[0] for row in cursor.fetchall())


def test_the_bench_prints_a_line_for_each_question_and_reader(filled, capsys):
    world, readers = filled
    missed = bench.report(world, readers, most_rounds=3)
    told = capsys.readouterr().out
    verdicts = re.findall(r"^.{28}(?:broad|middling|narrow) .* (pass|FAIL)$", told, re.MULTILINE)
    assert len(verdicts) == len(QUESTIONS) * len(readers)
    assert missed == verdicts.count("FAIL")
    assert re.search(r"the same and policies \(application\) +[\d.]+ ms +[\d.]+ ms", told)


@pytest.mark.parametrize("given", ["many", "10", "-5", "1e6"])
def test_a_number_of_rows_that_cannot_be_is_refused_with_the_remedy(given):
    with pytest.raises(ValueError, match="ROWS=100000"):
        bench.rows_wanted(given)


def test_without_a_number_a_million_rows_are_made():
    assert bench.rows_wanted(None) == 1_000_000
    assert bench.rows_wanted("100000") == 100_000
