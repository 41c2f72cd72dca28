"""What a candidate became and what an import brought, by attack: rows that name records, and whose they are."""

import uuid

import pytest

from access.context import SYSTEM, acting_as
from intake.models import CandidateRecord, ImportedRecord
from tests.attacks.sql.attack import DENIED
from tests.attacks.sql.test_runs import an_import
from tests.standing import refusal, run, undone

NOT_WRITERS = ("anonymous", "analyst", "administrator", "reading token")
BECAME = (
    "INSERT INTO intake_candidaterecord (candidate_id, record_table, record_id, became, at)"
    " VALUES (%s, 'exchanges_outcome', %s, 'made', now())"
)
BROUGHT = (
    "INSERT INTO intake_importedrecord (run_id, line, record_table, record_id, is_new)"
    " VALUES (%s, 1, 'exchanges_outcome', %s, true)"
)


def became(candidate, record) -> CandidateRecord:
    with acting_as(SYSTEM):
        return CandidateRecord.objects.create(
            candidate=candidate, record_table="exchanges_outcome", record_id=record.pk, became="made"
        )


def imported(world, name: str, *records, **given) -> uuid.UUID:
    """Write, as the system, an import of somebody's that brought these records."""
    with acting_as(SYSTEM):
        made = an_import(world, getattr(world, name), world.who[name], **given)
        made.save(force_insert=True)
        for line, record in enumerate(records):
            ImportedRecord.objects.create(run=made, line=line, record_table="exchanges_outcome", record_id=record.pk)
        return made.pk


def seen(world, name: str, table: str) -> int:
    with acting_as(world.who[name]):
        return run(f"SELECT count(*) FROM {table}")[0][0]


@pytest.mark.parametrize(
    ("candidate", "record", "sees"),
    [("open", "open", {"recorder", "reviewer"}), ("open", "hidden", set()), ("hidden", "open", set())],
)
def test_what_a_candidate_became_is_seen_by_who_sees_both(world, candidate, record, sees):
    with undone(SYSTEM):
        became(getattr(world, candidate).candidate, getattr(world, record).outcome)
        for name in ("recorder", "reviewer", *NOT_WRITERS):
            assert seen(world, name, "intake_candidaterecord") == (name in sees), name


def test_who_says_what_a_candidate_became(world):
    with undone(world.who["recorder"]):
        assert run(BECAME, [world.open.candidate.pk, world.open.outcome.pk]) == 1
        assert refusal(BECAME, [world.hidden.candidate.pk, world.open.outcome.pk]).pgcode == DENIED
    for name in NOT_WRITERS:
        with undone(world.who[name]):
            assert refusal(BECAME, [world.open.candidate.pk, world.open.outcome.pk]).pgcode == DENIED, name


def test_who_takes_back_what_a_candidate_became(world):
    # Without WHERE and RETURNING nothing is read, so the policy for changes stands alone.
    undo = "UPDATE intake_candidaterecord SET undone_at = now()"
    with undone(SYSTEM):
        became(world.open.candidate, world.open.outcome)
        became(world.hidden.candidate, world.open.outcome)
        for name, touched in {"recorder": 1, "narrow token": 0, **dict.fromkeys(NOT_WRITERS, 0)}.items():
            with acting_as(world.who[name]):
                assert run(undo) == touched, name
        with acting_as(world.who["recorder"]):
            moved = "UPDATE intake_candidaterecord SET candidate_id = %s"
            assert refusal(moved, [world.hidden.candidate.pk]).pgcode == DENIED


def test_an_import_is_its_askers_alone(world):
    with undone(SYSTEM):
        imported(world, "recorder")
        hidden = {"level": 3, "compartments": [world.room]}
        imported(world, "recorder", **hidden)
        for name in ("recorder", "reviewer", "member", *NOT_WRITERS):
            # A token of the recorder's is the recorder.
            expected = name in ("recorder", "reading token")
            assert seen(world, name, "intake_importrun") == expected, name
            with acting_as(world.who[name]):
                touched = run("UPDATE intake_importrun SET step = ''") if name != "reading token" else 1
                assert touched == expected, name


def test_what_an_import_brought_is_seen_by_its_asker_and_reviewers_who_see_the_record(world):
    with undone(SYSTEM):
        imported(world, "recorder", world.open.outcome, world.hidden.outcome)
        for name in ("recorder", "reviewer", "member", "analyst", "anonymous", "administrator"):
            assert seen(world, name, "intake_importedrecord") == (name in ("recorder", "reviewer")), name
    with undone(SYSTEM):
        imported(world, "member", world.open.outcome, world.hidden.outcome)
        assert seen(world, "member", "intake_importedrecord") == 2
        assert seen(world, "recorder", "intake_importedrecord") == 0


def test_who_says_what_an_import_brought(world):
    with undone(SYSTEM):
        theirs, others = imported(world, "recorder"), imported(world, "member")
        with acting_as(world.who["recorder"]):
            assert run(BROUGHT, [theirs, world.open.outcome.pk]) == 1
            assert refusal(BROUGHT, [others, world.open.outcome.pk]).pgcode == DENIED
        for name in ("member", "reading token"):
            with acting_as(world.who[name]):
                assert refusal(BROUGHT, [others, world.open.outcome.pk]).pgcode == DENIED, name
