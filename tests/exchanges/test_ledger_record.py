"""The ledger of the imported public record: what was promised at Istanbul in 2025, and what followed."""

import pytest

from access.context import ANONYMOUS, SYSTEM, acting_as
from exchanges.models import Delivery, Outcome
from exchanges.promises import ledger
from exchanges.vocabulary import LedgerState as State
from negotiations.models import Commitment
from records.models import HistoryEntry
from reports.public_record.importing import import_folder
from tests.public_record.conftest import first_import, record  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("record")]


def lines_of(identifier: str) -> dict:
    """Return what a visitor is told of one promise, by direction."""
    with acting_as(ANONYMOUS):
        return {one.line.direction: one for one in ledger(Commitment.objects.filter(external_id=identifier))}


def test_a_thousand_for_a_thousand_was_kept_in_three_tranches():
    found = lines_of("ag-2025-05-16#1")
    assert set(found) == {"to_ukraine", "to_russia"}
    for told in found.values():
        assert [one.low for one in told.line.deliveries] == [390, 307, 303]
        assert (told.line.low, told.line.high, told.line.remaining_high) == (1000, 1000, 0)
        assert (told.line.state, told.line.implementation) == (State.FULFILLED, 3)


def test_of_six_thousand_remains_both_sides_counts_say_that_more_came():
    (told,) = lines_of("ag-2025-06-02#4").values()
    assert [one.outcome.external_id for one in told.deliveries] == [f"rm-2025-06-{day}" for day in (11, 13, 14, 15, 16)]
    assert (told.line.low, told.line.high) == (6057, 6060)
    assert (told.line.state, told.line.implementation) == (State.EXCEEDED, 3)


def test_the_handover_that_did_not_take_place_delivers_nothing():
    with acting_as(ANONYMOUS):
        aborted = Outcome.objects.get(external_id="rm-2025-06-07")
        assert aborted.status == "aborted"
        assert not Delivery.objects.filter(outcome=aborted).exists()


def test_where_several_promises_may_be_meant_nothing_is_concluded():
    for number in (1, 2, 3):
        for told in lines_of(f"ag-2025-06-02#{number}").values():
            assert not told.deliveries


def test_a_category_without_a_number_is_not_kept_by_arithmetic():
    for told in lines_of("ag-2025-06-02#2").values():
        assert told.line.state == State.OPEN
        assert told.line.remaining_high is None


def test_importing_again_changes_nothing():
    with acting_as(SYSTEM):
        before = (Delivery.objects.count(), HistoryEntry.objects.count())
    import_folder()
    with acting_as(SYSTEM):
        assert (Delivery.objects.count(), HistoryEntry.objects.count()) == before
        assert before[0] > 0
