"""Adding, restating, refuting claims and setting estimates by page: what is written and what is refused."""

import pytest
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level
from exchanges.models import Claim, Estimate, EstimateClaim, Outcome
from intermediaries.models import Actor
from negotiations.models import Commitment
from tests.factories import make, unknown_id, verified
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder(people):
    return signed_in(people.recorder)


@pytest.fixture
def reviewer(people):
    return signed_in(people.reviewer)


def add_url(world) -> str:
    return reverse("exchanges:outcome-claim-add", args=[world.outcome.pk])


def typed(world, **changes) -> dict:
    """Return the form as a browser sends it: four things filled, the folded rest as it stood."""
    data = {
        "claimant": world.actor.pk,
        "figure": "to_second/total",
        "direction": "",
        "category": "",
        "quantifier": "exactly",
        "number": "1,189",
        "source": world.source.pk,
        "stage": "delivered",
        "claim_kind": "official",
        "reliability": "F",
        "credibility": "6",
        "level": "0",
    }
    return {name: value for name, value in (data | changes).items() if value is not None}


def errors(response) -> dict:
    assert response.status_code == 200, response.status_code
    return dict(response.context["form"].errors)


def made(world) -> Claim:
    with acting_as(SYSTEM):
        return Claim.objects.exclude(pk=world.claim.pk).select_related("author").get()


def test_four_things_make_a_claim(people, recorder, world):
    answer = recorder.post(add_url(world), typed(world))
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer.headers["Location"] == f"{world.outcome.get_absolute_url()}#claims"
    claim = made(world)
    assert (claim.number, claim.direction, claim.author, claim.review_state) == (
        1189, "to_second", people.recorder, "submitted",
    )  # fmt: skip
    with acting_as(SYSTEM):
        assert claim.citations.get().source == world.source


def test_a_figure_is_chosen_among_those_that_rivals_are_about(recorder, world):
    """Direction and category in one choice: what is likely, what was spoken of already, and any other."""
    with acting_as(SYSTEM):
        make(Claim, outcome=world.outcome, claimant=world.actor, direction="to_open", category="officers", number=3)
        remains = make(Outcome, conflict=world.conflict, outcome_kind="remains_transfer", status="announced")
    offered = dict(recorder.get(add_url(world)).context["form"]["figure"].field.choices)
    assert list(offered) == [
        "", "to_open/total", "to_second/total", "both/total", "third_country/total", "to_open/officers",
    ]  # fmt: skip
    assert (offered["to_open/total"], offered["to_open/officers"]) == ("To Open", "To Open: officers")
    assert recorder.post(add_url(world), typed(world, figure="to_open/officers")).status_code == 302
    given = typed(world, figure="", direction="to_second", category="women", number="2")
    assert recorder.post(add_url(world), given).status_code == 302
    with acting_as(SYSTEM):
        told = {(claim.direction, claim.category) for claim in Claim.objects.filter(outcome=world.outcome)}
    assert {("to_open", "officers"), ("to_second", "women")} <= told
    # Of the dead nobody is asked for a "total", and what was only announced is planned.
    form = recorder.get(reverse("exchanges:outcome-claim-add", args=[remains.pk])).context["form"]
    assert list(form.figures) == [f"{code}/remains" for code in ("to_open", "to_second", "both", "third_country")]
    assert form["stage"].value() == "planned"


def test_the_form_opens_on_the_outcome_s_own_page(people, recorder, world):
    page = recorder.get(world.outcome.get_absolute_url()).content.decode()
    assert f'hx-get="{add_url(world)}"' in page
    piece = recorder.get(add_url(world), headers={"hx-request": "true"})
    assert piece["Vary"].count("HX-Request") == 1
    text = piece.content.decode()
    assert "<html" not in text
    assert f'action="{add_url(world)}"' in text
    # Claimant, figure, number with how it is meant, source; everything else is folded.
    first = text.partition("<details")[0]
    for name in ("claimant", "figure", "quantifier", "number", "number_high", "source"):
        assert f'name="{name}"' in first, name
    assert first.count("<select") + first.count('type="text"') == 6
    # What is refused is a whole page, however it was asked.
    refused = recorder.post(add_url(world), typed(world, claimant=None), headers={"hx-request": "true"})
    assert "<html" in refused.content.decode()
    assert "hx-get" not in signed_in(people.analyst).get(world.outcome.get_absolute_url()).content.decode()


def test_claims_about_a_promise_are_added_and_stated_anew(people, recorder, world):
    url = reverse("exchanges:commitment-claim-add", args=[world.commitment.pk])
    assert f'hx-get="{url}"' in recorder.get(world.commitment.get_absolute_url()).content.decode()
    form = recorder.get(url).context["form"]
    assert (form["stage"].value(), "to_second/total" in form.figures) == ("promised", True)
    assert recorder.post(url, typed(world, stage="promised", number="1,200")).status_code == 302
    claim = made(world)
    assert (claim.commitment_id, claim.outcome_id, claim.stage) == (world.commitment.pk, None, "promised")
    anew = reverse("exchanges:claim-supersede", args=[claim.pk])
    assert f'"{anew}"' in recorder.get(claim.get_absolute_url()).content.decode()
    assert recorder.get(anew).context["form"]["figure"].value() == "to_second/total"
    assert recorder.post(anew, typed(world, stage="promised", number="1,000")).status_code == 302
    with acting_as(SYSTEM):
        new = Claim.objects.get(supersedes=claim)
        assert (new.number, new.commitment_id) == (1000, world.commitment.pk)
        Commitment.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="twice")
    assert "promise was withdrawn" in str(errors(recorder.post(url, typed(world, stage="promised"))))
    assert f'hx-get="{url}"' not in recorder.get(world.commitment.get_absolute_url()).content.decode()


def test_a_new_source_is_recorded_with_the_claim_and_marked_alike(recorder, world):
    given = typed(
        world, source=None, publisher="A paper", url="https://example.org/new", quote="they said so", level="1",
        quantifier="between", number="100", number_high="120", claimant_words="A ministry", said_on="2025-05-24",
    )  # fmt: skip
    assert recorder.post(add_url(world), given).status_code == 302
    claim = made(world)
    assert (claim.stated, claim.claimant_words, str(claim.said_on)) == ("100–120", "A ministry", "2025-05-24")
    with acting_as(SYSTEM):
        citation = claim.citations.select_related("source").get()
        assert (citation.source.publisher, citation.quote) == ("A paper", "they said so")
        assert citation.source.level == claim.level == Level.INTERNAL


def test_a_number_left_out_is_not_disclosed(recorder, world):
    assert recorder.post(add_url(world), typed(world, number="")).status_code == 302
    assert made(world).stated == "not disclosed"


@pytest.mark.parametrize(
    ("changes", "field", "remedy"),
    [
        ({"number": "-5"}, "number", "cannot be negative"),
        ({"number": "many"}, "number", "whole number"),
        ({"number": "9" * 40}, "number", "too long"),
        ({"number": "12", "quantifier": "between"}, "number_high", "upper number"),
        ({"number": "12", "number_high": "14"}, "number_high", "between"),
        ({"figure": "to_nowhere/total"}, "figure", ""),
        ({"figure": ""}, "figure", "Choose which figure"),
        ({"figure": "", "direction": "to_second"}, "figure", "say below of what"),
        ({"figure": "", "category": "officers", "direction": "to_nowhere"}, "direction", ""),
        ({"category": "dragons"}, "category", ""),
        ({"category": "officers"}, "category", "not the same"),
        ({"claimant": None}, "claimant", "Choose who"),
        ({"source": None}, "source", "Choose the source"),
        ({"source": None, "url": "https://example.org/x"}, "publisher", "Name who published"),
        ({"level": "3"}, None, ""),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_all_that_was_typed_stays(recorder, world, changes, field, remedy):
    given = typed(world, notes="kept whatever happens", **changes)
    answer = recorder.post(add_url(world), given)
    if field is None:
        assert answer.status_code == 302
        return
    found = errors(answer)
    assert set(found) == {field}
    assert remedy.lower() in " ".join(found[field]).lower()
    text = answer.content.decode()
    assert "There is a problem" in text
    assert "kept whatever happens" in text
    with acting_as(SYSTEM):
        assert Claim.objects.count() == 1


def test_the_folded_part_opens_where_something_in_it_was_refused(recorder, world):
    opened = recorder.post(add_url(world), typed(world, as_of="yesterday")).content.decode()
    assert '<details class="data" open>' in opened
    shut = recorder.post(add_url(world), typed(world, claimant=None)).content.decode()
    assert '<details class="data">' in shut


def test_a_claim_on_a_withdrawn_outcome_is_refused_and_nothing_typed_is_lost(recorder, world):
    with acting_as(SYSTEM):
        Outcome.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="twice")
    answer = recorder.post(add_url(world), typed(world, notes="kept whatever happens"))
    assert "was withdrawn; restore it before you add a claim" in str(errors(answer))
    assert "kept whatever happens" in answer.content.decode()


def test_the_forms_are_missing_to_who_may_not_see_and_refused_to_who_may_not_write(people, world):
    with acting_as(SYSTEM):
        hidden = make(Outcome, conflict=world.conflict, outcome_kind="exchange", level=Level.RESTRICTED)
        of_hidden = make(Claim, outcome=hidden, claimant=world.actor, category="total", number=1)
    analyst = signed_in(people.analyst)
    urls = {
        reverse("exchanges:outcome-claim-add", args=[world.outcome.pk]): 403,
        reverse("exchanges:commitment-claim-add", args=[world.commitment.pk]): 403,
        reverse("exchanges:outcome-estimate-add", args=[world.outcome.pk]): 403,
        reverse("exchanges:claim-supersede", args=[world.claim.pk]): 403,
        reverse("exchanges:claim-refute", args=[world.claim.pk]): 403,
        reverse("exchanges:estimate-supersede", args=[world.estimate.pk]): 403,
        reverse("exchanges:outcome-claim-add", args=[hidden.pk]): 404,
        reverse("exchanges:outcome-estimate-add", args=[hidden.pk]): 404,
        reverse("exchanges:claim-supersede", args=[of_hidden.pk]): 404,
        reverse("exchanges:claim-refute", args=[of_hidden.pk]): 404,
        reverse("exchanges:outcome-claim-add", args=[unknown_id()]): 404,
    }
    assert {url: analyst.get(url).status_code for url in urls} == urls
    assert {url: analyst.post(url, {}).status_code for url in urls} == urls


def test_a_hidden_claimant_or_source_is_no_choice(people, world):
    with acting_as(SYSTEM):
        hidden = make(
            Actor, name="Zeisig", kind_of_actor="state", level=Level.CONFIDENTIAL, compartments=[people.room.pk]
        )
    client = signed_in(people.recorder)
    assert "Zeisig" not in client.get(add_url(world)).content.decode()
    assert set(errors(client.post(add_url(world), typed(world, claimant=hidden.pk)))) == {"claimant"}


def test_stating_anew_begins_with_the_old_claim_and_keeps_it(recorder, world):
    url = reverse("exchanges:claim-supersede", args=[world.claim.pk])
    page = recorder.get(url)
    assert page.context["form"]["number"].value() == 777
    assert world.claim.get_absolute_url() in page.content.decode()
    assert recorder.post(url, typed(world, number="780")).status_code == 302
    new = made(world)
    assert (new.supersedes_id, new.number) == (world.claim.pk, 780)
    again = recorder.post(url, typed(world, number="790"))
    assert "waits for review" in str(errors(again))
    verified(Claim, pk=new.pk)
    with acting_as(SYSTEM):
        old = Claim.objects.get(pk=world.claim.pk)
        assert (old.number, old.state) == (777, "superseded")
    again = recorder.post(url, typed(world, number="790"))
    assert "no longer in force" in str(errors(again))


def test_refuting_needs_a_reviewer_and_a_reason(people, recorder, reviewer, world):
    url = reverse("exchanges:claim-refute", args=[world.claim.pk])
    assert recorder.get(url).status_code == 403
    assert recorder.post(url, {"reason": "x"}).status_code == 403
    assert set(errors(reviewer.post(url, {"reason": " "}))) == {"reason"}
    done = reviewer.post(url, {"reason": "The list shows 700 names"}, follow=True)
    assert "The list shows 700 names" in done.content.decode()
    with acting_as(SYSTEM):
        assert Claim.objects.get(pk=world.claim.pk).state == "refuted"
    assert "no longer in force" in str(errors(reviewer.post(url, {"reason": "again"})))


@pytest.fixture
def rivals(world):
    """Two claims about one figure, entered by nobody of the cast."""
    with acting_as(SYSTEM):
        rival = make(Actor, name="Rival state", kind_of_actor="state")
        about = {"outcome": world.outcome, "direction": "to_second", "category": "total"}
        return [
            make(Claim, claimant=world.actor, number=150, **about),
            make(Claim, claimant=rival, number=189, **about),
        ]


def estimate_url(world) -> str:
    return reverse("exchanges:outcome-estimate-add", args=[world.outcome.pk]) + "?direction=to_second&of=total"


def weighed(rivals, **changes) -> dict:
    low, high = rivals
    data = {
        "low": "150", "best": "189", "high": "189", "difference": "definition", "reason": "The list names 189.",
        "level": "0", f"use-{low.pk}": "excluded", f"why-{low.pk}": "Counts soldiers alone",
        f"use-{high.pk}": "recommended",
    }  # fmt: skip
    return {name: value for name, value in (data | changes).items() if value is not None}


def test_an_estimate_begins_with_what_the_rules_give_and_lists_every_claim(reviewer, rivals, world):
    page = reviewer.get(estimate_url(world))
    form = page.context["form"]
    assert [form[name].value() for name in ("low", "best", "high")] == [150, None, 189]
    assert [row["claim"] for row in form.rows()] == rivals
    assert "No rule decides between the claims" in page.content.decode()


def test_a_reviewer_sets_the_best_figure_with_every_claim_weighed(client, reviewer, rivals, world):
    answer = reviewer.post(estimate_url(world), weighed(rivals))
    assert answer.status_code == 302, answer.context["form"].errors
    with acting_as(SYSTEM):
        estimate = Estimate.objects.exclude(pk=world.estimate.pk).get()
        links = EstimateClaim.objects.filter(estimate=estimate).order_by("use")
        assert (estimate.low, estimate.best, estimate.high, estimate.method) == (150, 189, 189, "reviewer")
        assert (estimate.difference, estimate.direction) == ("definition", "to_second")
        assert [(link.claim, link.use, link.reason) for link in links] == [
            (rivals[0], "excluded", "Counts soldiers alone"),
            (rivals[1], "recommended", ""),
        ]
    page = client.get(world.outcome.get_absolute_url())
    (shown,) = page.context["sides"][1]["figures"]
    assert (shown["best"], shown["between"]) == ("189", "between 150 and 189")
    assert "other definition" in page.content.decode()
    assert estimate.get_absolute_url() in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"low": ""}, "low"),
        ({"low": "-1"}, "low"),
        ({"low": "190"}, "high"),
        ({"best": "149"}, "best"),
        ({"best": "190"}, "best"),
        ({"best": "-3"}, "best"),
        ({"best": "lots"}, "best"),
        ({"difference": "the weather"}, "difference"),
    ],
)
def test_an_estimate_that_does_not_hold_is_refused_by_field(reviewer, rivals, world, changes, field):
    answer = reviewer.post(estimate_url(world), weighed(rivals, **changes))
    assert set(errors(answer)) == {field}
    assert "Counts soldiers alone" in answer.content.decode()
    with acting_as(SYSTEM):
        assert Estimate.objects.count() == 1


def test_excluding_needs_a_reason(reviewer, rivals, world):
    why = f"why-{rivals[0].pk}"
    assert set(errors(reviewer.post(estimate_url(world), weighed(rivals, **{why: " "})))) == {why}


def test_whoever_entered_a_claim_does_not_use_it(people, reviewer, rivals, world):
    with acting_as(user_principal(people.reviewer)):
        own = make(
            Claim, outcome=world.outcome, claimant=world.actor, direction="to_second", category="total", number=160,
            author=people.reviewer,
        )  # fmt: skip
    verified(Claim, pk=own.pk)
    use, why = f"use-{own.pk}", f"why-{own.pk}"
    refused = errors(reviewer.post(estimate_url(world), weighed(rivals, **{use: "triangulation"})))
    assert set(refused) == {use}
    assert "Another reviewer" in str(refused[use])
    left_out = weighed(rivals, **{use: "excluded", why: "I entered it myself"})
    assert reviewer.post(estimate_url(world), left_out).status_code == 302


def test_a_new_version_keeps_the_old_one_and_shows_the_chain(reviewer, rivals, world):
    reviewer.post(estimate_url(world), weighed(rivals))
    with acting_as(SYSTEM):
        old = Estimate.objects.exclude(pk=world.estimate.pk).get()
    url = reverse("exchanges:estimate-supersede", args=[old.pk])
    page = reviewer.get(url)
    assert page.context["form"]["best"].value() == 189
    assert "The list names 189." in page.content.decode()
    assert "Counts soldiers alone" in page.content.decode()
    answer = reviewer.post(url, weighed(rivals, best="", reason="The list was withdrawn."))
    assert answer.status_code == 302, answer.context["form"].errors
    chain = reviewer.get(answer.headers["Location"]).content.decode()
    assert "The list names 189." in chain
    assert old.get_absolute_url() in chain
    assert "newer version" in str(errors(reviewer.post(url, weighed(rivals))))
    assert url not in reviewer.get(old.get_absolute_url()).content.decode()


def test_an_estimate_of_a_direction_there_is_not_is_missing(reviewer, world):
    for query in ("direction=to_nowhere&of=total", "direction=to_second&of=dragons"):
        assert reviewer.get(f"{estimate_url(world).partition('?')[0]}?{query}").status_code == 404
