"""Imports meet what was merged here and what is closed: the first stays merged, the second is refused in words."""

import datetime as dt

import pytest

from access.context import SYSTEM, acting_as
from exchanges.models import Claim, Outcome
from intermediaries.models import Actor
from negotiations.models import Channel, Conflict, Meeting
from negotiations.periods import lock_period
from records.merging import kept_of
from reports.public_record.importing import import_folder
from sources.models import Source
from tests import people as cast
from tests.public_record.conftest import history
from tests.records.merging import fresh, merge, undo

CLOSED = "Everything up to 31 December 2022 is closed"


def imported(model, external_id: str):
    with acting_as(SYSTEM):
        return model.objects.get(external_id=external_id)


@pytest.mark.parametrize(
    ("model", "other", "kept"),
    [
        (Outcome, "ex-2022-03-24", "ex-2022-03-01"),
        (Meeting, "mt-2022-03-14", "mt-2022-03-10"),
        (Channel, "ch-wagner", "ch-ombudsmen"),
        (Source, "steinert", "lcil"),
        (Actor, "QAT", "ARE"),
    ],
)
def test_an_import_undoes_no_merge_and_a_merge_undone_leaves_nothing_to_import(record, model, other, kept):
    people = cast.gather()
    other, kept = imported(model, other), imported(model, kept)
    made = merge(people.reviewer, other, kept)
    merged = history()
    with acting_as(SYSTEM):
        claims = Claim.objects.current().count()
    report = import_folder()
    assert history() == merged
    assert report.total.created == report.total.changed == 0
    with acting_as(SYSTEM):
        assert kept_of(fresh(other)) == kept
        assert Claim.objects.current().count() == claims
    undo(people.reviewer, made)
    apart = history()
    import_folder()
    assert history() == apart


def test_a_later_edition_changes_nothing_in_a_closed_period_and_says_so(record, folder):
    import_again = folder.load
    with acting_as(SYSTEM) as actor:
        lock_period(actor, Conflict.objects.get(), until=dt.date(2022, 12, 31), reason="The year is closed")
    before = history()
    assert import_again().imported  # the same edition: nothing to write
    assert history() == before
    folder.change("exchange_claims", "ex-2022-03-01-c01", count="6", qualifier="at_least")
    report = import_again()
    assert not report.imported
    assert any(CLOSED in refusal.reason for refusal in report.refusals)
    assert history() == before
