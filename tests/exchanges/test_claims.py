"""Claims are stated once: corrected by another that supersedes them, never edited, never about what is gone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as
from exchanges.models import Claim, Outcome, RunningTotal
from tests.factories import make, verified
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db


def body(world, **changes) -> dict:
    return {
        "outcome": str(world.outcome.pk),
        "claimant": str(world.actor.pk),
        "direction": world.party.direction,
        "category": "total",
        "number": 189,
    } | changes


def fields(response, status=400) -> dict:
    assert response.status_code == status, response.content
    return response.json()["error"]["fields"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"direction": "to_nowhere"}, "direction"),
        ({"category": "dragons"}, "category"),
        ({"number": -1}, "number"),
        ({"number": "many"}, "number"),
        ({"number": 10**30}, "number"),
        ({"quantifier": "between"}, "number_high"),
        ({"quantifier": "between", "number_high": 100}, "number_high"),
        ({"number_high": 200}, "number_high"),
        ({"outcome": None}, "record"),
        ({"state": "refuted"}, "state"),
    ],
)
def test_what_a_claim_cannot_say_is_refused_by_field(api, world, changes, field):
    assert set(fields(api.post(reverse("api:claim-list"), body(world, **changes)))) == {field}


def test_a_number_that_was_not_disclosed_is_no_nought(api, world):
    made = api.post(reverse("api:claim-list"), body(world, number=None)).json()
    assert (made["number"], made["stated"]) == (None, "not disclosed")


def test_nothing_is_claimed_about_a_withdrawn_outcome(api, world):
    with acting_as(SYSTEM):
        Outcome.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="twice")
    assert set(fields(api.post(reverse("api:claim-list"), body(world)))) == {"outcome"}


@pytest.mark.parametrize(
    "name", ["number", "number_high", "quantifier", "direction", "category", "claimant", "outcome", "commitment"]
)
def test_a_claim_is_never_edited(api, world, name):
    url = api.post(reverse("api:claim-list"), body(world)).json()["url"]
    refused = fields(api.patch(url, {name: None}, headers={"If-Match": '"1"'}))
    assert set(refused) == {name}
    assert "supersedes" in refused[name][0]
    assert api.patch(url, {"notes": "heard on the radio"}, headers={"If-Match": '"1"'}).status_code == 200


def test_a_correction_supersedes_and_both_stay(api, world):
    old = api.post(reverse("api:claim-list"), body(world, number=150)).json()
    made = api.post(reverse("api:claim-list"), body(world, supersedes=old["id"]))
    assert made.status_code == 201, made.content
    assert made.json()["supersedes"]["id"] == old["id"]
    # Until somebody else has verified the new one the old one stands.
    assert api.get(old["url"]).json()["state"] == "current"
    again = fields(api.post(reverse("api:claim-list"), body(world, supersedes=old["id"])))
    assert "waits for review" in again["supersedes"][0]
    verified(Claim, outcome=world.outcome)
    before = api.get(old["url"]).json()
    assert (before["state"], before["number"], before["version"]) == ("superseded", 150, 2)
    again = fields(api.post(reverse("api:claim-list"), body(world, supersedes=old["id"])))
    assert "no longer in force" in again["supersedes"][0]
    figures = api.get(reverse("api:outcome-detail", args=[world.outcome.pk])).json()["figures"]
    assert [(figure["low"], figure["high"], figure["agreement"]) for figure in figures] == [(189, 777, "disputed")]


def test_claims_never_supersede_one_another_in_a_ring(api, world):
    first = api.post(reverse("api:claim-list"), body(world, number=150)).json()
    second = api.post(reverse("api:claim-list"), body(world, number=160, supersedes=first["id"])).json()
    closing = api.patch(first["url"], {"supersedes": second["id"]}, headers={"If-Match": '"1"'})
    assert set(fields(closing)) == {"supersedes"}
    itself = api.patch(second["url"], {"supersedes": second["id"]}, headers={"If-Match": '"1"'})
    assert set(fields(itself)) == {"supersedes"}
    verified(Claim, outcome=world.outcome)
    third = body(world, number=170, supersedes=first["id"])
    assert "no longer in force" in fields(api.post(reverse("api:claim-list"), third))["supersedes"][0]


def test_only_a_claim_about_the_same_is_superseded(api, world):
    with acting_as(SYSTEM):
        other = make(Outcome, conflict=world.conflict, outcome_kind="exchange")
        elsewhere = make(Claim, outcome=other, claimant=world.actor, category="total", number=1)
        gone = make(
            Claim, outcome=world.outcome, claimant=world.actor, category="total", number=1, withdrawn_at=timezone.now(),
            withdrawn_reason="twice",
        )  # fmt: skip
    for claim in (elsewhere, gone):
        assert set(fields(api.post(reverse("api:claim-list"), body(world, supersedes=str(claim.pk))))) == {"supersedes"}
    with acting_as(SYSTEM):
        assert set(Claim.objects.current().with_state().values_list("state_found", flat=True)) == {"current"}


def test_a_refused_correction_leaves_the_old_claim_in_force(api, world):
    wrong = body(world, supersedes=str(world.claim.pk), direction="to_nowhere")
    assert set(fields(api.post(reverse("api:claim-list"), wrong))) == {"direction"}
    with acting_as(SYSTEM):
        assert Claim.objects.get(pk=world.claim.pk).state == "current"


def test_running_totals_are_superseded_alike(api, world):
    given = {
        "conflict": str(world.conflict.pk), "claimant": str(world.actor.pk), "category": "total", "number": 900,
        "as_of": "2025-06-30", "supersedes": str(world.running_total.pk),
    }  # fmt: skip
    assert api.post(reverse("api:running-total-list"), given).status_code == 201
    verified(RunningTotal, conflict=world.conflict)
    with acting_as(SYSTEM):
        assert RunningTotal.objects.get(pk=world.running_total.pk).state == "superseded"


def test_estimates_are_a_reviewers_and_come_in_versions(api, people, world):
    given = {
        "outcome": str(world.outcome.pk), "direction": world.party.direction, "low": 150, "high": 189,
        "reason": "itemised", "supersedes": str(world.estimate.pk), "claims": [{"claim": str(world.claim.pk)}],
    }  # fmt: skip
    assert api.post(reverse("api:estimate-list"), given).status_code == 403
    reviewer = api_of(people.reviewer)
    made = reviewer.post(reverse("api:estimate-list"), given)
    assert made.status_code == 201, made.content
    assert made.json()["best"] is None
    assert set(fields(reviewer.post(reverse("api:estimate-list"), given))) == {"supersedes"}
    low_above_high = given | {"low": 190, "supersedes": None}
    assert set(fields(reviewer.post(reverse("api:estimate-list"), low_above_high))) == {"record"}
    refused = reviewer.patch(made.json()["url"], {"best": 170}, headers={"If-Match": '"1"'})
    assert set(fields(refused)) == {"best"}
