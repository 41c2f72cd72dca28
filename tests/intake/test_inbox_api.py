"""The inbox as scripts see it: what a token may propose, and every decision, with the pages' rules."""

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from access.models import ApiToken
from exchanges.models import Outcome
from intake.models import Candidate
from tests.intake.test_inbox import OUTCOME, SOURCE, Inbox
from tests.records.kinds import api_of

LIST = reverse("api:candidate-list")


@pytest.fixture
def box(people) -> Inbox:
    return Inbox(people.recorder)


@pytest.fixture
def script(people):
    return api_of(people.recorder)


def narrow(user, writes: list[str]):
    """A script whose token may write these kinds only."""
    client = api_of(user)
    with acting_as(SYSTEM):
        ApiToken.objects.filter(user=user).update(writes=writes)
    return client


def of(told: dict, act: str) -> str:
    return f"{told['url']}{act}/"


def test_a_script_proposes_and_sees_what_became_of_it(script, box):
    made = script.post(LIST, OUTCOME | {"external_id": "bot-7"})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["origin"], told["level"], told["became"]) == ("waiting", "api", Level.INTERNAL, [])
    assert told["origin_words"] == "test", "the token's name, where nobody says more"
    assert told["data"]["claims"][0]["number"] == "150"
    assert told["page"].endswith(reverse("intake:candidate-detail", args=[told["id"]]))
    again = script.post(LIST, OUTCOME | {"external_id": "bot-7"})
    assert again.json()["id"] == told["id"]
    assert script.get(LIST).json()["count"] == 1
    accepted = script.post(of(told, "accept"), {"version": 1})
    assert accepted.status_code == 200, accepted.content
    told = accepted.json()
    assert (told["state"], told["decided_by"]) == ("taken", "recorder")
    (became,) = told["became"]
    assert (became["became"], became["kind"]) == ("made", "outcome")
    assert script.get(became["url"]).json()["review_state"] == "submitted"
    assert script.get(LIST).json()["count"] == 0
    assert script.get(LIST, {"state": "taken"}).json()["count"] == 1
    undone = script.post(of(told, "undo"), headers={"If-Match": f'"{told["version"]}"'})
    assert undone.json()["state"] == "waiting"
    assert script.get(became["url"]).json()["withdrawn_reason"]


def test_it_is_merged_and_refused_with_the_pages_rules(script, box, people):
    with box.acting():
        there = Outcome.objects.get(external_id="ex-2024-12-30")
    told = script.post(LIST, OUTCOME).json()
    for record, wrong in (("x", "UUID"), ("00000000-0000-4000-8000-000000000000", "no such record")):
        refused = script.post(of(told, "merge"), {"record": record, "version": 1})
        assert refused.status_code == 400
        assert wrong in str(refused.json()["error"]["fields"]["record"])
    assert script.post(of(told, "merge"), {"record": str(there.pk)}).status_code == 428
    assert script.post(of(told, "merge"), {"record": str(there.pk), "version": 9}).status_code == 412
    merged = script.post(of(told, "merge"), {"record": str(there.pk), "version": 1}).json()
    assert [one["became"] for one in merged["became"]] == ["merged", *["brought"] * 5]
    assert script.post(of(told, "refuse"), {"reason": "x", "version": merged["version"]}).status_code == 400
    other = script.post(LIST, SOURCE).json()
    assert script.post(of(other, "refuse"), {"reason": " ", "version": 1}).status_code == 400
    refused = script.post(of(other, "refuse"), {"reason": "A rumour", "version": 1}).json()
    assert (refused["state"], refused["refused_reason"]) == ("refused", "A rumour")
    changed = script.patch(refused["url"], {"note": "x"}, headers={"If-Match": f'"{refused["version"]}"'})
    assert "decided about this candidate already" in str(changed.json()["error"]["fields"])


def test_nobody_decides_by_writing_the_field(script):
    for name in ("state", "decided_by", "decided_at", "refused_reason", "origin", "became"):
        refused = script.post(LIST, SOURCE | {name: "taken"})
        assert name in refused.json()["error"]["fields"]


def test_what_is_wrong_is_told_by_field(script):
    for body, field in (
        ({"proposes": "war", "data": {"title": "x"}}, "proposes"),
        ({"proposes": "source", "data": {"number": "1"}}, "data"),
        ({"proposes": "source"}, "data"),
        (SOURCE | {"found_at": "javascript:alert(1)"}, "found_at"),
        (OUTCOME | {"conflict": "00000000-0000-4000-8000-000000000000"}, "conflict"),
        (SOURCE | {"level": 9}, "level"),
    ):
        refused = script.post(LIST, body)
        assert refused.status_code == 400, body
        assert field in refused.json()["error"]["fields"], refused.json()


def test_a_token_proposes_within_its_scope_only(people):
    """To propose is a scope of its own: such a token records nothing, not even what it proposed."""
    proposing = narrow(people.recorder, ["intake.candidate"])
    told = proposing.post(LIST, OUTCOME).json()
    assert told["state"] == "waiting"
    refused = proposing.post(of(told, "accept"), {"version": 1})
    assert refused.status_code == 403
    assert proposing.get(told["url"]).json()["state"] == "waiting"
    other = narrow(people.reviewer, ["sources.source"])
    assert other.post(LIST, SOURCE).status_code == 403
    assert api_of(people.analyst).post(LIST, SOURCE).status_code == 403


def test_who_may_not_write_is_answered_as_if_there_were_none(people, box):
    candidate = box.propose(**SOURCE | {"level": Level.PUBLIC})
    url = reverse("api:candidate-detail", args=[candidate.pk])
    reading = api_of(people.reviewer, may_write=False)
    for client in (api_of(people.analyst), reading):
        assert client.get(LIST).json()["results"] == []
        assert client.get(url).status_code == 404
        assert client.get(f"{url}history/").status_code == 404
    with acting_as(SYSTEM):
        assert Candidate.objects.count() == 1
