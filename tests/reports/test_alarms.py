"""Overdue promises as alarms; one rule of silence and one of credit, wherever they are told."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from access.context import SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim, Delivery, Outcome, OutcomeMeeting, OutcomeRole
from negotiations.models import Channel, Commitment, Conflict, Meeting, Mute
from tests.factories import make
from tests.people import signed_in
from tests.records.kinds import api_of
from tests.reports.test_content import figures, made

pytestmark = pytest.mark.django_db
DUE = dt.date(2025, 6, 1)


@pytest.fixture
def world(open_world):
    world = open_world
    with acting_as(SYSTEM):
        world.conflict.refresh_from_db()
        world.overdue = make(
            Commitment, agreement=world.agreement, title="Overdue terms", subject="prisoners", quantity=1000,
            direction=world.party.direction, due_on=DUE, certainty="agreed_by_both",
        )  # fmt: skip
    return world


def overdue(user, query: str = "") -> list[dict]:
    answer = api_of(user).get(f"/api/v1/overdue/?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def section(page: str, name: str) -> str:
    rest = page[page.index(f'aria-labelledby="{name}"') :]
    return rest[: rest.index("</section>")]


def test_an_overdue_promise_is_an_alarm_by_page_and_api(people, world):
    (one,) = overdue(people.analyst)
    assert one["commitment"]["id"] == str(world.overdue.pk)
    assert one["days"] == (timezone.localdate() - DUE).days
    assert (one["is_alarm"], one["due_on"], one["remaining_low"]) == (True, "2025-06-01", 1000)
    page = signed_in(people.analyst).get("/silence/").content.decode()
    told = section(page, "overdue")
    assert ("Overdue terms" in told, "Alarm" in told, "/mutes/add/" in told) == (True, True, False)
    assert f"/mutes/add/?commitment={world.overdue.pk}" in signed_in(people.recorder).get("/silence/").content.decode()


def test_of_an_earlier_day_it_is_told_as_it_stood(people, world):
    assert overdue(people.analyst, f"as_known_on={DUE}") == []
    assert [one["days"] for one in overdue(people.analyst, "as_known_on=2025-06-02")] == [1]
    assert overdue(people.analyst, "as_known_on=2025-06-02&known_by=recorded") == []


def test_what_is_kept_offered_amended_or_not_yet_due_is_no_alarm(people, world):
    with acting_as(SYSTEM):
        Commitment.objects.filter(pk=world.overdue.pk).update(certainty="offered")
    assert overdue(people.analyst) == []
    with acting_as(SYSTEM):
        Commitment.objects.filter(pk=world.overdue.pk).update(certainty="unknown")
        Delivery.objects.update(share=None)
        made_good = make(Delivery, outcome=world.outcome, commitment=world.overdue, direction=world.party.direction,
                         share=1000)  # fmt: skip
    assert overdue(people.analyst) == []
    with acting_as(SYSTEM):
        Delivery.objects.filter(pk=made_good.pk).update(withdrawn_at=timezone.now(), withdrawn_reason="In error.")
    assert len(overdue(people.analyst)) == 1
    with acting_as(SYSTEM):
        make(Commitment, agreement=world.agreement, subject="prisoners", quantity=900, amends=world.overdue)
    assert overdue(people.analyst) == []
    page = signed_in(people.analyst).get("/silence/").content.decode()
    assert "No commitment is overdue" in section(page, "overdue")


def test_a_mute_is_told_with_its_reason_to_who_may_see_it(people, world):
    with acting_as(SYSTEM):
        make(Mute, commitment=world.overdue, reason="The lists are compared.", level=Level.CONFIDENTIAL)
    (seen,), (unseen,) = overdue(people.reviewer), overdue(people.analyst)
    assert (seen["is_alarm"], [mute["reason"] for mute in seen["mutes"]]) == (False, ["The lists are compared."])
    assert (unseen["is_alarm"], unseen["mutes"]) == (True, [])
    page = section(signed_in(people.reviewer).get("/silence/").content.decode(), "overdue")
    assert ("The lists are compared." in page, "Overdue terms" in page) == (True, True)
    with acting_as(SYSTEM):
        Mute.objects.exclude(commitment=None).update(until=dt.date(2025, 7, 1))
    assert overdue(people.reviewer)[0]["is_alarm"] is True


def test_a_hidden_delivery_leaves_it_overdue_for_who_does_not_see_it(people, world):
    with acting_as(SYSTEM):
        make(Delivery, outcome=world.outcome, commitment=world.overdue, direction=world.party.direction, share=1000,
             level=Level.CONFIDENTIAL)  # fmt: skip
    assert overdue(people.reviewer) == []
    (one,) = overdue(people.analyst)
    assert one["remaining_low"] == 1000


def test_it_is_filtered_by_conflict_and_channel(people, world):
    with acting_as(SYSTEM):
        other = make(Conflict, name="Another war", started_on=DUE)
        channel = make(Channel, conflict=other, name="Another channel", mode="direct", started_on=DUE)
        meeting = make(Meeting, channel=channel, started_on=DUE)
        elsewhere = make(Commitment, meeting=meeting, subject="prisoners", quantity=5, due_on=DUE)
    assert {one["commitment"]["id"] for one in overdue(people.analyst)} == {str(world.overdue.pk), str(elsewhere.pk)}
    for query in (f"conflict={other.pk}", f"channel={channel.pk}"):
        assert [one["commitment"]["id"] for one in overdue(people.analyst, query)] == [str(elsewhere.pk)]
    page = signed_in(people.analyst).get(f"/silence/?conflict={world.conflict.pk}").content.decode()
    assert ("Overdue terms" in page, "5 prisoners" in page) == (True, False)
    answer = api_of(people.analyst).get("/api/v1/overdue/?conflict=x")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["conflict"])


def test_the_overview_and_the_credit_page_count_credit_by_one_rule(client, people, world):
    def on_overview() -> list[str]:
        page = client.get("/").content.decode()
        table = page[page.index('aria-labelledby="credit-h"') :]
        return re.findall(r'class="l1">(\d+)<', table[: table.index("</section>")])

    assert on_overview() == ["1"]
    assert [one["events"] for one in api_of(people.analyst).get("/api/v1/credit/").json()] == [1]
    with acting_as(SYSTEM):
        OutcomeRole.objects.update(role="receiving")
    assert on_overview() == []
    assert api_of(people.analyst).get("/api/v1/credit/").json() == []


def test_five_cases_of_lag_are_folded_and_fewer_are_shown(client, world):
    def folded() -> bool:
        page = client.get("/lag/").content.decode()
        return "<details" in section(page, "lag-meeting_outcome")

    assert not folded()
    with acting_as(SYSTEM):
        for day in range(1, 5):
            outcome = make(Outcome, conflict=world.conflict, outcome_kind="exchange", started_on=dt.date(2025, 6, day))
            make(Claim, outcome=outcome, claimant=world.actor, category="total", number=1)
            make(OutcomeMeeting, outcome=outcome, meeting=world.meeting)
    assert folded()


def test_a_report_judges_silence_by_the_channels_own_usual_gap_as_the_alarms_do(people, world):
    """Contacts 200 days apart: after 123 days this channel is not late, however long other channels would be."""
    period = {"period_to": "2025-09-23"}
    (contact,) = figures(made(people.analyst, world.conflict, **period), "contacts")
    assert (contact["value"], contact["state"]) == ("123 days", "Stalled")
    with acting_as(SYSTEM):
        make(Meeting, channel=world.channel, started_on=world.meeting.started_on - dt.timedelta(days=200))
    (contact,) = figures(made(people.analyst, world.conflict, **period), "contacts")
    assert (contact["value"], contact["state"]) == ("123 days", "Active")
    (line,) = api_of(people.analyst).get("/api/v1/silence/?as_known_on=2025-09-23").json()
    assert (line["days"], line["state"], line["usual_gap"]) == (123, "active", 200)


def test_an_outcome_is_a_contact_in_a_report_too_and_marks_it(people, world):
    with acting_as(SYSTEM):
        Meeting.objects.update(status="announced")
    (contact,) = figures(made(people.analyst, world.conflict, period_to="2025-09-23"), "contacts")
    assert {record["kind"] for record in contact["records"]} == {"channel", "outcome"}
    with acting_as(SYSTEM):
        Outcome.objects.update(level=Level.CONFIDENTIAL)
    assert made(people.reviewer, world.conflict, period_to="2025-09-23").level == Level.CONFIDENTIAL
    (contact,) = figures(made(people.analyst, world.conflict, period_to="2025-09-23"), "contacts")
    assert contact["value"] == "no contact recorded by then"
