"""The outcome's page: what each source says, drawn and told; the rule behind the figure; nothing hidden shows."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim, Estimate, Outcome
from exchanges.services import refute_claim
from intermediaries.models import Actor
from sources.models import Citation
from tests.factories import content_type, make
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rival(world):
    """Another actor that is no party of the conflict."""
    with acting_as(SYSTEM):
        return make(Actor, name="Rival state", kind_of_actor="state")


def claim(world, **fields) -> Claim:
    given = {"outcome": world.outcome, "claimant": world.actor, "direction": "to_second", "category": "total"}
    with acting_as(SYSTEM):
        return make(Claim, **(given | fields))


def page(client, world):
    answer = client.get(world.outcome.get_absolute_url())
    assert answer.status_code == 200
    return answer


def svgs(text: str) -> list[str]:
    return re.findall(r'<svg class="chart dots-of".*?</svg>', text, flags=re.S)


def row_named(answer, words: str):
    return next(row for row in answer.context["claims"]["rows"] if row.first.claimant_words == words)


def test_rival_claims_are_drawn_beside_one_another_and_never_added(client, world, rival):
    claim(world, number=150, claimant=rival)
    claim(world, number=189)
    answer = page(client, world)
    (picture,) = answer.context["pictures"]
    assert [(one.name, one.stated) for one in picture["said"]] == [("Rival state", "150"), ("Open state", "189")]
    assert picture["title"] == "To the second"
    assert picture["wide"].band
    text = answer.content.decode()
    assert len(svgs(text)) == 2
    for drawing in svgs(text):
        assert 'role="img"' in drawing
        assert "Rival state 150; Open state 189. Range of claims: 150–189." in drawing
    assert not re.search(r"\b339\b", text)  # as a number: an identifier may hold it


def test_pictures_have_identifiers_of_their_own(client, world, rival):
    for direction in ("to_second", world.party.direction):
        claim(world, number=150, claimant=rival, direction=direction)
        claim(world, number=189, direction=direction, category="total")
    ids = re.findall(r' id="([^"]+)"', page(client, world).content.decode())
    assert len(ids) == len(set(ids))
    assert "plot-2-n-d" in ids


def test_a_part_on_which_all_agree_is_not_drawn_again(client, world, rival):
    for claimant in (world.actor, rival):
        claim(world, number=189, claimant=claimant)
        claim(world, number=187, claimant=claimant, category="military")
    titles = [picture["title"] for picture in page(client, world).context["pictures"]]
    assert titles == ["To the second"]
    claim(world, number=186, claimant=rival, category="military")
    titles = [picture["title"] for picture in page(client, world).context["pictures"]]
    assert titles == ["To the second", "To the second, military"]


def test_one_claim_alone_is_not_drawn(client, world):
    answer = page(client, world)
    assert answer.context["pictures"] == []
    assert svgs(answer.content.decode()) == []


def test_what_a_claimants_parts_make_is_outlined_and_named(client, world, rival):
    claim(world, number=189, claimant=rival)
    claim(world, number=150, category="military")
    claim(world, number=2, category="civilian")
    totals = page(client, world).context["pictures"][0]
    assert [(one.name, one.stated, one.is_composed) for one in totals["said"]] == [
        ("Open state, sum of its own parts", "152", True),
        ("Rival state", "189", False),
    ]
    assert [row.is_composed for row in totals["wide"].rows] == [True, False]


def test_what_nobody_discloses_is_hatched_and_no_nought(client, world, rival):
    claim(world, number=None, claimant=rival)
    claim(world, number=None)
    answer = page(client, world)
    (picture,) = answer.context["pictures"]
    assert picture["wide"].hatch
    assert all(not row.dots for row in picture["wide"].rows)
    drawing = svgs(answer.content.decode())[0]
    assert "Number not disclosed" in drawing
    assert "<circle" not in drawing
    assert ">0<" not in drawing


@pytest.mark.parametrize("status", ["aborted", "postponed", "denied"])
def test_what_did_not_take_place_has_no_band_and_says_so(client, world, rival, status):
    claim(world, number=150, claimant=rival)
    claim(world, number=189)
    with acting_as(SYSTEM):
        Outcome.objects.update(status=status)
    answer = page(client, world)
    (picture,) = answer.context["pictures"]
    assert picture["wide"].band is None
    assert picture["wide"].heads == []
    text = answer.content.decode()
    assert "none of them was delivered" in text
    assert "-band" not in "".join(svgs(text))
    assert answer.context["reached"] == []


def test_the_head_gives_the_best_figure_with_the_range_beside_it(client, world, rival):
    """The receiving side's own itemised count is the best figure; the others stay in the range."""
    with acting_as(SYSTEM):
        second_state = make(Actor, name="Second state", kind_of_actor="state")
        world.second.actor = second_state
        world.second.save()
    claim(world, number=150, claimant=rival)
    claim(world, number=189, claimant=second_state)
    claim(world, number=187, claimant=second_state, category="military")
    claim(world, number=2, claimant=second_state, category="civilian")
    answer = page(client, world)
    side = answer.context["sides"][1]
    (shown,) = side["figures"]
    assert (shown["best"], shown["between"]) == ("189", "between 150 and 189")
    told = next(one for one in answer.context["reached"] if one["figure"] == shown["figure"])
    assert "receiving side" in told["rule"]
    assert "189 is the best figure" in told["sentence"]
    assert "150, is kept as the low figure" in told["range"]
    assert told["difference"].startswith("The claims differ by 39.")
    assert told["sources"] == "2 independent sources."
    (check,) = told["checks"]
    assert (str(check["claimant"]), check["total"], check["css"]) == ("Second state", "189", "ok")


def test_an_unresolved_figure_shows_its_range_and_says_that_no_rule_decides(client, world, rival):
    claim(world, number=150, claimant=rival)
    claim(world, number=189)
    answer = page(client, world)
    (shown,) = answer.context["sides"][1]["figures"]
    assert (shown["best"], shown["figure"].stated) == ("", "150–189")
    assert "best figure unresolved" in answer.content.decode()
    assert "No rule decides between the claims" in answer.content.decode()


def test_the_table_names_role_words_source_and_copy(client, world, rival):
    told = claim(world, number=150, claimant_words="A headquarters")
    claim(world, number=150, claimant_words="A headquarters", direction=world.party.direction)
    claim(world, number=9, claimant=rival, claimant_words="A paper")
    with acting_as(SYSTEM):
        make(
            Citation, source=world.source, record_type=content_type(told, "default"), record_id=told.pk,
            quote="each side freed 150", credibility="2",
        )  # fmt: skip
    answer = page(client, world)
    assert row_named(answer, "A headquarters").role == "party"
    assert row_named(answer, "A paper").role == "other"
    text = answer.content.decode()
    for words in (
        "<q>each side freed 150</q>",
        "F2",
        "not found in the archived copy of 23 May 2025",
        "no source recorded",
    ):
        assert words in text
    assert answer.context["claims"]["directions"] == ["To Open", "To the second"]


def test_claims_of_both_directions_by_one_claimant_share_a_row(client, world):
    claim(world, number=150, claimant_words="A ministry")
    claim(world, number=151, claimant_words="A ministry", direction=world.party.direction)
    answer = page(client, world)
    row = row_named(answer, "A ministry")
    assert [[one.number for one in cell.claims] for cell in row.cells] == [[151], [150]]


def test_an_actor_with_a_mandate_in_the_conflict_is_an_intermediary(client, world, rival):
    with acting_as(SYSTEM):
        world.mandate.actor = rival
        world.mandate.save()
    claim(world, number=9, claimant=rival, claimant_words="A mediator")
    assert row_named(page(client, world), "A mediator").role == "intermediary"


def test_the_chain_of_claims_is_shown_both_ways_with_states_and_reasons(client, world, people):
    old = claim(world, number=140, claimant_words="First word")
    new = claim(world, number=150, claimant_words="Second word", supersedes=old)
    wrong = claim(world, number=7, claimant_words="A misprint")
    with acting_as(SYSTEM) as actor:
        refute_claim(actor, Claim.objects.get(pk=wrong.pk), reason="The paper printed a seven for a one")
        Claim.objects.filter(pk=claim(world, number=8, claimant_words="Gone").pk).update(
            withdrawn_at=timezone.now(), withdrawn_reason="entered twice"
        )
    answer = page(client, world)
    before, after = row_named(answer, "First word"), row_named(answer, "Second word")
    assert (before.state, before.replaced_by, after.state, after.replaces) == ("superseded", [new], "current", [old])
    assert (row_named(answer, "A misprint").state, row_named(answer, "Gone").state) == ("refuted", "withdrawn")
    text = answer.content.decode()
    for words in ("The paper printed a seven for a one", "entered twice", "replaced by", "replaces"):
        assert words in text
    rows = answer.context["claims"]["rows"]
    assert [row.state == "current" for row in rows] == sorted((row.state == "current" for row in rows), reverse=True)


def test_a_reader_of_one_of_two_rival_claims_sees_a_world_without_the_other(people, world, rival):
    """Page, picture and figure come from the visible claims alone, byte for byte."""
    claim(world, number=150, claimant=rival)
    claim(world, number=160)
    readers = {name: signed_in(getattr(people, name)) for name in ("analyst", "outsider")}
    before = {name: page(client, world).content.decode() for name, client in readers.items()}
    hidden = claim(world, number=189, claimant=rival, claimant_words="Zeisig", level=Level.RESTRICTED)
    claim(world, number=161, level=Level.RESTRICTED, supersedes=world.claim, direction=world.party.direction)
    with acting_as(SYSTEM):
        make(
            Estimate, outcome=world.outcome, direction="to_second", low=150, best=189, high=189, reason="Zeisig",
            level=Level.RESTRICTED,
        )  # fmt: skip
    for name, client in readers.items():
        after = page(client, world).content.decode()
        assert svgs(after) == svgs(before[name]) != []
        assert without_tokens(after) == without_tokens(before[name])
    seen = page(signed_in(people.recorder), world).content.decode()
    assert svgs(seen) != svgs(before["analyst"])
    assert hidden.get_absolute_url() in seen


def without_tokens(text: str) -> str:
    """Return a page without what differs between any two answers: tokens and the time of printing."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value|data-csrf)="[^"]*"', "", text)
    return re.sub(r"(Printed by|Figures as at) [^<]*", "", text)


def test_only_who_may_is_offered_the_forms(people, world, client):
    add = reverse("exchanges:outcome-claim-add", args=[world.outcome.pk])
    estimate = reverse("exchanges:outcome-estimate-add", args=[world.outcome.pk])
    offered = {
        name: [url in page(signed_in(getattr(people, name)), world).content.decode() for url in (add, estimate)]
        for name in ("analyst", "recorder", "reviewer")
    }
    assert offered == {"analyst": [False, False], "recorder": [True, False], "reviewer": [True, True]}
    assert add not in page(client, world).content.decode()
