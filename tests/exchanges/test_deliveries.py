"""Allotting an outcome to promises: what is refused, with the field, by the API as by the service."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import ANONYMOUS, SYSTEM, acting_as, current_reader
from access.levels import Level
from exchanges.deliveries import allocate_delivery, suggest
from exchanges.models import Claim, Delivery, Outcome
from exchanges.promises import ledger
from negotiations.models import Commitment
from tests.exchanges.test_one_of_two_rivals import stands
from tests.factories import make, make_world, verified
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def promise(world):
    """Another promise of the same agreement, of which nothing was delivered yet."""
    with acting_as(SYSTEM):
        Delivery.objects.update(withdrawn_at="2025-06-01T00:00Z", withdrawn_reason="To begin with nothing.")
        return make(Commitment, agreement=world.agreement, subject="prisoners", quantity=500, direction="to_open")


def allot(world, promise, **given):
    with acting_as(SYSTEM):
        return allocate_delivery(current_reader(), Delivery(outcome=world.outcome, commitment=promise, **given))


def refused(world, promise, **given) -> dict:
    with pytest.raises(ValidationError) as told:
        allot(world, promise, **given)
    return told.value.message_dict


def test_a_share_is_written_and_over_delivery_is_allowed(world, promise):
    assert allot(world, promise, direction="to_open", share=777).share == 777


def test_a_share_is_neither_negative_nor_above_the_whole(world, promise):
    assert list(refused(world, promise, direction="to_open", share=-1)) == ["share"]
    told = refused(world, promise, direction="to_open", share=778)
    assert "777" in told["share"][0]


def test_the_same_people_are_not_delivered_twice(world, promise):
    allot(world, world.commitment, direction="to_open", share=700)
    assert "77" in refused(world, promise, direction="to_open", share=78)["share"][0]
    assert list(refused(world, promise, share=78)) == ["share"]
    assert list(refused(world, promise)) == ["share"]
    assert list(refused(world, promise, category="military")) == ["share"]
    assert list(refused(world, world.commitment, direction="to_open", share=78)) == ["share"]
    allot(world, promise, direction="to_open", share=77)
    allot(world, promise, direction="to_second")


def test_a_direction_the_conflict_does_not_have_is_refused(world, promise):
    assert list(refused(world, promise, direction="to_nowhere")) == ["direction"]


@pytest.mark.parametrize("status", ["aborted", "scheduled", "denied"])
def test_what_did_not_take_place_delivers_nothing(world, promise, status):
    with acting_as(SYSTEM):
        Outcome.objects.update(status=status)
    assert list(refused(world, promise)) == ["outcome"]


def test_withdrawn_ends_and_other_conflicts_are_refused(world, promise):
    with acting_as(SYSTEM):
        other = make_world("Other")
    assert list(refused(world, other.commitment)) == ["commitment"]
    with acting_as(SYSTEM):
        Commitment.objects.update(withdrawn_at="2025-06-01T00:00Z", withdrawn_reason="In error.")
    assert list(refused(world, promise)) == ["commitment"]
    with acting_as(SYSTEM):
        Outcome.objects.update(withdrawn_at="2025-06-01T00:00Z", withdrawn_reason="In error.")
    assert list(refused(world, promise)) == ["outcome"]


def test_the_api_refuses_the_same(api, world, promise):
    body = {"outcome": str(world.outcome.pk), "commitment": str(promise.pk), "direction": "to_open", "share": 778}
    answer = api.post(reverse("api:delivery-list"), body, format="json")
    assert answer.status_code == 400
    assert "share" in answer.json()["error"]["fields"]
    answer = api.post(reverse("api:delivery-list"), body | {"share": 500}, format="json")
    assert answer.status_code == 201
    changed = api.patch(answer.json()["url"], {"share": 778}, format="json", headers={"If-Match": '"1"'})
    assert changed.status_code == 400


def test_the_ledger_is_computed_for_each_reader(client, world, promise):
    with acting_as(SYSTEM):
        make(Claim, outcome=world.outcome, claimant=world.actor, direction="to_open", category="total", number=400,
             level=Level.CONFIDENTIAL)  # fmt: skip
    allot(world, promise, direction="to_open")
    verified(Delivery, commitment=promise)
    with acting_as(SYSTEM):
        (told,) = ledger([Commitment.objects.select_related("agreement__channel").get(pk=promise.pk)])
        assert (told.line.low, told.line.high, told.line.state) == (400, 777, "disputed")
    address = f"{reverse('api:ledger-list')}?agreement={world.agreement.pk}"
    found = {one["id"]: one for one in client.get(address).json()["results"]}
    (line,) = found[str(promise.pk)]["lines"]
    assert (line["delivered_low"], line["delivered_high"], line["state"]) == (777, 777, "exceeded")
    page = client.get(reverse("exchanges:ledger")).content.decode()
    assert "exceeded" in page
    assert not stands(400, page)
    assert promise.page_url not in client.get(f"{reverse('exchanges:ledger')}?state=disputed").content.decode()
    assert promise.page_url in client.get(f"{reverse('exchanges:ledger')}?state=exceeded").content.decode()


def test_offers_stand_apart(client, world, promise):
    with acting_as(SYSTEM):
        Commitment.objects.filter(pk=promise.pk).update(certainty="offered")
    titles = [group["title"] for group in client.get(reverse("exchanges:ledger")).context["rows"]]
    assert titles == ["Agreed terms", "Offers and demands"]
    only = client.get(f"{reverse('exchanges:ledger')}?terms=offered").context["rows"]
    assert [one.commitment.pk for group in only for one in group["lines"]] == [promise.pk]


def test_many_promises_cost_no_more_statements(world, promise):
    allot(world, promise, direction="to_open", share=1)
    verified(Delivery, commitment=promise)
    with acting_as(ANONYMOUS), CaptureQueriesContext(connection) as one:
        ledger(Commitment.objects.select_related("agreement__channel", "meeting__channel").filter(pk=promise.pk))
    with acting_as(SYSTEM):
        for number in range(20):
            commitment = make(Commitment, agreement=world.agreement, subject="prisoners", quantity=number)
            make(Delivery, outcome=world.outcome, commitment=commitment, share=1)
    with acting_as(ANONYMOUS), CaptureQueriesContext(connection) as many:
        assert len(ledger(Commitment.objects.select_related("agreement__channel", "meeting__channel"))) == 22
    assert len(many) == len(one)


def test_promises_are_suggested_with_the_reasons(api, world, promise):
    with acting_as(SYSTEM):
        far = make_world("Far")
        dead = make(Commitment, agreement=world.agreement, subject="remains", quantity=5)
    with acting_as(ANONYMOUS):
        found = suggest(world.outcome)
    assert [one.commitment.pk for one in found][-1] == dead.pk
    assert far.commitment.pk not in {one.commitment.pk for one in found}
    address = reverse("api:outcome-suggested-deliveries", args=[world.outcome.pk])
    told = {one["commitment"].split("/")[-2]: one["reasons"] for one in api.get(address).json()}
    assert set(told) == {str(one.pk) for one in (world.commitment, promise, dead)}
    assert "it is about the same" in told[str(promise.pk)]
    assert "it is about the same" not in told[str(dead.pk)]
    allot(world, promise, direction="to_open")
    assert str(promise.pk) not in str(api.get(address).json())


def test_the_page_allots_refuses_and_keeps_what_was_typed(client, people, world, promise):
    address = reverse("exchanges:outcome-deliver", args=[world.outcome.pk])
    assert client.get(address).status_code in {302, 403, 404}
    client = signed_in(people.recorder)
    assert "Outside any known promise" in client.get(world.outcome.get_absolute_url()).content.decode()
    given = {"commitment": str(promise.pk), "direction": "to_open", "category": "total", "share": "778"}
    answer = client.post(address, given)
    assert answer.status_code == 200
    assert "the outcome has 777" in answer.content.decode()
    assert 'value="778"' in answer.content.decode()
    answer = client.post(address, given | {"share": "500"})
    (delivery,) = answer_of(promise)
    assert answer.url == delivery.get_absolute_url()
    assert "fulfilled" not in client.get(world.outcome.get_absolute_url()).content.decode()
    verified(Delivery, commitment=promise)
    page = client.get(world.outcome.get_absolute_url()).content.decode()
    assert "fulfilled" in page
    assert "Outside any known promise" not in page


def answer_of(promise) -> list[Delivery]:
    with acting_as(SYSTEM):
        return list(Delivery.objects.current().filter(commitment=promise))
