"""What the worker is asked to do is the asker's own: imports and archivings by attack, in the application's role.

And files that were received, which are what they were.
"""

import psycopg2
import pytest
from django.db import ProgrammingError, transaction

from access.context import acting_as
from access.levels import Level
from intake.models import ImportRun
from records.models import Upload
from sources.models import ArchiveRun
from tests.attacks.sql.attack import DENIED
from tests.standing import CANARY, run, undone


def an_import(world, owner, principal: str, **given) -> ImportRun:
    about = {"conflict": world.open.conflict, "level": 0, "marking_level": 0} | given
    return ImportRun(
        owner=owner, principal=principal, shape="outcomes", file="x", file_name="x", file_size=1, file_sha256="0" * 64,
        **about,
    )  # fmt: skip


def an_archiving(world, owner, principal: str, **given) -> ArchiveRun:
    return ArchiveRun(owner=owner, principal=principal, **{"copy": world.open.archived_copy} | given)


KINDS = pytest.mark.parametrize("asked", [an_import, an_archiving])


def write(row, **changes) -> str:
    """Write a row, changed by hand if so, and return the SQLSTATE of the refusal, or nothing."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except ProgrammingError as error:
        return code_of(error)
    return rewrite(row, **changes) if changes else ""


def rewrite(row, **changes) -> str:
    """Change a row that is there and return the SQLSTATE of the refusal, or nothing."""
    try:
        with transaction.atomic():
            assert type(row).objects.filter(pk=row.pk).update(**changes) == 1
    except ProgrammingError as error:
        return code_of(error)
    return ""


def code_of(error: ProgrammingError) -> str:
    cause: psycopg2.Error = error.__cause__
    assert CANARY not in str(cause)
    return cause.pgcode


@KINDS
def test_in_ones_own_name(asked, world):
    with undone(world.who["recorder"]):
        assert write(asked(world, world.recorder, world.who["recorder"])) == ""


@KINDS
def test_in_anothers_name(asked, world):
    for owner, principal in (
        (world.reviewer, world.who["recorder"]),
        (world.recorder, world.who["reviewer"]),
        (world.recorder, world.who["system"]),
    ):
        with undone(world.who["recorder"]):
            assert write(asked(world, owner, principal)) == DENIED, (owner, principal)


@KINDS
def test_by_who_may_not_write(asked, world):
    for name in ("analyst", "administrator"):
        with undone(world.who[name]):
            assert write(asked(world, world.people.all()[name], world.who[name])) == DENIED, name


@KINDS
def test_given_away(asked, world):
    with undone(world.who["recorder"]):
        run = asked(world, world.recorder, world.who["recorder"])
        assert write(run, owner_id=world.reviewer.pk) == DENIED


def test_under_a_label_that_is_not_ones_own(world):
    with undone(world.who["recorder"]):
        hidden = {"level": Level.RESTRICTED, "compartments": [world.elsewhere]}
        assert write(an_import(world, world.recorder, world.who["recorder"], **hidden)) == DENIED
    with undone(world.who["recorder"]):
        hidden = an_archiving(world, world.recorder, world.who["recorder"], copy=world.hidden.archived_copy)
        assert write(hidden) == DENIED


def test_of_a_conflict_that_is_hidden(world):
    with undone(world.who["recorder"]):
        assert write(an_import(world, world.recorder, world.who["recorder"], conflict=world.hidden.conflict)) == DENIED


def an_upload(owner, **given) -> Upload:
    given = {"level": 0, "compartments": []} | given
    return Upload(
        owner=owner, file="x", file_name="x", media_type="application/pdf", size=1, sha256="0" * 64, **given
    )  # fmt: skip


def test_a_file_is_received_in_ones_own_name_and_under_ones_own_labels(world):
    for owner, given in (
        (world.reviewer, {}),
        (world.recorder, {"level": Level.RESTRICTED, "compartments": [world.elsewhere]}),
    ):
        with undone(world.who["recorder"]):
            assert write(an_upload(owner, **given)) == DENIED, (owner, given)
    for name in ("analyst", "administrator", "reading token"):
        with undone(world.who[name]):
            assert write(an_upload(vars(world).get(name, world.recorder))) == DENIED, name


def test_a_file_that_waits_is_nobody_elses_to_see_or_to_take(world):
    with undone(world.who["recorder"]):
        assert write(an_upload(world.recorder)) == ""
        for name, touched in {"recorder": 1, "reviewer": 0, "member": 0, "reading token": 0, "anonymous": 0}.items():
            with acting_as(world.who[name]):
                assert run("SELECT count(*) FROM records_upload") == [(touched,)], name
                assert run("UPDATE records_upload SET used_at = now()") == touched, name


@pytest.mark.parametrize("changes", [
    {"file": "y"}, {"file_name": "y"}, {"media_type": "text/html"}, {"size": 2}, {"sha256": "1" * 64},
], ids=lambda changes: next(iter(changes)))  # fmt: skip
def test_what_was_received_never_changes(changes, world):
    with undone(world.who["recorder"]):
        assert write(an_upload(world.recorder), **changes) == DENIED
    with undone(world.who["recorder"]):
        assert rewrite(world.open.attachment, **changes) == DENIED
