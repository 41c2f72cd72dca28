"""Estimates and refutations: a reviewer's, with four eyes, and never less secret than what they rest on."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction
from django.urls import reverse

from access.context import ANONYMOUS, SYSTEM, acting_as, current_reader, user_principal
from access.levels import Level
from exchanges.models import Claim, Estimate, EstimateClaim, Outcome
from exchanges.querysets import figures_of
from exchanges.services import refute_claim, set_estimate
from tests.exchanges.test_outcomes import claim
from tests.factories import make
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db


def figure(world, reader=ANONYMOUS, direction="to_second"):
    with acting_as(reader):
        (found,) = [one for one in figures_of([world.outcome])[world.outcome.pk] if one.direction == direction]
    return found


def estimate_of(world, *claims, **fields):
    given = {"outcome": world.outcome, "direction": "to_second", "low": 150, "best": 189, "high": 189}
    estimate = Estimate(**given | {"reason": "Counted at the crossing"} | fields)
    return set_estimate(current_reader(), estimate, [(one, "recommended", "") for one in claims])


def test_an_estimate_sets_the_best_figure_and_not_the_range(world, people):
    one, other = claim(world, number=150), claim(world, number=189)
    assert (figure(world).best, figure(world).rule) == (None, "unresolved")
    with acting_as(user_principal(people.reviewer)):
        made = estimate_of(world, one, other, difference="cut_off")
    found = figure(world)
    assert (found.low, found.best, found.high, found.rule) == (150, 189, 189, "reviewer")
    assert (found.estimate, found.difference.reason) == (made.pk, "cut_off")


def test_an_estimate_overtaken_by_the_claims_decides_no_more(world, people):
    one = claim(world, number=150)
    with acting_as(user_principal(people.reviewer)):
        estimate_of(world, one, low=150, best=150, high=150)
    assert figure(world).rule == "reviewer"
    claim(world, number=189, supersedes=one)
    assert (figure(world).best, figure(world).rule, figure(world).estimate) == (189, "only_claim", None)


def test_an_estimate_is_never_less_secret_than_a_claim_it_rests_on(world, people):
    one, hidden = claim(world, number=150), claim(world, number=189, level=Level.RESTRICTED)
    with acting_as(user_principal(people.reviewer)):
        made = estimate_of(world, one, hidden)
        assert made.label.level == Level.RESTRICTED
    assert (figure(world).low, figure(world).best, figure(world).rule) == (150, 150, "only_claim")
    seen = figure(world, user_principal(people.recorder))
    assert (seen.low, seen.best, seen.high) == (150, 189, 189)


def test_raising_a_claim_raises_the_estimate_that_rests_on_it(world, people):
    one, other = claim(world, number=150), claim(world, number=189)
    with acting_as(user_principal(people.reviewer)):
        set_estimate(
            current_reader(),
            Estimate(
                outcome=world.outcome, direction="to_second", low=150, best=150, high=189, reason="One is a misprint"
            ),
            [(one, "recommended", ""), (other, "excluded", "A misprint")],
        )
    assert figure(world).rule == "reviewer"
    with acting_as(user_principal(people.recorder)):
        other.level = Level.CONFIDENTIAL
        other.save()
    assert (figure(world).best, figure(world).rule) == (150, "reviewer")  # it rests on the other claim
    with acting_as(user_principal(people.recorder)):
        one.level = Level.CONFIDENTIAL
        one.save()
    with acting_as(ANONYMOUS):
        assert not Estimate.objects.filter(direction="to_second").exists()
        assert "to_second" not in {found.direction for found in figures_of([world.outcome])[world.outcome.pk]}


def test_whoever_entered_a_claim_does_not_set_the_estimate_on_it(world, people):
    with acting_as(user_principal(people.reviewer)):
        own = make(
            Claim, outcome=world.outcome, claimant=world.actor, direction="to_second", category="total", number=150,
            author=people.reviewer,
        )  # fmt: skip
        with pytest.raises(ValidationError) as refused:
            estimate_of(world, own)
        assert set(refused.value.message_dict) == {"claims"}
        other = claim(world, number=189)
        link = {"estimate": estimate_of(world, other), "claim": own, "author": people.reviewer}
        with pytest.raises(ProgrammingError, match="does not rest on claims"), transaction.atomic():
            EstimateClaim.objects.create(use="recommended", **link)
        excluded = EstimateClaim.objects.create(use="excluded", reason="My own", **link)
        with pytest.raises(ProgrammingError, match="does not rest on claims"), transaction.atomic():
            EstimateClaim.objects.filter(pk=excluded.pk).update(use="recommended", reason="")


def test_what_cannot_be_weighed_is_refused_by_field(world, people):
    with acting_as(SYSTEM):
        elsewhere = make(Outcome, conflict=world.conflict, outcome_kind="exchange")
    old = claim(world, number=150)
    claim(world, number=151, supersedes=old)
    with acting_as(user_principal(people.reviewer)):
        for claims in ([], [claim(world, outcome=elsewhere, number=1)], [old]):
            with pytest.raises(ValidationError) as refused:
                estimate_of(world, *claims)
            assert set(refused.value.message_dict) == {"claims"}


def test_the_api_sets_an_estimate_with_the_claims_it_weighs(world, people):
    one, other = claim(world, number=150), claim(world, number=189)
    body = {
        "outcome": str(world.outcome.pk), "direction": "to_second", "low": 150, "high": 189, "reason": "Two counts",
        "claims": [
            {"claim": str(one.pk), "use": "recommended"},
            {"claim": str(other.pk), "use": "excluded", "reason": "A misprint"},
        ],
    }  # fmt: skip
    api = api_of(people.reviewer)
    made = api.post(reverse("api:estimate-list"), body)
    assert made.status_code == 201, made.content
    assert {(each["claim"]["id"], each["use"]) for each in made.json()["claims"]} == {
        (str(one.pk), "recommended"),
        (str(other.pk), "excluded"),
    }
    without = api.post(reverse("api:estimate-list"), body | {"claims": []})
    assert set(without.json()["error"]["fields"]) == {"claims"}
    with acting_as(SYSTEM):
        Claim.objects.filter(pk=other.pk).update(level=Level.RESTRICTED)
    seen = api_of(people.outsider).get(made.json()["url"]).json()["claims"]
    assert [each["claim"]["id"] for each in seen] == [str(one.pk)]


def test_a_refuted_claim_counts_no_more_and_says_why(world, people):
    one, other = claim(world, number=150), claim(world, number=189)
    with acting_as(user_principal(people.recorder)), pytest.raises(PermissionDenied):
        refute_claim(current_reader(), one, reason="Wrong day")
    with acting_as(user_principal(people.reviewer)):
        with pytest.raises(ValidationError) as refused:
            refute_claim(current_reader(), one, reason=" ")
        assert set(refused.value.message_dict) == {"reason"}
        done = refute_claim(current_reader(), Claim.objects.get(pk=one.pk), reason="It speaks of another day")
        assert (done.state, done.refuted_reason) == ("refuted", "It speaks of another day")
        with pytest.raises(ValidationError):
            refute_claim(current_reader(), done, reason="Again")
    assert (figure(world).low, figure(world).high) == (189, 189)
    assert Claim is type(other)


def test_a_claim_superseded_by_a_hidden_one_stays_in_force_for_others(world, people):
    old = claim(world, number=150)
    claim(world, number=189, supersedes=old, level=Level.RESTRICTED)
    assert figure(world).stated == "150"
    with acting_as(ANONYMOUS):
        assert Claim.objects.get(pk=old.pk).state == "current"
    assert figure(world, user_principal(people.recorder)).stated == "189"
    with acting_as(user_principal(people.recorder)):
        assert Claim.objects.get(pk=old.pk).state == "superseded"
