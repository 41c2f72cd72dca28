"""A record changed after it was verified leaves the figures until it is verified again, and the pages say so."""

import re

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from access.context import ANONYMOUS, SYSTEM, acting_as, user_principal
from exchanges.models import Claim, Delivery, Outcome
from exchanges.querysets import figures_of
from exchanges.whole_record import reconcile
from negotiations.models import Commitment
from records import reviewing
from records.checking import sheet_of
from records.models import ReviewState
from records.services import change_record
from tests.factories import make
from tests.people import signed_in

pytestmark = pytest.mark.django_db
SAID = "Verified before, changed since"


@pytest.fixture
def claim(world):
    """The one claim about the world's outcome."""
    with acting_as(SYSTEM):
        return Claim.objects.get(outcome=world.outcome)


def words(client, address: str, part: str = "main") -> str:
    page = BeautifulSoup(client.get(address).content.decode(), "html.parser")
    return re.sub(r"\s+", " ", page.select_one(part).get_text(" ")).strip()


def verify(people, record) -> None:
    """Check what is open and verify, as the reviewer."""
    with acting_as(user_principal(people.reviewer)) as actor:
        now = type(record).objects.get(pk=record.pk)
        for item in sheet_of(now).unsettled:
            reviewing.check_field(actor, item.record, item.name)
        reviewing.verify(actor, now, expected_version=now.version)


def edit(people, record, **fields) -> None:
    """Change a record, as the recorder."""
    with acting_as(user_principal(people.recorder)) as actor:
        now = type(record).objects.get(pk=record.pk)
        for name, value in fields.items():
            setattr(now, name, value)
        assert change_record(actor, now, expected_version=now.version).review_state == ReviewState.CHANGED


def everywhere(client, outcome) -> dict[str, bool]:
    """Return, by door, whether the figure 777 is among the figures."""
    with acting_as(ANONYMOUS):
        by_page = [figure.best for figure in figures_of([Outcome.objects.get(pk=outcome.pk)])[outcome.pk]]
        by_record = [figure.best for _pk, found in reconcile(Outcome.objects.counted()) for figure in found]
    api = client.get(reverse("api:outcome-detail", args=[outcome.pk])).json()
    return {
        "figures": 777 in by_page,
        "whole record": 777 in by_record,
        "overview": "777" in words(client, "/", ".bal"),
        "API": 777 in [figure["best"] for figure in api["figures"]],
    }


def test_a_claim_leaves_the_figures_until_it_is_verified_again(people, world, claim, client):
    assert set(everywhere(client, world.outcome).values()) == {True}
    page = words(client, world.outcome.get_absolute_url(), ".duo")
    assert "777" in page
    assert SAID not in page

    edit(people, claim, number=700)
    assert everywhere(client, world.outcome) == dict.fromkeys(("figures", "whole record", "overview", "API"), False)
    page = words(client, world.outcome.get_absolute_url(), ".duo")
    assert f"700 {SAID} · not counted until a second person has verified it · Open state · verified as 777" in page
    assert SAID in words(client, reverse("exchanges:outcome-list"), "tbody")
    assert f"{SAID}, and therefore in no figure until a second person has verified it again: 1 claim" in words(
        client, "/"
    )

    with acting_as(user_principal(people.recorder)) as actor:
        now = Claim.objects.get(pk=claim.pk)
        now.number = 777
        # Put back by the same hand it is still to be looked at.
        assert change_record(actor, now, expected_version=now.version).review_state == ReviewState.CHANGED
    assert not everywhere(client, world.outcome)["figures"]
    verify(people, claim)
    assert set(everywhere(client, world.outcome).values()) == {True}
    assert SAID not in words(client, world.outcome.get_absolute_url())


def test_an_outcome_leaves_the_overview_until_it_is_verified_again(people, world, client):
    counted = "1 exchange since 2025"
    assert counted in words(client, "/", ".bal")
    edit(people, world.outcome, notes="Seen by two.")
    assert counted not in words(client, "/", ".bal")
    assert "has verified it again: 1 outcome" in words(client, "/")
    assert SAID in words(client, world.outcome.get_absolute_url(), ".review-told")
    verify(people, world.outcome)
    assert counted in words(client, "/", ".bal")


@pytest.fixture
def promise(world):
    """A promise with the outcome as its whole delivery, by its figure."""
    with acting_as(SYSTEM):
        made = make(Commitment, agreement=world.agreement, title="To be kept", subject="prisoners", quantity=1000,
                    direction=world.party.direction)  # fmt: skip
        world.tie = make(Delivery, outcome=world.outcome, commitment=made, direction=world.party.direction)
    return made


def line(client, promise) -> dict:
    found = client.get(reverse("api:ledger-list")).json()["results"]
    (told,) = next(one["lines"] for one in found if one["id"] == str(promise.pk))
    return {name: told[name] for name in ("delivered_low", "events", "changed_events", "state")}


@pytest.mark.parametrize("what", ["outcome", "claim", "tie"])
def test_what_changed_leaves_the_ledger_until_it_is_verified_again(people, world, claim, promise, client, what):
    world.claim = claim
    there = line(client, promise)
    assert there == {"delivered_low": 777, "events": 1, "changed_events": 0, "state": "part_delivered"}
    edit(people, getattr(world, what), notes="Told anew.")
    gone = line(client, promise)
    assert (gone["delivered_low"], gone["changed_events"]) == (None, 1)
    row = next(
        one for one in BeautifulSoup(client.get(reverse("exchanges:ledger")).content, "html.parser").select("tbody tr")
        if "To be kept" in one.get_text()
    )  # fmt: skip
    assert "1 event verified before, changed since: not counted" in row.get_text()
    verify(people, getattr(world, what))
    assert line(client, promise) == there


def test_a_promise_that_changed_says_so_in_the_ledger(people, promise, client):
    edit(people, promise, title="To be kept in full")
    page = words(client, reverse("exchanges:ledger"), "table")
    assert f"{SAID}" in page


def test_what_was_never_verified_is_said_to_be_so(people, world, claim, client):
    with acting_as(SYSTEM):
        make(Claim, outcome=world.outcome, claimant=world.actor, direction="third_country", category="total", number=12,
             review_state="submitted")  # fmt: skip
    page = words(client, world.outcome.get_absolute_url(), ".duo")
    assert "12 Not verified yet · not counted until a second person has verified it" in page
    drafts = signed_in(people.analyst)
    assert "12 Not verified yet" in words(drafts, world.outcome.get_absolute_url(), ".duo")


def test_hidden_changes_are_not_told(people, world, client):
    def told() -> tuple[str, str]:
        # The minute at which a page was made may have changed meanwhile.
        return re.sub(r"\d\d:\d\d UTC", "", words(client, "/")), words(client, world.outcome.get_absolute_url(), ".duo")

    before = told()
    with acting_as(SYSTEM):
        make(Claim, outcome=world.outcome, claimant=world.actor, direction=world.party.direction, category="total",
             number=13, level=2, review_state="changed")  # fmt: skip
        make(Outcome, conflict=world.conflict, outcome_kind="exchange", started_on="2025-01-01", level=2,
             review_state="changed")  # fmt: skip
    assert told() == before
