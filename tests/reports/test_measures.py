"""Parity, lag, silence, credit and running totals on the imported public record."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.context import SYSTEM, acting_as
from exchanges.measures.bounds import Bounds
from exchanges.measures.totals import Explanation
from exchanges.models import Outcome, OutcomeRole, RunningTotal
from exchanges.querysets import took_place
from negotiations.models import Channel
from reports.selectors import measures
from reports.selectors.gaps import gaps_of
from reports.views.measures import parity_table
from tests.public_record.conftest import first_import, record  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)


@pytest.fixture
def parities(record):  # noqa: F811
    with acting_as(SYSTEM):
        yield {one.kind: one for one in measures.parity(Outcome.objects.counted())}


def lines_on(parity, day: dt.date):
    return [line for line in parity.lines if line.outcome.started_on == day]


def test_the_exchanges_of_may_2025_are_equal(parities):
    found = [line for day in (23, 24, 25) for line in lines_on(parities["exchange"], dt.date(2025, 5, day))]
    assert [line.head.pair.first.low for line in found] == [390, 307, 303]
    assert {line.head.difference for line in found} == {"equal"}


def test_rival_claims_of_30_december_2024_stay_a_range(parities):
    (line,) = lines_on(parities["exchange"], dt.date(2024, 12, 30))
    assert line.head.pair.first == Bounds(150, 189)
    assert line.head.pair.second == Bounds(150, 150)
    assert line.head.difference == "+0–39 to Ukraine"
    assert len({claim.claimant_id for claim in line.claims}) >= 2


def test_what_did_not_happen_and_what_is_not_disclosed_is_drawn_and_counts_in_no_sum(parities):
    aborted = undisclosed = 0
    for parity in parities.values():
        low, before = 0, 0
        for line, row, cells in zip(parity.lines, parity.chart.rows, parity_table(parity)["rows"], strict=True):
            words = [cell["value"] for cell in cells["cells"]]
            if not took_place(line.outcome):
                aborted += 1
                assert row.bars == []
                assert line.so_far[0].low == before
                assert row.difference == words[3] == line.outcome.get_status_display()
                continue
            if line.head.pair.first is None:
                undisclosed += 1
                assert not row.bars[0].is_known
                assert words[1] == row.bars[0].words == "not disclosed"
                assert words[3] == "not known"
            else:
                low += line.head.pair.first.low
            assert line.so_far[0].low == low
            before = line.so_far[0].low
        missing = sum(line.counts and line.head.pair.first is None for line in parity.lines)
        assert parity.so_far[0].without_number == missing
    assert aborted
    assert undisclosed


def test_the_living_and_the_dead_are_apart(parities):
    assert set(parities) == {"exchange", "remains_transfer"}
    for kind, parity in parities.items():
        assert {line.outcome.outcome_kind for line in parity.lines} == {kind}


def test_children_said_to_have_returned_against_returns_recorded(record):  # noqa: F811
    with acting_as(SYSTEM):
        (total,) = RunningTotal.objects.in_force().filter(
            category="children", direction="to_ukraine", number=449, as_of=dt.date(2024, 12, 31)
        )
        (found,) = measures.gaps(RunningTotal.objects.filter(pk=total.pk))
        recorded = Outcome.objects.counted().filter(outcome_kind="child_return", started_on__year=2024)
        events = [outcome for outcome in recorded if took_place(outcome)]
    assert {outcome.pk for outcome in found.events} == {outcome.pk for outcome in events}
    assert found.own.events == len(events)
    assert 0 <= found.own.low < 449
    assert found.gap.high == 449 - found.own.low
    assert found.all_claims.without_number <= found.own.without_number
    assert Explanation.WINDOW_NOT_STATED not in found.explanations
    assert Explanation.CIVILIANS not in found.explanations
    assert (Explanation.NO_NUMBER in found.explanations) == (found.own.without_number > 0)


def test_all_running_totals_are_compared_in_a_bounded_number_of_statements(record):  # noqa: F811
    with acting_as(SYSTEM):
        totals = RunningTotal.objects.in_force()
        one, every = CaptureQueriesContext(connection), CaptureQueriesContext(connection)
        with one:
            measures.gaps(totals.filter(category="children", direction="to_ukraine"))
        with every:
            found = measures.gaps(totals)
        assert len(found) == totals.count() > 50
    assert len(every.captured_queries) <= len(one.captured_queries) + 3 < 20
    for gap in found:
        assert all(took_place(outcome) for outcome in gap.events)
        assert (gap.own is None) == (not gap.kinds)


def test_an_intermediarys_total_is_compared_only_with_what_it_is_credited_with(record):  # noqa: F811
    with acting_as(SYSTEM):
        found = gaps_of(RunningTotal.objects.in_force().select_related("claimant", "conflict"))
        of_emirates = [gap for gap in found if gap.total.claimant.iso_code == "ARE" and gap.events]
        assert of_emirates
        for gap in of_emirates:
            assert gap.of_credited
            credited = OutcomeRole.objects.filter(actor=gap.total.claimant, outcome__in=[one.pk for one in gap.events])
            assert set(credited.values_list("outcome", flat=True)) == {one.pk for one in gap.events}
        assert not any(gap.of_credited for gap in found if gap.total.claimant.iso_code in {"UKR", "RUS"})


def test_lags_are_told_with_their_cases(record):  # noqa: F811
    with acting_as(SYSTEM):
        lags = {lag.kind.value: lag for lag in measures.lags(Outcome.objects.counted())}
    assert set(lags) == {"first_delivery", "last_delivery", "meeting_outcome"}
    for lag in lags.values():
        told = lag.typical
        assert told.n + told.imprecise + told.before == len(lag.cases)


def test_every_channel_has_one_state_and_ended_stays_ended(record):  # noqa: F811
    with acting_as(SYSTEM):
        found = measures.silences(Channel.objects.counted(), TODAY)
        assert len(found) == Channel.objects.counted().count()
    for line in found:
        assert (line.since.state == "ended") == (line.channel.status == "ended")
        if line.since.state == "stalled":
            assert line.since.days > max(90, 3 * (line.usual_gap or 0))
    assert any(line.is_alarm for line in found)


def test_credit_counts_events_and_leads_to_the_roles_behind_each(record, client):  # noqa: F811
    with acting_as(SYSTEM):
        found = measures.credit(Outcome.objects.counted())
        assert found
        for one in found[:8]:
            page = client.get(one.page)
            assert page.status_code == 200
            shown = {row["url"] for row in page.context["rows"]}
            roles = OutcomeRole.objects.filter(
                actor=one.intermediary, outcome__outcome_kind=one.kind, credited_by=one.credited_by
            )
            listed = [role for role in roles.select_related("outcome") if role.page_url in shown]
            assert len({role.outcome_id for role in listed}) == one.events
