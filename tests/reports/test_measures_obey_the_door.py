"""A reader who may see one of two rival claims gets every figure from that one alone; a hidden mute mutes nothing."""

import datetime as dt

import pytest

from access.context import SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim, Outcome, OutcomeRole, RunningTotal
from negotiations.models import Channel, Meeting, Mute, Party
from tests.exchanges.test_one_of_two_rivals import stands
from tests.factories import make
from tests.people import signed_in
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(open_world):
    """An exchange with 777 against 700, and a confidential rival claim of 900 by the same claimant."""
    world = open_world
    with acting_as(SYSTEM):
        world.second = make(
            Party, conflict=world.conflict, actor=world.actor, position=2, colour="b", direction="to_second",
            direction_label="To the second",
        )  # fmt: skip
        said = {"outcome": world.outcome, "claimant": world.actor, "category": "total"}
        make(Claim, **said, direction="to_second", number=700)
        world.rival = make(Claim, **said, direction=world.party.direction, number=900, level=Level.CONFIDENTIAL)
        RunningTotal.objects.filter(pk=world.running_total.pk).update(number=1000)
    return world


def asked(user, path: str):
    answer = api_of(user).get(f"/api/v1/{path}/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_parity(people, world):
    for user, high, words in ((people.analyst, 777, "+77 to Open"), (people.reviewer, 900, "+77–200 to Open")):
        (parity,) = asked(user, "parity")
        (line,) = parity["lines"]
        assert (line["head"]["first"]["low"], line["head"]["first"]["high"]) == (777, high)
        assert line["head"]["difference"] == words
        assert parity["difference_so_far"] == words
        assert (line["so_far"][0]["low"], line["so_far"][0]["high"]) == (777, high)
        named = {claim["id"] for claim in line["claims"]}
        assert (str(world.rival.pk) in named) == (high == 900)
        page = signed_in(user).get("/parity/").content.decode()
        assert stands(900, page) == (high == 900)
        assert words in page


def test_gaps(people, world):
    for user, high, least in ((people.analyst, 777, 223), (people.reviewer, 900, 100)):
        (gap,) = asked(user, "running-total-gaps")
        assert (gap["own_claims"]["low"], gap["own_claims"]["high"]) == (777, high)
        assert (gap["gap_low"], gap["gap_high"]) == (least, 223)
        page = signed_in(user).get("/running-totals/gaps/").content.decode()
        assert ("777–900" in page) == (high == 900)


def test_credit(people, world):
    with acting_as(SYSTEM):
        other = make(Outcome, conflict=world.conflict, outcome_kind="exchange", started_on=dt.date(2025, 6, 1))
        make(OutcomeRole, outcome=other, actor=world.actor, credited_by=world.actor, level=Level.CONFIDENTIAL)
    for user, events in ((people.analyst, 1), (people.reviewer, 2)):
        (credit,) = asked(user, "credit")
        assert credit["events"] == events
        client = api_of(user)
        behind = client.get(credit["records"]).json()
        assert behind["count"] == events
        assert f">{events}</a>" in signed_in(user).get("/credit/").content.decode()


def test_an_undisclosed_number_is_never_0_and_an_aborted_event_counts_nowhere(people, world):
    with acting_as(SYSTEM):
        Claim.objects.filter(outcome=world.outcome, direction="to_second").update(number=None)
        make(
            Outcome, conflict=world.conflict, outcome_kind="exchange", status="aborted", started_on=dt.date(2025, 6, 1)
        )
    (parity,) = asked(people.analyst, "parity")
    done, aborted = parity["lines"]
    assert done["head"]["second"] is None
    assert done["so_far"][1] == {
        "low": None,
        "high": None,
        "stated": "not known",
        "events": 1,
        "without_number": 1,
    }
    assert aborted["counts"] is False
    assert aborted["so_far"] == done["so_far"]
    assert parity["difference_so_far"] == "not known"


def test_a_mute_is_shown_with_its_reason_to_who_may_see_it_and_ends_when_withdrawn(people, world):
    with acting_as(SYSTEM):
        channel = make(Channel, conflict=world.conflict, name="Silent", mode="direct")
        make(Meeting, channel=channel, started_on=dt.date(2024, 1, 5))
    client = signed_in(people.recorder)
    page = client.get("/silence/").content.decode()
    assert f"/mutes/add/?channel={channel.pk}" in page
    given = {"channel": channel.pk, "until": "2099-05-01", "level": Level.CONFIDENTIAL}
    refused = client.post("/mutes/add/", given | {"reason": " "})
    assert (refused.status_code, list(refused.context["form"].errors)) == (200, ["reason"])
    assert "2099-05-01" in refused.content.decode()
    assert client.post("/mutes/add/", given | {"reason": "Talks resume in May."}).status_code == 302

    def line(user):
        return next(one for one in asked(user, "silence") if one["channel"]["id"] == str(channel.pk))

    assert line(people.recorder)["is_alarm"] is False
    assert line(people.recorder)["mutes"][0]["reason"] == "Talks resume in May."
    assert "Talks resume in May." in client.get("/silence/").content.decode()
    assert line(people.analyst)["is_alarm"] is True
    assert line(people.analyst)["mutes"] == []
    with acting_as(SYSTEM):
        mute = Mute.objects.get(channel=channel)
    client.post(f"/mutes/{mute.pk}/withdraw/", {"reason": "They meet again.", "version": 1})
    assert line(people.recorder)["is_alarm"] is True


@pytest.mark.parametrize("path", ["parity", "lag", "silence", "credit", "running-totals/gaps"])
def test_pages_filter_refuse_and_are_empty_in_words(client, people, world, path):
    assert client.get(f"/{path}/").status_code == 200
    refused = client.get(f"/{path}/?conflict=x").content.decode()
    assert "errorlist" in refused
    api = f"/api/v1/{'running-total-gaps' if path.endswith('gaps') else path}/"
    assert api_of(people.analyst).get(f"{api}?nonsense=1").json()["error"]["fields"] == {
        "nonsense": ["There is no such filter."]
    }
    assert "conflict" in api_of(people.analyst).get(f"{api}?conflict=x").json()["error"]["fields"]
