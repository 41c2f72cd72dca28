"""A merge never adds up: what two records said of one event is said once, and undone twice again."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from exchanges.models import Claim, Delivery, Estimate, EstimateClaim, Outcome
from exchanges.promises import ledger
from exchanges.querysets import figures_of
from exchanges.reconciling import headline
from exchanges.whole_record import reconcile
from intermediaries.models import Actor
from negotiations.models import Commitment
from records.merging import kept_of, plan_of
from records.reviewing import restore
from records.services import withdraw_record
from reports.selectors.parity import parity_of
from sources.models import Citation, Source
from tests.factories import DAY, make
from tests.people import signed_in
from tests.records.merging import fresh, merge, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(world):
    """Two records of one exchange: the same claim in both, each from its own source, and one more claim in each."""
    with acting_as(SYSTEM):
        Claim.objects.update(withdrawn_at="2025-06-01T00:00Z", withdrawn_reason="To begin with nothing.")
        Delivery.objects.update(withdrawn_at="2025-06-01T00:00Z", withdrawn_reason="To begin with nothing.")
        Estimate.objects.update(withdrawn_at="2025-06-01T00:00Z", withdrawn_reason="To begin with nothing.")
        world.twice = make(Outcome, conflict=world.conflict, outcome_kind="exchange", title="Again", started_on=DAY)
        world.rival = make(Actor, name="The other", kind_of_actor="state")
        world.wire = make(Source, publisher="Another wire")
        same = {"claimant": world.actor, "number": 150, "said_on": DAY}
        world.first = claim(world, world.outcome, **same)
        world.second = claim(world, world.twice, **same)
        world.only = claim(world, world.twice, claimant=world.rival, number=189)
        for one, source in ((world.first, world.source), (world.second, world.wire), (world.second, world.source)):
            make(Citation, record=one, source=source, quote="150")
    return world


def claim(world, outcome, **fields) -> Claim:
    return make(Claim, outcome=outcome, direction=world.party.direction, category="total", **fields)


def ranges(world, user) -> dict:
    """Return low and high of each outcome that counts, for the first direction; both ways of reckoning say the same."""
    with acting_as(user_principal(user)):
        outcomes = {one.pk: one for one in Outcome.objects.counted().filter(conflict=world.conflict)}
        found = figures_of(outcomes.values())
        slow = {pk: headline(found[pk], world.party.direction)[0] for pk in outcomes}
        whole = {
            pk: headline(figures, world.party.direction)[0] for pk, figures in reconcile(Outcome.objects.counted())
        }
        told = {pk: (one.low, one.high) for pk, one in slow.items()}
        assert told == {pk: (one.low, one.high) for pk, one in whole.items()}
        return {outcomes[pk].title: limits for pk, limits in told.items()}


def total(user) -> tuple:
    """Return how many went the first way in all, as the page of parity sums it up over events."""
    with acting_as(user_principal(user)):
        (parity,) = parity_of(Outcome.objects.counted())
        first, _second = parity.so_far
        return first.low, first.high


def test_two_records_of_one_exchange_count_once_and_undone_twice(world, people):
    apart = {"Open exchange": (150, 150), "Again": (150, 189)}
    assert ranges(world, people.outsider) == apart
    assert total(people.outsider) == (300, 339)
    made = merge(people.reviewer, world.twice, world.outcome)
    assert ranges(world, people.outsider) == {"Open exchange": (150, 189)}
    assert total(people.outsider) == (150, 189)
    client = signed_in(people.outsider)
    for page in ("reports:overview", "exchanges:outcome-list", "exchanges:claim-list", "reports:parity"):
        told = client.get(reverse(page)).content.decode()
        assert not any(number in told for number in (">300<", ">339<", "300–339")), page
    undo(people.reviewer, made)
    assert ranges(world, people.outsider) == apart
    assert total(people.outsider) == (300, 339)


def test_one_claim_in_both_is_one_claim_with_the_sources_of_both(world, people):
    with acting_as(user_principal(people.reviewer)):
        plan = plan_of(fresh(world.twice), fresh(world.outcome))
        assert [one.records for one in plan.folding] == [[world.second]]
        assert [one.records for one in plan.moving if one.kind is Claim] == [[world.only]]
    made = merge(people.reviewer, world.twice, world.outcome)
    with acting_as(SYSTEM):
        assert set(world.outcome.claims.current()) == {world.first, world.only}
        assert kept_of(fresh(world.second)) == world.first
        cited = world.first.citations.current()
        assert sorted(one.source.publisher for one in cited) == ["Another wire", "Open press"]
    answer = signed_in(people.outsider).get(world.second.get_absolute_url())
    assert (answer.status_code, answer.headers["Location"]) == (301, world.first.get_absolute_url())
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        assert set(world.twice.claims.current()) == {world.second, world.only}
        assert world.first.citations.current().count() == 1
        assert world.second.citations.current().count() == 2


@pytest.mark.parametrize(
    "otherwise",
    [
        {"number": 151}, {"quantifier": "at_least"}, {"claimant_words": "a ministry"}, {"category": "military"},
        {"stage": "planned"}, {"said_on": None}, {"notes": "heard twice"}, {"refuted": True}, {"withdrawn": True},
        {"review_state": "submitted"},
    ],
    ids=str,
)  # fmt: skip
def test_claims_that_differ_in_anything_both_stand(world, people, otherwise):
    with acting_as(SYSTEM):
        if otherwise == {"refuted": True}:
            otherwise = {"refuted_at": "2025-06-02T00:00Z", "refuted_reason": "A misprint."}
        if otherwise == {"withdrawn": True}:
            otherwise = {"withdrawn_at": "2025-06-02T00:00Z", "withdrawn_reason": "A misprint."}
        Claim.objects.filter(pk=world.first.pk).update(**otherwise)
    merge(people.reviewer, world.twice, world.outcome)
    with acting_as(SYSTEM):
        now = fresh(world.second)
        assert (now.outcome_id, now.is_withdrawn) == (world.outcome.pk, False)
        assert fresh(world.first).outcome_id == world.outcome.pk
    ((low, high),) = ranges(world, people.outsider).values()
    assert high == 189
    assert low in (150, 151)


def test_a_claim_of_the_reviewers_own_is_left_beside_its_like(world, people):
    """Four eyes hold for parts, too: an estimate that rests on the one must not come to rest on the reviewer's own."""
    with acting_as(user_principal(people.reviewer)):
        own = make(
            Claim, outcome=fresh(world.outcome), direction=world.party.direction, category="total",
            claimant=world.rival, number=189, author=people.reviewer,
        )  # fmt: skip
    with acting_as(SYSTEM):
        Claim.objects.filter(pk=own.pk).update(review_state="verified")
        estimate = make(
            Estimate, outcome=world.twice, direction=world.party.direction, low=150, best=189, high=189, reason="x"
        )
        weighed = make(EstimateClaim, estimate=estimate, claim=world.only)
    merge(people.reviewer, world.twice, world.outcome)
    with acting_as(SYSTEM):
        assert fresh(weighed).claim_id == world.only.pk
        assert fresh(estimate).outcome_id == fresh(world.only).outcome_id == world.outcome.pk
        assert not fresh(world.only).is_withdrawn


def promised(world) -> Commitment:
    return make(
        Commitment, agreement=world.agreement, title="300", subject="prisoners", quantity=300,
        direction=world.party.direction, due_on=DAY, certainty="agreed_by_both",
    )  # fmt: skip


def delivered(world, promise: Commitment, user) -> tuple:
    with acting_as(user_principal(user)):
        (line,) = ledger([fresh(promise)])
        return line.line.low, line.line.high


def test_what_two_records_of_one_event_deliver_is_delivered_once(world, people):
    with acting_as(SYSTEM):
        promise = promised(world)
        for outcome in (world.outcome, world.twice):
            make(Delivery, outcome=outcome, commitment=promise, direction=world.party.direction)
    assert delivered(world, promise, people.outsider) == (300, 339)
    made = merge(people.reviewer, world.twice, world.outcome)
    assert delivered(world, promise, people.outsider) == (150, 189)
    undo(people.reviewer, made)
    assert delivered(world, promise, people.outsider) == (300, 339)


def test_deliveries_that_would_deliver_the_same_people_twice_are_refused_in_words(world, people):
    with acting_as(SYSTEM):
        promise = promised(world)
        kept = make(Delivery, outcome=world.outcome, commitment=promise, direction=world.party.direction)
        other = make(Delivery, outcome=world.twice, commitment=promise, direction=world.party.direction, share=100)
    with pytest.raises(ValidationError, match="delivered twice"):
        merge(people.reviewer, world.twice, world.outcome)
    with acting_as(SYSTEM) as actor:
        assert not fresh(world.twice).is_withdrawn
        withdraw_record(actor, fresh(other), reason="The same people")
    made = merge(people.reviewer, world.twice, world.outcome)
    # Nor by restoring it: it hangs on the kept one now.
    with acting_as(user_principal(people.reviewer)) as actor, pytest.raises(ValidationError, match="delivered twice"):
        restore(actor, fresh(other), reason="After all", expected_version=fresh(other).version)
    undo(people.reviewer, made)
    with acting_as(user_principal(people.reviewer)) as actor:
        restore(actor, fresh(other), reason="After all", expected_version=fresh(other).version)
    with acting_as(SYSTEM):
        assert fresh(kept).outcome_id == world.outcome.pk


def test_one_promise_recorded_twice_is_promised_once(world, people):
    """Merging agreements folds equal promises: what each of them was delivered is delivered of the one."""
    with acting_as(SYSTEM):
        again = make(type(world.agreement), channel=world.channel, title="Again", status="agreed", started_on=DAY)
        first, second = promised(world), promised(world)
        Commitment.objects.filter(pk=second.pk).update(agreement=again)
        make(Delivery, outcome=world.outcome, commitment=first, direction=world.party.direction)
        make(Delivery, outcome=world.outcome, commitment=second, direction=world.party.direction)
    made = merge(people.reviewer, again, world.agreement)
    with acting_as(SYSTEM):
        assert kept_of(fresh(second)) == first
    assert delivered(world, first, people.outsider) == (150, 150)
    undo(people.reviewer, made)
    assert delivered(world, second, people.outsider) == delivered(world, first, people.outsider) == (150, 150)


def test_claimants_recorded_twice_say_a_thing_once(world, people):
    with acting_as(SYSTEM):
        twin = make(Actor, name="Open state again", kind_of_actor="state")
        said = claim(world, world.outcome, claimant=twin, number=150, said_on=DAY)
        other = claim(world, world.outcome, claimant=twin, number=160, said_on=DAY)
    merge(people.reviewer, twin, world.actor)
    with acting_as(SYSTEM):
        assert kept_of(fresh(said)) == world.first
        assert fresh(other).claimant_id == world.actor.pk
