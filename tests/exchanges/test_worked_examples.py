"""The worked examples of docs/method.md, on the imported public record."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from access.context import ANONYMOUS, acting_as
from exchanges.models import Claim, Outcome
from exchanges.querysets import figures_of, took_place
from exchanges.reconciling import headline
from negotiations.models import Channel
from records.known import KnownOn
from reports.selectors.channel import channel_story
from tests.public_record.conftest import first_import, record  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(record):  # noqa: F811
    """The public record, as a visitor reads it."""
    with acting_as(ANONYMOUS):
        yield record


def event(kind: str, day: dt.date) -> Outcome:
    return Outcome.objects.current().get(outcome_kind=kind, started_on=day)


def figure(outcome: Outcome, direction: str, known=None):
    (found,) = headline(figures_of([outcome], known)[outcome.pk], direction)
    return found


def test_30_december_2024(reader, client):
    outcome = event("exchange", dt.date(2024, 12, 30))
    found = figure(outcome, "to_ukraine")
    assert (found.low, found.best, found.high) == (150, 189, 189)
    assert (found.agreement, found.rule) == ("disputed", "receiving_side")
    assert (found.difference.size, found.difference.reason) == (39, "unexplained")
    claims = Claim.objects.in_force().filter(outcome=outcome, direction="to_ukraine")
    assert {(claim.claimant.name, claim.number) for claim in claims} >= {("Ukraine", 189), ("Russia", 150)}
    for address in (outcome.get_absolute_url(), reverse("api:outcome-detail", args=[outcome.pk])):
        body = client.get(address).content.decode()
        assert "189" in body
        assert not re.search(r"\b339\b", body)  # as a number: an identifier may hold it


def test_31_january_2024(reader):
    found = figure(event("exchange", dt.date(2024, 1, 31)), "to_ukraine")
    assert (found.low, found.high, found.agreement) == (195, 207, "disputed")


def test_remains_of_16_june_2025(reader):
    found = figure(event("remains_transfer", dt.date(2025, 6, 16)), "to_ukraine")
    assert (found.low, found.best, found.high, found.rule) == (1245, None, 1248, "unresolved")


def test_what_was_aborted_counts_nowhere_and_is_drawn(reader, client):
    outcome = event("remains_transfer", dt.date(2025, 6, 7))
    assert outcome.status == "aborted"
    assert not took_place(outcome)
    assert headline(figures_of([outcome])[outcome.pk], "to_ukraine") == []
    story = channel_story(Channel.objects.get(name="Istanbul talks 2025"))
    marks = {mark.event.url: mark.event for lane in story.lanes.lanes for mark in lane.marks}
    assert not marks[outcome.page_url].counts
    undisclosed = [one for one in marks.values() if one.undisclosed]
    assert len(undisclosed) == 7  # exchanges of June and July 2025 of which nobody gave a number
    assert all("not disclosed" in one.words for one in undisclosed)
    page = client.get(story.channel.get_absolute_url()).content.decode()
    assert page.count("m-5 -5l10 10m0 -10l-10 10") == sum(
        not one.counts for one in marks.values() if one.shape == "event"
    )


def test_the_channel_tells_what_was_promised_and_delivered(reader):
    story = channel_story(Channel.objects.get(name="Istanbul talks 2025"))
    states = {(str(told.line.promised), told.line.delivered): told.line.state for told in story.lines}
    assert states["1,000", "1,000"] == "fulfilled"
    assert states["6,000", "6,057–6,060"] == "exceeded"
    assert [str(told.outcome.started_on) for told in story.differing][-1] == "2025-06-16"


def test_as_known_on_12_june_2025(reader, client):
    """Of the transfers of June only what was published by the 12th is known on that day."""
    channel = Channel.objects.get(name="Istanbul talks 2025")
    then = channel_story(channel, KnownOn(dt.date(2025, 6, 12)))
    assert max(one.started_on for one in then.outcomes) <= dt.date(2025, 6, 12)
    (six_thousand,) = [told for told in then.lines if told.line.promised == "6,000"]
    assert (six_thousand.line.delivered, six_thousand.line.state) == ("1,212", "part_delivered")
    page = client.get(channel.get_absolute_url(), {"as_known_on": "2025-06-12"}).content.decode()
    assert "As known on 12 June 2025" in page
    assert "6,057" not in page
    refused = client.get(channel.get_absolute_url(), {"as_known_on": "soon"})
    assert refused.status_code == 400
    assert "Write a day as 2025-06-12." in refused.content.decode()


def test_of_a_channel_the_statements_do_not_grow(reader, django_assert_max_num_queries):
    for name in ("Istanbul talks 2025", "Coordination Headquarters direct channel"):
        channel = Channel.objects.get(name=name)
        with django_assert_max_num_queries(45):
            channel_story(channel)
