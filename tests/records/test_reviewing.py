"""Reviewing: what is to check, how far it has come, who verifies; a change opens again what it touches."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level, Role
from access.models import User
from exchanges.models import Claim, Outcome
from intermediaries.models import Actor
from records import reviewing
from records.checking import ItemState, sheet_of
from records.models import Assignment, FieldCheck, HistoryEntry, Query, ReviewState
from records.services import StaleVersion, add_record, change_record, withdraw_record
from records.waiting import number_to_review, shown, waiting
from sources.models import Citation
from tests.factories import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(people):
    """Another reviewer."""
    with acting_as(SYSTEM):
        return User.objects.create(username="second", role=Role.REVIEWER, clearance=Level.CONFIDENTIAL)


@pytest.fixture
def as_of(people, second):
    """Return what enters the door as somebody of the cast, by name."""
    cast = people.all() | {"second": second}
    return lambda name: acting_as(user_principal(cast[name]))


@pytest.fixture
def entered(world, as_of):
    """An outcome entered by the recorder, with a claim and a citation: submitted."""
    with as_of("recorder") as actor:
        outcome = add_record(
            actor,
            Outcome(conflict=world.conflict, outcome_kind="exchange", title="Third exchange", started_on=DAY),
        )
        claim = add_record(
            actor,
            Claim(outcome=outcome, claimant=world.actor, direction=world.party.direction, category="total", number=300),
        )
        add_record(actor, Citation(record=claim, source=world.source, quote="300 from each side"))
    return outcome


def check_everything(actor, outcome) -> None:
    for item in sheet_of(outcome).unsettled:
        reviewing.check_field(actor, item.record, item.name)


def stored(record):
    return type(record).objects.get(pk=record.pk)


def test_a_record_is_compared_with_its_parts_and_then_verified(entered, as_of, world):
    with as_of("reviewer") as actor:
        sheet = sheet_of(entered)
        assert {item.name for item in sheet.fields} >= {"started_on", "title", "outcome_kind"}
        assert "date_precision" not in {item.name for item in sheet.fields}  # checked with the date
        told = {item.label: item.words for item in sheet.items}
        assert told["Date"] == "23 May 2025, exact day"
        assert [item.label for item in sheet.parts] == ["Claim", "Citation"]
        claimed = {item.label: item.words for item in sheet.parts[0].rows}
        assert (claimed["Direction"], claimed["Of what"]) == (world.party.direction_label, "total")
        assert "300 from each side" in [row.words for row in sheet.parts[1].rows]
        with pytest.raises(ValidationError, match=r"Still to check.*Title"):
            reviewing.verify(actor, entered, expected_version=1)
        check_everything(actor, entered)
        assert sheet_of(entered).is_settled
        verified = reviewing.verify(actor, entered, expected_version=1)
        assert verified.review_state == ReviewState.VERIFIED
        states = {one.review_state for one in (*entered.claims.all(), *entered.claims.get().citations.all())}
        assert states == {ReviewState.VERIFIED}
        with pytest.raises(ValidationError, match="does not wait"):
            reviewing.verify(actor, verified, expected_version=verified.version)


def test_the_author_checks_and_verifies_nothing_of_their_own(world, as_of):
    with as_of("reviewer") as actor:
        own = add_record(actor, Actor(name="A body", kind_of_actor="ngo"))
        for act in (
            lambda: reviewing.check_field(actor, own, "name"),
            lambda: reviewing.verify(actor, own, expected_version=1),
            lambda: reviewing.return_record(actor, own, note="x", expected_version=1),
        ):
            with pytest.raises(PermissionDenied, match="another person"):
                act()
        assert sheet_of(own).is_own
        # Nor does the database let them, whatever the service says.
        with pytest.raises(DatabaseError, match="step of the review"), transaction.atomic():
            Actor.objects.filter(pk=own.pk).update(review_state="verified")
        with pytest.raises(DatabaseError, match="does not check it"), transaction.atomic():
            add_record(actor, FieldCheck(record=own, field="name"))
    with as_of("recorder") as actor, pytest.raises(PermissionDenied):
        reviewing.check_field(actor, own, "name")


def test_whoever_changed_a_record_does_not_verify_it_either(entered, as_of):
    with as_of("second") as actor:
        entered.title = "The third exchange"
        change_record(actor, entered, expected_version=1)
        with pytest.raises(PermissionDenied):
            reviewing.verify(actor, entered, expected_version=2)
        with pytest.raises(DatabaseError, match="step of the review"), transaction.atomic():
            Outcome.objects.filter(pk=entered.pk).update(review_state="verified")
    with as_of("reviewer") as actor:
        check_everything(actor, entered)
        reviewing.verify(actor, entered, expected_version=2)
    # Since it was verified the other one wrote nothing: the next change may be theirs to verify.
    with as_of("recorder") as actor:
        changed = stored(entered)
        changed.notes = "Held at the border."
        change_record(actor, changed, expected_version=changed.version)
    with as_of("second") as actor:
        check_everything(actor, stored(entered))
        now = stored(entered)
        assert reviewing.verify(actor, now, expected_version=now.version).review_state == ReviewState.VERIFIED


def test_a_part_that_the_reviewer_wrote_is_left_to_somebody_else(world, entered, as_of):
    with as_of("reviewer") as actor:
        own = add_record(actor, Claim(outcome=entered, claimant=world.actor, direction="", category="women", number=3))
        sheet = sheet_of(entered)
        assert [part.pk for part in sheet.own_parts] == [own.pk]
        assert own.pk not in {item.record.pk for item in sheet.parts}
        check_everything(actor, entered)
        reviewing.verify(actor, entered, expected_version=1)
        assert stored(own).review_state == ReviewState.SUBMITTED
    with as_of("second") as actor:
        assert own.pk in {entry.pk for entry in waiting().entries}
        check_everything(actor, own)
        reviewing.verify(actor, own, expected_version=1)


def test_a_change_opens_again_what_it_touches_and_nothing_else(entered, as_of):
    with as_of("reviewer") as actor:
        check_everything(actor, entered)
    with as_of("recorder") as actor:
        entered.title = "Exchange of 23 May"
        change_record(actor, entered, expected_version=1)
    with as_of("reviewer") as actor:
        sheet = sheet_of(stored(entered))
        assert [item.name for item in sheet.unsettled] == ["title"]
        with pytest.raises(StaleVersion):
            reviewing.check_field(actor, entered, "title", expected_version=1)
        with pytest.raises(StaleVersion):
            reviewing.verify(actor, entered, expected_version=1)
        reviewing.check_field(actor, entered, "title", expected_version=2)
        reviewing.verify(actor, entered, expected_version=2)


def test_after_a_verification_only_what_changed_is_asked_for_with_both_words(entered, as_of):
    with as_of("reviewer") as actor:
        check_everything(actor, entered)
        reviewing.verify(actor, entered, expected_version=1)
    with as_of("recorder") as actor:
        now = stored(entered)
        now.title = "Fourth exchange"
        changed = change_record(actor, now, expected_version=now.version)
        assert changed.review_state == ReviewState.CHANGED
    with as_of("reviewer"):
        sheet = sheet_of(stored(entered))
        (item,) = sheet.unsettled
        assert item.pieces == [("removed", "Third exchange"), ("added", "Fourth exchange")]
        assert sheet.parts == []


def test_a_query_is_answered_by_somebody_else_and_settles_its_field(entered, as_of):
    with as_of("reviewer") as actor:
        check_everything(actor, entered)
        query = reviewing.raise_query(actor, entered, field="title", text="Is it the third? @recorder")
        (item,) = sheet_of(entered).unsettled
        assert item.state == ItemState.QUERIED
        with pytest.raises(ValidationError, match="Title"):
            reviewing.verify(actor, entered, expected_version=1)
        with pytest.raises(PermissionDenied, match="asked this yourself"):
            reviewing.answer_query(actor, query, answer="Yes", expected_version=1)
    with as_of("recorder") as actor:
        assert [one.is_mention for one in reviewing.asked_of(actor)] == [True]
        with pytest.raises(ValidationError) as refused:
            reviewing.answer_query(actor, query, answer=" ", expected_version=1)
        assert "answer" in refused.value.message_dict
        reviewing.answer_query(actor, query, answer="By the numbering of the second side.", expected_version=1)
        assert list(reviewing.asked_of(actor)) == []
        with pytest.raises(ValidationError, match="answered already"):
            reviewing.answer_query(actor, query, answer="Once more", expected_version=2)
    with as_of("reviewer") as actor:
        assert sheet_of(entered).is_settled
        reviewing.verify(actor, entered, expected_version=1)
        assert stored(query).settled_at is not None


def test_a_query_about_the_whole_record_must_be_answered_too(entered, as_of):
    with as_of("reviewer") as actor:
        query = reviewing.raise_query(actor, entered, field="", text="Is there a second source?")
        check_everything(actor, entered)
        with pytest.raises(ValidationError, match="not answered yet"):
            reviewing.verify(actor, entered, expected_version=1)
        withdraw_record(actor, query, reason="Found it.")
        reviewing.verify(actor, entered, expected_version=1)


@pytest.mark.parametrize("name", ["nobody", "analyst", "member", "outsider", "administrator"])
def test_who_cannot_be_asked_is_refused_in_the_same_words(world, people, as_of, name):
    """Nobody of that name, one who may not see the record, one who may not write: not told apart."""
    with as_of("recorder") as actor:
        secret = add_record(actor, Actor(name="Quiet body", kind_of_actor="ngo", level=Level.CONFIDENTIAL))
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            reviewing.raise_query(actor, secret, field="", text=f"@{name}, what do you say?")
        told = {"text": [f"There is nobody called “{name}” to ask about this record."]}
        assert refused.value.message_dict == told
        assert not Query.objects.of(secret).exists()


def test_a_mail_address_is_no_mention():
    text = "Write to desk@example.org or ask @anna.b, (@carl) and @dora."
    assert reviewing.MENTION.findall(text) == ["anna.b", "carl", "dora"]


def test_a_record_is_assigned_to_reviewers_who_did_not_enter_it(entered, as_of):
    with as_of("reviewer") as actor:
        assert [str(person) for person in reviewing.reviewers_of(entered)] == ["reviewer", "second"]
        one = reviewing.assign(actor, entered, to="second")
        with pytest.raises(ValidationError):
            reviewing.assign(actor, entered, to="recorder")
    with as_of("recorder") as actor, pytest.raises(PermissionDenied):
        reviewing.finish(actor, one, expected_version=1)
    with as_of("second") as actor:
        assert [asked.pk for asked in reviewing.asked_of(actor)] == [one.pk]
        reviewing.return_record(actor, entered, note="No source.", expected_version=1)
        assert list(reviewing.asked_of(actor)) == []
        assert stored(one).done_at is not None


def test_a_returned_record_is_mended_and_submitted_again_by_whoever_wrote_it(entered, as_of):
    with as_of("reviewer") as actor:
        with pytest.raises(ValidationError) as refused:
            reviewing.return_record(actor, entered, note="  ", expected_version=1)
        assert "note" in refused.value.message_dict
        reviewing.return_record(actor, entered, note="The number is that of the day before.", expected_version=1)
        entry = HistoryEntry.objects.filter(record_id=entered.pk).first()
        assert entry.reason == "The number is that of the day before."
        with pytest.raises(PermissionDenied):
            reviewing.submit(actor, entered, expected_version=2)
        # Nor by hand.
        with pytest.raises(DatabaseError, match="step of the review"), transaction.atomic():
            Outcome.objects.filter(pk=entered.pk).update(review_state="submitted")
    with as_of("recorder") as actor:
        assert reviewing.submit(actor, entered, expected_version=2).review_state == ReviewState.SUBMITTED
        with pytest.raises(ValidationError, match="Only a draft or a returned"):
            reviewing.submit(actor, entered, expected_version=3)


def test_what_is_said_in_a_review_is_for_those_who_take_part(people, world, entered, as_of):
    with as_of("reviewer") as actor:
        query = reviewing.raise_query(actor, entered, field="title", text="Which one? @second")
        reviewing.check_field(actor, entered, "started_on")
    for principal in ("anonymous", user_principal(people.analyst), user_principal(people.administrator)):
        with acting_as(principal):
            assert Outcome.objects.filter(pk=entered.pk).exists()
            for model in (Query, FieldCheck, Assignment):
                assert not model.objects.exists()
            assert not HistoryEntry.objects.filter(record_id=query.pk).exists()
    with as_of("recorder"):
        assert Query.objects.of(entered).count() == 1


def test_what_waits_stands_there_once_the_oldest_first(world, entered, as_of):
    with acting_as(SYSTEM):
        # The world's own participant, which waits by itself: its meeting is verified.
        (first,) = [entry for entry in waiting().entries if entry.author_id is None]
    with as_of("recorder") as actor:
        add_record(actor, Actor(name="A draft", kind_of_actor="ngo"), draft=True)
        gone = add_record(actor, Actor(name="Withdrawn", kind_of_actor="ngo"))
        withdraw_record(actor, gone, reason="Entered twice.")
        assert number_to_review(actor) == 1  # not one's own
    with as_of("reviewer") as actor:
        queue = waiting()
        assert [entry.pk for entry in queue.entries] == [first.pk, entered.pk]
        assert (first.model.kind_of(), len(queue.entries[1].parts), queue.is_whole) == ("participant", 2, True)
        assert number_to_review(actor) == 2
        part = entered.claims.get()
        reviewing.raise_query(actor, part, field="number", text="Whose number?")
        reviewing.assign(actor, entered, to="second")
        told = shown(queue.entries)[1]
        assert (told.queries, [str(one.to) for one in told.people]) == (1, ["second"])
        # Returned, it waits for its author; its parts go with it.
        reviewing.return_record(actor, entered, note="No source.", expected_version=1)
        assert [entry.pk for entry in waiting().entries] == [first.pk]
    with as_of("recorder") as actor:
        withdraw_record(actor, stored(entered), reason="Never happened.")
    with as_of("reviewer"):
        assert [entry.pk for entry in waiting().entries] == [first.pk]


def test_a_record_waits_since_it_was_submitted_not_since_it_was_begun(world, as_of):
    with as_of("recorder") as actor:
        begun_first = add_record(actor, Actor(name="Begun first", kind_of_actor="ngo"), draft=True)
        entered_then = add_record(actor, Actor(name="Entered then", kind_of_actor="ngo"))
        reviewing.submit(actor, begun_first, expected_version=1)
    with as_of("reviewer"):
        own = [entry.pk for entry in waiting().entries if entry.model is Actor]
        assert own == [entered_then.pk, begun_first.pk]


def test_more_than_is_looked_at_is_said_and_parts_still_go_with_their_records(world, as_of):
    with as_of("recorder") as actor:
        for number in range(3):
            outcome = add_record(
                actor,
                Outcome(conflict=world.conflict, outcome_kind="exchange", title=f"Exchange {number}", started_on=DAY),
            )
            add_record(actor, Claim(outcome=outcome, claimant=world.actor, direction="", category="total", number=1))
            add_record(actor, Claim(outcome=outcome, claimant=world.actor, direction="", category="women", number=1))
    with as_of("reviewer"):
        queue = waiting(most=2)
        assert not queue.is_whole
        assert {entry.model.kind_of() for entry in queue.entries} == {"outcome", "participant"}
