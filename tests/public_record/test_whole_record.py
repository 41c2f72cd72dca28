"""All outcomes of the public record, reconciled in one statement and one by one: the same."""

import datetime as dt

from access.context import ANONYMOUS, acting_as
from exchanges.models import Outcome
from records.known import KnownOn
from tests.exchanges.test_whole_record import compare


def test_the_public_record_says_the_same_in_one_statement(record):
    days = [dt.date(2022, 9, 22), dt.date(2024, 1, 31), dt.date(2024, 12, 31), dt.date(2025, 6, 12)]
    with acting_as(ANONYMOUS):
        outcomes = Outcome.objects.counted().count()
    figures = compare([ANONYMOUS], [None, *map(KnownOn, days)])
    assert outcomes > 100
    assert len(figures) > outcomes
    assert {"agreed", "disputed", "single_source"} <= {one.agreement for one in figures}
