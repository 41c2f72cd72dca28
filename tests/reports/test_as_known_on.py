"""The ledger, the measures and the lists of figures as they stood at the end of an earlier day."""

import datetime as dt

import pytest

from access.context import SYSTEM, acting_as
from exchanges.models import (
    Claim,
    Delivery,
    Estimate,
    Outcome,
    OutcomeChannel,
    OutcomeMeeting,
    OutcomeRole,
    RunningTotal,
)
from negotiations.models import Channel, Commitment, Meeting, Party
from tests.exchanges.test_one_of_two_rivals import stands
from tests.factories import DAY, make
from tests.people import signed_in
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db
THEN = "as_known_on=2025-06-12"
AFTER = dt.date(2025, 7, 1)
PAGES = {
    "ledger": "ledger",
    "parity": "parity",
    "lag": "lag",
    "silence": "silence",
    "credit": "credit",
    "running-totals/gaps": "running-total-gaps",
    "claims": "claims",
    "estimates": "estimates",
    "running-totals": "running-totals",
    "outcome-roles": "outcome-roles",
}


@pytest.fixture
def world(open_world):
    """777 handed over in May under a promise of May; 450 more on 1 July, and one of May's figures corrected on it."""
    world = open_world
    with acting_as(SYSTEM):
        world.second = make(
            Party, conflict=world.conflict, actor=world.actor, position=2, colour="b", direction="to_second",
            direction_label="To the second",
        )  # fmt: skip
        direction = world.party.direction
        Claim.objects.update(said_on=DAY)
        RunningTotal.objects.update(said_on=DAY)
        Delivery.objects.update(share=None)
        Commitment.objects.update(quantity=1000, direction=direction, due_on=dt.date(2025, 6, 30))
        said = {"claimant": world.actor, "category": "total", "direction": direction, "said_on": AFTER}
        world.corrected = make(Claim, outcome=world.outcome, number=650, supersedes=world.claim, **said)
        world.later = make(Outcome, conflict=world.conflict, outcome_kind="exchange", started_on=AFTER)
        make(Claim, outcome=world.later, number=450, **said)
        make(OutcomeRole, outcome=world.later, actor=world.actor, credited_by=world.actor)
        make(Delivery, outcome=world.later, commitment=world.commitment, direction=direction)
        make(OutcomeChannel, outcome=world.later, channel=world.channel)
        world.meeting_later = make(Meeting, channel=world.channel, started_on=AFTER)
        make(OutcomeMeeting, outcome=world.later, meeting=world.meeting_later)
        world.promise_later = make(Commitment, meeting=world.meeting_later, subject="prisoners", quantity=321)
        make(
            RunningTotal, conflict=world.conflict, claimant=world.actor, category="total", direction=direction,
            number=2000, as_of=AFTER, said_on=AFTER,
        )  # fmt: skip
    return world


@pytest.fixture
def asked(people):
    client = api_of(people.analyst)

    def ask(path: str, query: str = ""):
        answer = client.get(f"/api/v1/{path}/?{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    return ask


def test_the_ledger_of_a_day(client, world, asked):
    def lines(query):
        return {one["id"]: one["lines"][0] for one in asked("ledger", query)["results"]}

    then, now = lines(THEN), lines("")
    mine, new = str(world.commitment.pk), str(world.promise_later.pk)
    assert set(then) == {mine}
    assert set(now) == {mine, new}
    assert [then[mine][name] for name in ("delivered_low", "remaining_low", "state")] == [777, 223, "part_delivered"]
    assert [now[mine][name] for name in ("delivered_low", "remaining_low", "state")] == [1100, 0, "exceeded"]
    assert (then[mine]["last_on"], then[mine]["days_late"]) == ("2025-05-23", 0)
    assert set(lines(f"{THEN}&state=part_delivered")) == {mine}
    assert lines(f"{THEN}&state=exceeded") == {}
    page = client.get(f"/ledger/?{THEN}").content.decode()
    assert ("777" in page, "1,100" in page, stands(321, page)) == (True, False, False)
    assert "As known on 12 June 2025" in page


def test_a_promise_withdrawn_or_amended_since_stands_on_the_day(client, world, asked):
    with acting_as(SYSTEM):
        Commitment.objects.filter(pk=world.promise_later.pk).update(amends=world.commitment)
    assert {one["lines"][0]["state"] for one in asked("ledger", THEN)["results"]} == {"part_delivered"}
    assert "amended" in {one["lines"][0]["state"] for one in asked("ledger")["results"]}
    with acting_as(SYSTEM):
        Commitment.objects.filter(pk=world.commitment.pk).update(
            withdrawn_at="2025-08-01T00:00Z", withdrawn_reason="In error."
        )
    (then,) = asked("ledger", THEN)["results"]
    assert then["lines"][0]["state"] == "part_delivered"
    assert str(world.commitment.pk) not in {one["id"] for one in asked("ledger")["results"]}
    assert client.get(f"{world.promise_later.page_url}?{THEN}").status_code == 404
    assert client.get(f"{world.commitment.page_url}?{THEN}").status_code == 200


def test_parity_and_gaps_of_a_day(world, asked):
    def so_far(query):
        (parity,) = asked("parity", f"{query}&outcome_kind=exchange")
        return [(line["head"]["first"]["low"], line["so_far"][0]["low"]) for line in parity["lines"]]

    assert so_far(THEN) == [(777, 777)]
    assert so_far("") == [(650, 650), (450, 1100)]
    assert [(one["stated"], one["own_claims"]["low"]) for one in asked("running-total-gaps", THEN)] == [("777", 777)]
    now = [(one["stated"], one["own_claims"]["low"]) for one in asked("running-total-gaps")]
    assert now == [("2,000", 1100), ("777", 650)]


def test_lag_of_a_day(client, world, asked):
    def cases(query):
        return {one["span"]: [case["low"] for case in one["cases"]] for one in asked("lag", query)}

    assert cases(THEN) == {"first_delivery": [0], "last_delivery": [0], "meeting_outcome": [0]}
    assert cases("") == {"first_delivery": [0], "last_delivery": [39], "meeting_outcome": [0, 0]}
    assert "39 days" not in client.get(f"/lag/?{THEN}").content.decode()
    assert "39 days" in client.get("/lag/").content.decode()


def test_credit_of_a_day_with_the_records_behind_it(client, people, world, asked):
    for query, events in ((THEN, 1), ("", 2), (f"{THEN}&known_by=recorded", 0)):
        found = asked("credit", query)
        assert sum(one["events"] for one in found) == events
        for one in found:
            assert api_of(people.analyst).get(one["records"]).json()["count"] == events
            page = client.get(one["records"].replace("/api/v1", "")).content.decode()
            assert f"{events} record" in page


def test_silence_of_a_day(world, asked):
    (then,) = asked("silence", THEN)
    assert (then["days"], then["last"], then["contacts"]) == (20, "2025-05-23", 1)
    assert (then["state"], then["mutes"]) == ("active", [])  # muted only since
    (now,) = asked("silence")
    assert (now["last"], now["contacts"]) == ("2025-07-01", 2)
    assert [one["reason"] for one in now["mutes"]] == ["Open pause is agreed."]
    with acting_as(SYSTEM):
        Channel.objects.update(status="ended", ended_on=AFTER)
    assert [asked("silence", query)[0]["state"] for query in (THEN, "")] == ["active", "ended"]


def test_claims_estimates_and_totals_of_a_day(client, world):
    def listed(path, query):
        return client.get(f"/{path}/?{query}").content.decode()

    then, now = listed("claims", THEN), listed("claims", "")
    assert ("777" in then, "650" in then, "450" in then, "Superseded" in then.split("<table")[1]) == (
        True, False, False, False,
    )  # fmt: skip
    assert all(words in now for words in ("777", "650", "450"))
    assert ("777" in listed("running-totals", THEN), "2,000" in listed("running-totals", THEN)) == (True, False)
    assert "2,000" in listed("running-totals", "")
    with acting_as(SYSTEM):
        estimate = Estimate.objects.get()
    assert estimate.page_url not in listed("estimates", THEN)
    assert estimate.page_url in listed("estimates", "")


def test_a_claims_page_of_a_day(client, world):
    then = client.get(f"{world.claim.page_url}?{THEN}").content.decode()
    assert "No later claim supersedes this one." in then
    assert "Superseded</dd>" not in then
    assert "650" in client.get(world.claim.page_url).content.decode()
    assert client.get(f"{world.corrected.page_url}?{THEN}").status_code == 404
    assert client.get(world.corrected.page_url).status_code == 200


def test_the_filters_keep_the_day(client, world):
    page = client.get(f"/ledger/?{THEN}&known_by=recorded").content.decode()
    form = page[page.index('<form class="filters"') :]
    form = form[: form.index("</form>")]
    assert 'name="as_known_on" value="2025-06-12"' in form
    assert 'name="known_by" value="recorded"' in form


@pytest.mark.parametrize(("page", "resource"), PAGES.items())
def test_a_day_that_is_none_is_refused_with_the_remedy(people, world, page, resource):
    client, api = signed_in(people.analyst), api_of(people.analyst)
    for day, remedy in (("yesterday", "2025-06-12"), ("2999-01-01", "today or a day before")):
        answer = client.get(f"/{page}/?as_known_on={day}")
        assert answer.status_code == 400
        assert remedy in answer.content.decode()
        refused = api.get(f"/api/v1/{resource}/?as_known_on={day}")
        assert refused.status_code == 400
        assert remedy in refused.json()["error"]["fields"]["as_known_on"][0]
    assert client.get(f"/{page}/?{THEN}").status_code == 200
    assert api.get(f"/api/v1/{resource}/?{THEN}").status_code == 200


@pytest.mark.parametrize("part", ["claim", "commitment"])
def test_a_records_page_refuses_it_too(client, world, part):
    url = getattr(world, part).page_url
    assert client.get(f"{url}?as_known_on=yesterday").status_code == 400
    assert client.get(f"{url}?{THEN}").status_code == 200
