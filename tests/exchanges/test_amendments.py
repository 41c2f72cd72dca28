"""A promise that another amends or renews: what it is at least as secret as, how it stands, and what is refused."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from access.context import ANONYMOUS, SYSTEM, acting_as
from access.levels import Level
from exchanges.promises import ledger
from negotiations.models import Commitment, Meeting
from tests.factories import make, make_world
from tests.people import signed_in

pytestmark = pytest.mark.django_db
DUE = dt.date(2025, 5, 24)


@pytest.fixture
def promises(world):
    """Three promises of one agreement, each without deliveries and long overdue, as yet amending nothing."""
    with acting_as(SYSTEM):
        return [
            make(Commitment, agreement=world.agreement, title=title, subject="prisoners", quantity=500,
                 direction="to_open", due_on=DUE, certainty="agreed_by_both")
            for title in ("First terms", "Second terms", "Third terms")
        ]  # fmt: skip


def amend(promise, earlier, **fields):
    with acting_as(SYSTEM):
        promise.amends = earlier
        for name, value in fields.items():
            setattr(promise, name, value)
        promise.save()


def states(principal=ANONYMOUS) -> dict[str, str]:
    with acting_as(principal):
        found = ledger(Commitment.objects.filter(due_on=DUE).select_related("agreement__channel"))
        return {one.commitment.title: one.line.state for one in found}


def test_what_was_amended_owes_nothing_more_and_its_successor_does(world, promises, client):
    first, second, third = promises
    assert set(states().values()) == {"overdue"}
    amend(second, first)
    amend(third, second)
    assert states() == {"First terms": "amended", "Second terms": "amended", "Third terms": "overdue"}
    address = f"{reverse('api:ledger-list')}?state=amended"
    found = {one["id"]: one for one in client.get(address).json()["results"]}
    assert set(found) == {str(first.pk), str(second.pk)}
    (line,) = found[str(first.pk)]["lines"]
    assert (line["state"], line["remaining_low"], line["remaining_high"]) == ("amended", 0, 0)
    assert (line["days_late"], line["implementation"]) == (None, None)
    page = client.get(f"{reverse('exchanges:ledger')}?state=amended").content.decode()
    assert ("First terms" in page, "Third terms" in page) == (True, False)


def test_a_withdrawn_amendment_amends_nothing(promises):
    first, second, _third = promises
    amend(second, first, withdrawn_at="2025-06-01T00:00Z", withdrawn_reason="In error.")
    assert states()["First terms"] == "overdue"


def test_the_chain_is_told_both_ways_by_page_and_api(client, promises):
    first, second, third = promises
    amend(second, first)
    amend(third, second)
    for promise in promises:
        page = client.get(promise.page_url).content.decode()
        listed = page[page.index('id="amendments"') :]
        assert listed.index("First terms") < listed.index("Second terms") < listed.index("Third terms")
    told = client.get(reverse("api:commitment-detail", args=[second.pk])).json()
    assert told["amends"]["id"] == str(first.pk)
    later = client.get(f"{reverse('api:commitment-list')}?amends={second.pk}").json()["results"]
    assert [one["id"] for one in later] == [str(third.pk)]


def test_an_amendment_is_at_least_as_secret_as_what_it_amends(people, promises, client):
    first, second, third = promises
    amend(second, first)
    amend(third, second)
    with acting_as(SYSTEM):
        Commitment.objects.filter(pk=first.pk).update(level=Level.CONFIDENTIAL)
    for promise in promises:
        assert client.get(promise.page_url).status_code == 404
        assert client.get(reverse("api:commitment-detail", args=[promise.pk])).status_code == 404
        assert signed_in(people.reviewer).get(promise.page_url).status_code == 200


def test_who_may_not_see_the_amendment_is_told_the_promise_stands(people, promises, client):
    first, second, _third = promises
    amend(second, first, level=Level.CONFIDENTIAL)
    assert states()["First terms"] == "overdue"
    page = client.get(first.page_url).content.decode()
    assert "Second terms" not in page
    assert "none amends it" in page
    seen = signed_in(people.reviewer).get(first.page_url).content.decode()
    assert "Second terms" in seen


def test_a_loop_and_another_conflict_are_refused_with_field_and_remedy(api, world, promises):
    first, second, third = promises
    amend(second, first)
    amend(third, second)
    with acting_as(SYSTEM):
        other = make_world("Other")
    for given, words in ((third, "leave it empty"), (first, "leave it empty"), (other.commitment, "another conflict")):
        url = reverse("api:commitment-detail", args=[first.pk])
        answer = api.patch(url, {"amends": str(given.pk)}, format="json", headers={"If-Match": '"1"'})
        assert answer.status_code == 400
        assert words in answer.json()["error"]["fields"]["amends"][0]
    body = {"agreement": str(world.agreement.pk), "subject": "remains", "quantity": 10}
    refused = api.post(reverse("api:commitment-list"), body | {"amends": str(other.commitment.pk)}, format="json")
    assert list(refused.json()["error"]["fields"]) == ["amends"]
    made = api.post(reverse("api:commitment-list"), body | {"amends": str(third.pk)}, format="json")
    assert made.status_code == 201


def test_a_hidden_promise_cannot_be_amended_and_looks_like_none(people, api, world, promises):
    with acting_as(SYSTEM):
        hidden = make(Meeting, channel=world.channel, started_on=DUE, level=Level.CONFIDENTIAL,
                      compartments=[people.room.pk])  # fmt: skip
        secret = make(Commitment, meeting=hidden, subject="prisoners", quantity=3)
    url = reverse("api:commitment-detail", args=[promises[0].pk])
    answers = [
        api.patch(url, {"amends": pk}, format="json", headers={"If-Match": '"1"'})
        for pk in (str(secret.pk), "6f0a1fcb-3a19-4a54-8f1e-0d6a6a0f3f11")
    ]
    assert [one.status_code for one in answers] == [400, 400]
    assert answers[0].json()["error"]["fields"] == answers[1].json()["error"]["fields"]


def test_the_database_refuses_a_promise_that_amends_itself(promises):
    with acting_as(SYSTEM), pytest.raises(IntegrityError, match="commitment_not_amending_itself"), transaction.atomic():
        Commitment.objects.filter(pk=promises[0].pk).update(amends=promises[0].pk)
    with acting_as(SYSTEM), pytest.raises(ValidationError) as told:
        promises[0].amends = promises[0]
        promises[0].clean()
    assert list(told.value.message_dict) == ["amends"]
