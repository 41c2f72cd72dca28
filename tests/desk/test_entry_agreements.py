"""Entering and editing agreements with their promises, and single promises: claims, terms, amendments, refusals."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim
from negotiations.models import Agreement, AgreementParty, Commitment, Meeting
from records.models import HistoryEntry
from tests.attacks.hostile import INVISIBLE, MARKUP
from tests.desk.sending import data_of, errors_of, form_of, sent
from tests.factories import make, make_world
from tests.people import signed_in
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db
ADD = "/agreements/add/"
ADD_PROMISE = "/commitments/add/"


@pytest.fixture
def world(two_sides):
    return two_sides


def edit(record) -> str:
    return reverse(f"desk:{record.kind}-edit", args=[record.pk])


def entered(world) -> Agreement:
    with acting_as(SYSTEM):
        return Agreement.objects.select_related("label").exclude(pk=world.agreement.pk).get()


def promises(agreement) -> list[Commitment]:
    with acting_as(SYSTEM):
        found = Commitment.objects.current().filter(agreement=agreement).order_by("position")
        return list(found.select_related("owed_by", "owed_to", "amends"))


def stated(promise) -> list[tuple]:
    with acting_as(SYSTEM):
        claims = Claim.objects.current().filter(commitment=promise).select_related("claimant").order_by("recorded_at")
        return [(claim.claimant.name, claim.stated, claim.stage) for claim in claims]


def typed(world, **changes) -> dict:
    """Return what somebody types: an agreement with a promise to which its two sides give different numbers."""
    return {
        "channel": world.channel.pk,
        "meeting": world.meeting.pk,
        "title": "Istanbul, third round",
        "form": "oral",
        "stage": "SubPar",
        "status": "agreed",
        "parties": [world.other.pk, world.actor.pk],
        "terms": "All seriously wounded, and the remains.",
        "amends": world.agreement.pk,
        "started_on_day": "23",
        "started_on_month": "7",
        "started_on_year": "2025",
        "commitments-TOTAL_FORMS": "3",
        "commitments-0-title": "Exchange of prisoners",
        "commitments-0-direction": "both",
        "commitments-0-quantity_kind": "not_agreed",
        "commitments-0-subject": "prisoners",
        "commitments-0-stated_by": world.actor.pk,
        "commitments-0-stated_number": "1,200",
        "commitments-0-stated_also_by": world.other.pk,
        "commitments-0-also_number": "1,000",
        "commitments-0-reciprocity": "one_for_one",
        "commitments-0-condition": "In three parts",
        "commitments-0-amends": world.commitment.pk,
        "commitments-1-direction": "to_other",
        "commitments-1-quantity_kind": "number",
        "commitments-1-quantity": "3,000",
        "commitments-1-is_minimum": "on",
        "commitments-1-subject": "remains",
        "commitments-1-due_on": "2025-08-31",
        "commitments-1-stated_by": world.actor.pk,
        "sources-0-publisher": "A paper",
        "level": "1",
    } | changes


def test_an_agreement_is_entered_with_promises_and_who_states_which_number(people, world, recorder):
    response = sent(recorder, ADD, **typed(world))
    assert response.status_code == 302, errors_of(response)
    agreement = entered(world)
    assert (agreement.author, agreement.review_state, agreement.label.level) == (people.recorder, "submitted", 1)
    assert (agreement.when, agreement.form, agreement.stage, agreement.amends_id) == (
        "23 July 2025", "oral", "SubPar", world.agreement.pk,
    )  # fmt: skip
    with acting_as(SYSTEM):
        parties = AgreementParty.objects.current().filter(agreement=agreement)
        assert [link.actor_id for link in parties] == [world.other.pk, world.actor.pk]
    first, second = promises(agreement)
    assert (first.quantity, first.commitment_kind, first.reciprocity, first.condition, first.amends) == (
        None, "exchange", "one_for_one", "In three parts", world.commitment,
    )  # fmt: skip
    # Two rival numbers of one promise: two claims, never one figure.
    assert stated(first) == [("Open state", "1,200", "promised"), ("Other state", "1,000", "promised")]
    assert (second.quantity, second.is_minimum, second.owed_by, second.owed_to) == (
        3000, True, world.actor, world.other,
    )  # fmt: skip
    assert stated(second) == [("Open state", "at least 3,000", "promised")]
    with acting_as(SYSTEM):
        (claim,) = second.claims.all()
        assert (claim.category, claim.direction) == ("remains", "to_other")
        assert claim.citations.get().source == agreement.citations.get().source
    page = recorder.get(response["Location"]).content.decode()
    for words in ("Istanbul, third round", "Exchange of prisoners", "at least 3,000 remains", "A paper"):
        assert words in page
    promise = recorder.get(first.get_absolute_url()).content.decode()
    assert "1,000–1,200" in promise or "1,200" in promise


def test_claims_about_recorded_promises_are_shown_and_never_edited(world, recorder):
    sent(recorder, ADD, **typed(world))
    agreement = entered(world)
    first, _second = promises(agreement)
    before = stated(first)
    page = recorder.get(edit(agreement)).content.decode()
    assert "Open state: 1,200" in page
    rows = {
        row.part.pk: index
        for index, row in enumerate(recorder.get(edit(agreement)).context["formsets"][0].forms)
        if row.part
    }
    row = f"commitments-{rows[first.pk]}"
    with acting_as(SYSTEM):
        history = HistoryEntry.objects.count()
    assert sent(recorder, edit(agreement)).status_code == 302
    with acting_as(SYSTEM):
        assert HistoryEntry.objects.count() == history
    again = {f"{row}-stated_by": world.actor.pk, f"{row}-stated_number": "1,300"}
    response = sent(recorder, edit(agreement), **again)
    assert list(errors_of(response)) == [f"{row}-stated_by"]
    assert "has stated 1,200 already" in response.content.decode()
    same = {f"{row}-stated_by": world.actor.pk, f"{row}-stated_number": "1,200", f"{row}-title": "Exchange, renewed"}
    response = sent(recorder, edit(agreement), **same)
    assert response.status_code == 302, errors_of(response)
    assert stated(first) == before
    assert promises(agreement)[0].title == "Exchange, renewed"


def test_a_draft_is_a_draft_with_all_its_promises(people, world, recorder):
    response = sent(recorder, ADD, **typed(world), draft="1")
    assert response.status_code == 302, errors_of(response)
    agreement = entered(world)

    def drafts() -> set:
        with acting_as(SYSTEM):
            found = Commitment.objects.filter(agreement=agreement)
            hanging = [
                *found,
                *AgreementParty.objects.filter(agreement=agreement),
                *Claim.objects.filter(commitment__in=found),
            ]
            assert len(hanging) == 7
            return {one.draft_of for one in [*hanging, Agreement.objects.get(pk=agreement.pk)]}

    assert drafts() == {people.recorder.pk}
    assert signed_in(people.analyst).get(response["Location"]).status_code == 404
    # The promises are continued in their agreement, and do not stand among the drafts by themselves.
    shown = recorder.get(reverse("desk:drafts")).content.decode()
    assert f'href="{edit(agreement)}"' in shown
    assert not any(f'href="{edit(promise)}"' in shown for promise in promises(agreement))
    assert sent(recorder, edit(agreement)).status_code == 302
    assert drafts() == {None}


def test_two_people_on_one_agreement_choose_row_by_row(people, world, recorder):
    sent(recorder, ADD, **typed(world))
    agreement = entered(world)
    page = recorder.get(edit(agreement))
    rows = {row.part.title: index for index, row in enumerate(page.context["formsets"][0].forms) if row.part}
    row = f"commitments-{rows['Exchange of prisoners']}"
    mine = data_of(form_of(page.content.decode()))
    theirs = {f"{row}-condition": "In one part", "terms": "Theirs."}
    assert sent(signed_in(people.reviewer), edit(agreement), **theirs).status_code == 302
    answer = recorder.post(edit(agreement), mine | {f"{row}-condition": "In two parts", "title": "Mine"})
    assert answer.status_code == 409
    assert {one.name: one.kind for one in answer.context["conflict"]} == {"terms": "theirs", row: "both"}
    chosen = dict(answer.context["form"].data.lists()) | {"seen": answer.context["seen"], f"choose-{row}": "theirs"}
    saved = recorder.post(edit(agreement), chosen)
    assert saved.status_code == 302, errors_of(saved)
    now = entered(world)
    assert (now.terms, now.title, promises(now)[0].condition) == ("Theirs.", "Mine", "In one part")


@pytest.mark.parametrize(
    ("changes", "field", "remedy"),
    [
        ({"channel": ""}, "channel", "Choose the channel"),
        ({"title": ""}, "title", "what was agreed"),
        ({"status": ""}, "status", "where the agreement stands"),
        ({"status": "broken"}, "status", ""),
        ({"stage": "Last"}, "stage", ""),
        ({"title": "x" * 301}, "title", "300"),
        ({"parties": ["nonsense"]}, "parties", ""),
        ({"commitments-1-quantity": "-3"}, "commitments-1-quantity", "cannot be negative"),
        ({"commitments-1-quantity": ""}, "commitments-1-quantity", "Say how many"),
        ({"commitments-1-quantity": "9" * 30}, "commitments-1-quantity", "too long"),
        ({"commitments-0-quantity": "5"}, "commitments-0-quantity", "Leave the number empty"),
        ({"commitments-1-subject": ""}, "commitments-1-subject", "Say of what"),
        ({"commitments-1-direction": "to_mars"}, "commitments-1-direction", ""),
        ({"commitments-0-stated_by": ""}, "commitments-0-stated_by", "Choose who gives this number"),
        ({"commitments-0-stated_number": "-1"}, "commitments-0-stated_number", "cannot be negative"),
        ({"commitments-0-reciprocity": "never"}, "commitments-0-reciprocity", ""),
        ({"commitments-0-amends": "nonsense"}, "commitments-0-amends", ""),
        ({"commitments-1-due_on": "soon"}, "commitments-1-due_on", ""),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_typed_is_lost(world, recorder, changes, field, remedy):
    response = sent(recorder, ADD, **typed(world, **changes))
    assert response.status_code == 200
    found = errors_of(response)
    assert list(found) == [field]
    assert remedy in str(found[field])
    page = response.content.decode()
    assert "There is a problem" in page
    assert "All seriously wounded, and the remains." in page
    with acting_as(SYSTEM):
        assert Agreement.objects.count() == Commitment.objects.count() == 1


def test_what_is_of_another_conflict_or_amends_itself_is_refused_by_page_and_api(people, world, recorder):
    with acting_as(SYSTEM):
        other = make_world("Elsewhere")
        later = make(Agreement, channel=world.channel, title="Later", status="agreed", amends=world.agreement)
    api = api_of(people.recorder)

    def refused(record, **body) -> list[str]:
        url = reverse(f"api:{record.kind}-detail", args=[record.pk])
        answer = api.patch(url, body | {"version": record.version}, format="json")
        assert answer.status_code == 400, answer.content
        return list(answer.json()["error"]["fields"])

    for changes, field in (
        ({"amends": later.pk}, "amends"),
        ({"amends": other.agreement.pk}, "amends"),
        ({"meeting": other.meeting.pk}, "meeting"),
    ):
        unchanged = {"amends": "", "meeting": world.meeting.pk}  # what was refused before is kept
        response = sent(recorder, edit(world.agreement), **(unchanged | changes))
        assert list(errors_of(response)) == [field], changes
        assert refused(world.agreement, **{name: str(pk) for name, pk in changes.items()}) == [field]
    response = sent(recorder, edit(world.commitment), meeting=other.meeting.pk)
    assert list(errors_of(response)) == ["meeting"]
    assert refused(world.commitment, quantity=-1) == ["quantity"]
    assert refused(world.commitment, agreement=None) == ["agreement"]
    body = {"commitment": str(world.commitment.pk), "claimant": str(world.actor.pk), "category": "total", "number": 5}
    answer = api.post(reverse("api:claim-list"), body | {"direction": "to_elsewhere"}, format="json")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["direction"])


def test_a_single_promise_is_entered_and_edited_with_its_claims(people, world, recorder):
    begun = recorder.get(f"{ADD_PROMISE}?meeting={world.meeting.pk}&agreement=nonsense").context["form"]
    assert begun["meeting"].value() == [str(world.meeting.pk)]
    given = {
        "meeting": world.meeting.pk, "title": "Letters once a month", "subject": "letters", "quantity_kind": "words",
        "direction": "to_other", "certainty": "stated_by_one", "sources-0-publisher": "A paper", "level": "1",
        "claims-0-claimant": world.actor.pk, "claims-0-number": "300", "claims-0-quantifier": "at_least",
    }  # fmt: skip
    response = sent(recorder, ADD_PROMISE, **given)
    assert response.status_code == 302, errors_of(response)
    with acting_as(SYSTEM):
        promise = Commitment.objects.select_related("owed_by", "owed_to").get(title="Letters once a month")
    # Who owes whom, and what, follows from the direction and the subject where nobody says otherwise.
    assert (promise.owed_by, promise.owed_to, promise.commitment_kind) == (world.actor, world.other, "goods")
    assert stated(promise) == [("Open state", "at least 300", "promised")]
    response = sent(recorder, edit(promise), owed_by="", certainty="agreed_by_both", amends=world.commitment.pk)
    assert response.status_code == 302, errors_of(response)
    with acting_as(SYSTEM):
        changed = Commitment.objects.get(pk=promise.pk)
        assert (changed.owed_by_id, changed.certainty, changed.amends_id, changed.version) == (
            None, "agreed_by_both", world.commitment.pk, 2,
        )  # fmt: skip
    assert stated(promise) == [("Open state", "at least 300", "promised")]
    for changes, field in (
        ({"meeting": ""}, "agreement"),
        ({"subject": ""}, "subject"),
        ({"quantity": "7"}, "quantity"),
        ({"direction": "to_mars"}, "direction"),
        ({"claims-0-claimant": world.other.pk, "claims-0-direction": "to_mars"}, "claims-0-direction"),
    ):
        unchanged = {"meeting": world.meeting.pk, "subject": "letters", "quantity": "", "direction": "to_other"}
        response = sent(recorder, edit(promise), **(unchanged | changes))
        assert list(errors_of(response)) == [field], changes


@pytest.mark.parametrize("hostile", [INVISIBLE, "a\x00b", MARKUP, "x" * 50_000])
def test_hostile_text_is_kept_as_typed_or_refused_by_field(world, recorder, hostile):
    fields = ("title", "terms", "date_words", "commitments-0-title", "commitments-0-condition")
    response = sent(recorder, ADD, **typed(world, **dict.fromkeys(fields, hostile)))
    assert response.status_code in {200, 302}
    if response.status_code == 200:
        assert set() < set(errors_of(response)) <= set(fields)
    else:
        assert entered(world).terms == hostile.strip()
    words = ("title", "condition", "subject_words", "quantity_words", "direction_words")
    response = sent(recorder, edit(world.commitment), **dict.fromkeys(words, hostile))
    assert response.status_code in {200, 302}
    assert response.status_code == 302 or set() < set(errors_of(response)) <= set(words)


@pytest.mark.parametrize("kind", ["agreement", "commitment"])
def test_who_may_write_is_led_there_and_others_are_not(kind, people, world, recorder):
    record, add = getattr(world, kind), reverse(f"desk:{kind}-add")
    for client, may in ((recorder, True), (signed_in(people.analyst), False)):
        assert (f'"{add}"' in client.get(record.list_url()).content.decode()) == may
        assert (f'"{edit(record)}"' in client.get(record.get_absolute_url()).content.decode()) == may
        assert client.get(add).status_code == client.get(edit(record)).status_code == (200 if may else 403)
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", level=Level.CONFIDENTIAL, compartments=[people.room.pk])
    assert recorder.get(edit(getattr(hidden, kind))).status_code == 404
    begun = f"{add}?channel={hidden.channel.pk}&meeting={hidden.meeting.pk}&agreement={hidden.agreement.pk}"
    assert "Hidden" not in recorder.get(begun).content.decode()
    # Alt C adds what the form is about.
    label = "Add a commitment" if kind == "agreement" else "Add a claim"
    keys = recorder.get(add).content.decode().partition('class="keysec"')[2]
    assert f"<kbd>C</kbd></span><span>{label}</span>" in keys


def test_a_form_costs_as_many_queries_however_many_promises_it_has(people, world):
    def queries() -> int:
        client = signed_in(people.recorder)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(edit(world.agreement)).status_code == 200
        return len(seen)

    before = queries()
    with acting_as(SYSTEM):
        for number in range(12):
            promise = make(Commitment, agreement=world.agreement, subject="remains", quantity=number, position=number,
                           amends=world.commitment)  # fmt: skip
            make(Claim, commitment=promise, claimant=world.other, category="total", number=number, stage="promised")
            make(Meeting, channel=world.channel, title=f"Round {number}", started_on="2025-01-01")
    assert queries() == before
