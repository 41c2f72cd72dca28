"""All outcomes of the public record, reconciled in one statement and one by one: the same."""

import datetime as dt

from access.context import ANONYMOUS, acting_as
from exchanges.models import Outcome
from exchanges.querysets import figures_of
from exchanges.reconciling import headline
from negotiations.models import Conflict
from records.known import KnownOn
from reports.selectors import overview
from tests.exchanges.test_whole_record import compare


def test_the_public_record_says_the_same_in_one_statement(record):
    days = [dt.date(2022, 9, 22), dt.date(2024, 1, 31), dt.date(2024, 12, 31), dt.date(2025, 6, 12)]
    with acting_as(ANONYMOUS):
        outcomes = Outcome.objects.counted().count()
    figures = compare([ANONYMOUS], [None, *map(KnownOn, days)])
    assert outcomes > 100
    assert len(figures) > outcomes
    assert {"agreed", "disputed", "single_source"} <= {one.agreement for one in figures}


def test_the_overview_shows_what_the_outcomes_pages_show(record):
    with acting_as(ANONYMOUS):
        conflict = Conflict.objects.order_by("-outcomes__started_on").first()
        parties = overview.parties_of(conflict)
        events = overview.events_of(conflict, parties)
        figures = figures_of([event.outcome for event in events])
        shown, expected = [], []
        for event in events:
            for party, direction in zip(parties, event.directions, strict=True):
                found = headline(figures[event.outcome.pk], party.direction)
                shown.append([(one.stated, one.category_label, one.agreement_label) for one in direction.figures])
                expected.append([(one.stated, one.category_label, one.agreement.label) for one in found])
        kinds = overview.kind_summaries(events)
    assert len(events) > 100
    assert shown == expected
    assert sum(kind.disputed for kind in kinds) > 0
