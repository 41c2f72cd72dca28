"""Of two rival claims a reader may see one: every page, resource, picture, ledger and report gives its figure alone.

What is answered with the hidden rival is, byte for byte, what was answered without it; to who may see both it is not.
"""

import json
import re

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim, Delivery
from intermediaries.models import Actor
from negotiations.models import Commitment
from tests.factories import DAY, make
from tests.people import signed_in
from tests.records.kinds import api_of
from tests.reports.test_content import made
from tests.sweeps.walk import without_noise

pytestmark = pytest.mark.django_db
SEEN, HIDDEN = 777, 913
PROMISED, HIDDEN_PROMISE = 800, 5431
PAGES = ["/", "/outcomes/", "/claims/", "/ledger/", "/commitments/", "/parity/", "/lag/", "/silence/", "/credit/",
         "/running-totals/gaps/", "/search/?q=Open"]  # fmt: skip
RESOURCES = ["outcomes", "claims", "ledger", "ledger/?state=disputed", "ledger/?state=exceeded", "overdue", "parity",
             "lag", "silence", "running-total-gaps", "outcomes/?as_known_on=2025-06-12",
             "ledger/?as_known_on=2025-06-12"]  # fmt: skip
PARTS = ["outcome", "commitment", "promise", "agreement", "channel", "delivery", "running_total"]


@pytest.fixture
def world(world):
    """An exchange in a channel, under an agreement: all of it delivers a promise of 800, of which one claim is seen."""
    with acting_as(SYSTEM):
        Delivery.objects.update(withdrawn_at="2025-06-01T00:00Z", withdrawn_reason="To begin with nothing.")
        Claim.objects.update(said_on=DAY)
        world.rival = make(Actor, name="A rival state", kind_of_actor="state", level=Level.CONFIDENTIAL)
        world.promise = make(
            Commitment, agreement=world.agreement, title="Promise of 800", subject="prisoners", quantity=PROMISED,
            direction=world.party.direction, due_on=DAY, certainty="agreed_by_both",
        )  # fmt: skip
        world.delivery = make(
            Delivery, outcome=world.outcome, commitment=world.promise, direction=world.party.direction
        )
        make(
            Claim, commitment=world.promise, claimant=world.actor, stage="promised", category="total", number=PROMISED,
            said_on=DAY, direction=world.party.direction,
        )  # fmt: skip
        world.conflict.refresh_from_db()
    return world


def rival(world, kind: str) -> None:
    """Plant the hidden claim: of another, of the same one as of a later day, or in place of the one that is seen."""
    given = {
        "outcome": {"outcome": world.outcome, "claimant": world.rival, "number": HIDDEN},
        "latest": {"outcome": world.outcome, "claimant": world.actor, "number": HIDDEN, "as_of": DAY},
        "superseding": {"outcome": world.outcome, "claimant": world.actor, "number": HIDDEN,
                        "supersedes": world.claim},
        "undisclosed": {"outcome": world.outcome, "claimant": world.rival, "number": None},
        "promise": {"commitment": world.promise, "claimant": world.rival, "number": HIDDEN_PROMISE,
                    "stage": "promised"},
    }[kind]  # fmt: skip
    with acting_as(SYSTEM):
        make(Claim, category="total", direction=world.party.direction, said_on=DAY, level=Level.CONFIDENTIAL, **given)


def answers(user, world) -> dict[str, bytes]:
    """Return what the reader is answered on every page and resource that has to do with the event."""
    pages, api = signed_in(user), api_of(user)
    urls = [*PAGES, *(getattr(world, part).page_url for part in PARTS)]
    urls += [f"{getattr(world, part).page_url}?as_known_on=2025-06-12" for part in ("outcome", "promise", "channel")]
    found = {}
    for url in urls:
        answer = pages.get(url)
        assert answer.status_code == 200, url
        found[url] = without_noise(answer.content)
    asked = [f"/api/v1/{name}{'' if '?' in name else '/'}" for name in RESOURCES]
    asked += [reverse(f"api:{getattr(world, part).kind}-detail", args=[getattr(world, part).pk]) for part in PARTS]
    for url in asked:
        answer = api.get(url)
        assert answer.status_code == 200, url
        found[url] = answer.content
    return found


def report(user, world) -> str:
    """Have a report made by the worker's task and return what stands in it."""
    run = made(user, world.conflict)
    return json.dumps(run.result["sections"], sort_keys=True, ensure_ascii=False)


def stands(number: int | str, text: str) -> bool:
    """Return whether a number stands in a text by itself, not within an identifier or another number."""
    return re.search(rf"(?<![\w.,-]){number}(?![\w-])", text) is not None


@pytest.mark.parametrize("kind", ["outcome", "latest", "superseding", "undisclosed", "promise"])
def test_nothing_of_the_hidden_rival_shows_anywhere(people, world, kind):
    before, told_before = answers(people.outsider, world), report(people.outsider, world)
    seen_before, seen_told_before = answers(people.reviewer, world), report(people.reviewer, world)
    rival(world, kind)
    after, told_after = answers(people.outsider, world), report(people.outsider, world)
    assert {url for url in before if before[url] != after[url]} == set()
    assert told_after == told_before
    # To who may see it, it shows: otherwise nothing was asked that could tell.
    seen = answers(people.reviewer, world)
    changed = {url for url in seen if seen[url] != seen_before[url]}
    about = {world.promise.page_url, "/ledger/", "/api/v1/ledger/", "/claims/", world.channel.page_url}
    if kind != "promise":
        about |= {world.outcome.page_url, "/outcomes/", "/parity/", "/api/v1/parity/", "/api/v1/outcomes/"}
        assert report(people.reviewer, world) != seen_told_before
    if kind == "undisclosed":
        about -= {"/ledger/", "/api/v1/ledger/", "/outcomes/", world.promise.page_url, world.channel.page_url}
        about -= {"/api/v1/parity/", "/parity/"}
    assert about <= changed


def test_every_figure_is_that_of_the_claim_that_is_seen(people, world):
    rival(world, "outcome")
    for user, high, state, words in (
        (people.outsider, SEEN, "overdue", "777"),
        (people.reviewer, HIDDEN, "disputed", "777–913"),
    ):
        sees_both = high == HIDDEN
        api = api_of(user)
        outcome = api.get(reverse("api:outcome-detail", args=[world.outcome.pk])).json()
        (figure,) = (one for one in outcome["figures"] if one["direction"] == world.party.direction)
        assert (figure["low"], figure["high"]) == (SEEN, high)
        ledger = {one["id"]: one["lines"][0] for one in api.get("/api/v1/ledger/").json()["results"]}
        line = ledger[str(world.promise.pk)]
        assert (line["delivered_low"], line["delivered_high"], line["state"]) == (SEEN, high, state)
        (parity,) = api.get("/api/v1/parity/").json()
        assert (parity["lines"][0]["head"]["first"]["high"], parity["lines"][0]["so_far"][0]["high"]) == (high, high)
        answered = answers(user, world)
        for url in (world.outcome.page_url, "/ledger/", world.promise.page_url, world.channel.page_url, "/parity/"):
            page = answered[url].decode()
            assert stands(words, page), url
            assert stands(HIDDEN, page) == sees_both, url
            assert not stands(f"{SEEN + HIDDEN:,}", page), url
            assert not stands(SEEN + HIDDEN, page), url
        told = report(user, world)
        assert stands(words, told)
        assert (stands(HIDDEN, told), stands(f"{SEEN + HIDDEN:,}", told)) == (sees_both, False)
        assert ("A rival state" in told) == sees_both


def test_the_dot_plot_draws_what_is_seen_alone(people, world):
    with acting_as(SYSTEM):
        witness = make(Actor, name="A witness", kind_of_actor="state")
        make(Claim, outcome=world.outcome, claimant=witness, category="total", direction=world.party.direction,
             number=750)  # fmt: skip
    rival(world, "outcome")
    for user, sees_both in ((people.outsider, False), (people.reviewer, True)):
        page = signed_in(user).get(world.outcome.page_url).content.decode()
        (picture,) = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
        assert ("777" in picture, "750" in picture) == (True, True)
        assert (stands(HIDDEN, picture), "A rival state" in picture) == (sees_both, sees_both)
        assert picture.count("<circle") == (6 if sees_both else 4)  # wide and narrow
