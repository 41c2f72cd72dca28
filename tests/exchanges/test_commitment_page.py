"""A commitment's page tells how the promise stands, who says what was promised, what was allotted, what is muted."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim, Delivery
from intermediaries.models import Actor
from negotiations.models import Commitment, Mute
from tests.factories import make
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def promise(world):
    """A promise of 1,200 each way, as nobody has yet claimed, with nothing delivered, overdue."""
    with acting_as(SYSTEM):
        world.other = make(Actor, name="The other delegation", kind_of_actor="state")
        return make(
            Commitment, agreement=world.agreement, subject="prisoners", quantity=1200, direction_words="each_side",
            certainty="agreed_by_both", due_on=dt.date(2025, 6, 1),
        )  # fmt: skip


def claimed(world, promise, number, **fields):
    given = {"claimant": world.actor, "category": "total", "stage": "promised", "quantifier": "exactly"} | fields
    with acting_as(SYSTEM):
        return make(Claim, commitment=promise, number=number, **given)


def section_of(page: str, name: str) -> str:
    """Return what the page shows under a heading."""
    rest = page[page.index(f'id="{name}"') :]
    return rest[: rest.index("</section>")]


def test_it_shows_a_line_each_way_and_the_deliveries(client, world, promise):
    with acting_as(SYSTEM):
        make(Delivery, outcome=world.outcome, commitment=promise, direction="to_open", share=400)
    page = client.get(promise.page_url).content.decode()
    kept = section_of(page, "kept")
    assert kept.count("<tr>") == 3
    assert ("To Open" in kept, "To the second" in kept, "overdue" in kept) == (True, True, True)
    assert ("400" in kept, "800" in kept) == (True, True)
    listed = section_of(page, "deliveries")
    assert "Open exchange" in listed
    assert "400" in listed


def test_two_delegations_state_different_numbers_and_the_promise_is_their_range(client, world, promise):
    """As on 23 July 2025: two delegations stated the promise apart, and one offered bodies beside it."""
    claimed(world, promise, 1200, quantifier="at_least")
    claimed(world, promise, 1000, claimant=world.other)
    with acting_as(SYSTEM):
        make(Delivery, outcome=world.outcome, commitment=promise, direction="to_open", share=777)
    page = client.get(promise.page_url).content.decode()
    promised = section_of(page, "promised")
    assert "at least 1,000" in promised
    assert "2,200" not in page
    assert "disputed" in section_of(page, "kept")
    listed = section_of(page, "claims")
    assert ("at least 1,200" in listed, "1,000" in listed) == (True, True)
    (told,) = (
        one
        for one in client.get(f"{reverse('api:ledger-list')}?agreement={world.agreement.pk}").json()["results"]
        if one["id"] == str(promise.pk)
    )
    assert {(one["promised_low"], one["promised_high"], one["state"]) for one in told["lines"]} == {
        (1000, None, "disputed")
    }


def test_what_was_offered_is_listed_apart_from_agreed_terms_and_never_overdue(client, world, promise):
    with acting_as(SYSTEM):
        offer = make(
            Commitment, agreement=world.agreement, title="Bodies offered", subject="remains", quantity=3000,
            direction="to_open", certainty="offered", due_on=dt.date(2025, 6, 1),
        )  # fmt: skip
    claimed(world, offer, 3000, stage="offered", category="remains", direction="to_open")
    page = client.get(offer.page_url).content.decode()
    assert "Offered, remains, To Open" in page
    assert "3,000" in section_of(page, "promised")
    assert "overdue" not in section_of(page, "kept")
    ledger = client.get(reverse("exchanges:ledger")).content.decode()
    agreed, offered = ledger.index("<caption>Agreed terms"), ledger.index("<caption>Offers and demands")
    assert agreed < offered < ledger.index("Bodies offered")
    assert "Bodies offered" not in ledger[agreed:offered]


def test_a_hidden_claim_about_a_promise_says_nothing(client, people, world, promise):
    claimed(world, promise, 1200)
    claimed(world, promise, 1555, claimant=world.other, level=Level.CONFIDENTIAL)
    page = client.get(promise.page_url).content.decode()
    assert ("1,555" in page, "disputed" in page, "2 claimants" in page) == (False, False, False)
    seen = signed_in(people.reviewer).get(promise.page_url).content.decode()
    assert ("1,200–1,555" in seen, "disputed" in section_of(seen, "kept"), "2 claimants" in seen) == (True, True, True)


def test_a_mute_is_told_with_its_reason_to_who_may_see_it(client, people, world, promise):
    assert 'id="mutes"' not in client.get(promise.page_url).content.decode()
    with acting_as(SYSTEM):
        make(Mute, commitment=promise, reason="Lists are being compared.", level=Level.CONFIDENTIAL)
    assert "Lists are being compared." not in client.get(promise.page_url).content.decode()
    seen = signed_in(people.reviewer).get(promise.page_url).content.decode()
    assert "Lists are being compared." in section_of(seen, "mutes")


def test_the_page_asks_no_more_for_more_claims_and_deliveries(client, world, promise):
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(promise.page_url).status_code == 200
        return len(asked)

    def add(number):
        claimed(world, promise, number, direction="to_open")
        with acting_as(SYSTEM):
            make(Delivery, outcome=world.outcome, commitment=promise, direction="to_open", share=1)

    add(1200)
    statements()
    few = statements()
    for number in range(1201, 1206):
        add(number)
    assert statements() == few
