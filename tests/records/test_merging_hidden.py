"""Merging across levels: nobody reads more by it, nobody learns of what they do not see, nothing is left behind."""

import pytest
from django.core.exceptions import ValidationError

from access.context import SYSTEM, acting_as, because, refresh_labels, user_principal
from access.levels import Level
from intermediaries.models import Actor
from negotiations.models import Channel, Meeting, Participant
from records.merging import kept_of, merged_into, plan_of, undo_plan
from records.models import ReviewState
from records.search import found_ids
from sources.models import Citation
from tests.factories import DAY, make
from tests.records.merging import fresh, merge, undo

pytestmark = pytest.mark.django_db


def levels(*records) -> list[tuple[int, list[int]]]:
    """Return the effective markings as they are now."""
    with acting_as(SYSTEM):
        refresh_labels()
        return [(now.label.level, now.label.compartments) for now in map(fresh, records)]


def sees(user, record) -> bool:
    with acting_as(user_principal(user)):
        return type(record).objects.filter(pk=record.pk).exists()


@pytest.fixture
def twin(world):
    """A second record of the world's meeting, public, with a part that everybody sees."""
    with acting_as(SYSTEM):
        world.other = make(Meeting, channel=world.channel, title="Same meeting", started_on=DAY)
        world.aide = make(Participant, meeting=world.other, words="An aide")
    return world


def test_what_the_reviewer_does_not_see_goes_with_the_rest_and_is_not_told(twin, people):
    with acting_as(SYSTEM):
        spy = make(Participant, meeting=twin.other, words="Zeisig", compartments=[people.room.pk])
        cited = make(Citation, source=twin.source, record=twin.other, quote="Zeisig", compartments=[people.room.pk])
    with acting_as(user_principal(people.reviewer)):
        plan = plan_of(fresh(twin.other), fresh(twin.meeting))
        assert [(one.kind, one.records, one.number) for one in plan.moving] == [(Participant, [twin.aide], 1)]
    made = merge(people.reviewer, twin.other, twin.meeting)
    with acting_as(SYSTEM):
        assert fresh(spy).meeting_id == fresh(cited).record_id == twin.meeting.pk
        assert {fresh(spy).review_state, fresh(cited).review_state} == {ReviewState.VERIFIED}
    assert levels(spy, cited) == [(0, [people.room.pk])] * 2
    with acting_as(user_principal(people.reviewer)):
        assert [one.records for one in undo_plan(made).back] == [[twin.aide]]
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        assert fresh(spy).meeting_id == fresh(cited).record_id == twin.other.pk
    assert levels(spy, cited) == [(0, [people.room.pk])] * 2


def test_a_visible_part_is_not_swallowed_by_a_hidden_one_that_says_the_same(twin, people):
    with acting_as(SYSTEM):
        hidden = make(Participant, meeting=twin.meeting, words="An aide", compartments=[people.room.pk])
    made = merge(people.reviewer, twin.other, twin.meeting)
    with acting_as(user_principal(people.outsider)):
        assert fresh(twin.aide).meeting_id == twin.meeting.pk
        assert not fresh(twin.aide).is_withdrawn
    undo(people.reviewer, made)
    # The other way round nobody loses anything: the visible one stands.
    made = merge(people.reviewer, twin.meeting, twin.other)
    with acting_as(SYSTEM):
        assert kept_of(fresh(hidden)) == twin.aide
    assert levels(hidden) == [(0, [people.room.pk])]


def test_merging_a_more_secret_record_into_an_open_one_opens_nothing(twin, people):
    with acting_as(SYSTEM):
        secret = make(Meeting, channel=twin.channel, title="Zeisig", summary="Zeisig", started_on=DAY, level=2)
        aide = make(Participant, meeting=secret, words="Zeisig")
    with pytest.raises(ValidationError, match="Fewer people"):
        merge(people.reviewer, secret, twin.meeting, take=["summary"])
    made = merge(people.reviewer, secret, twin.meeting)
    assert levels(twin.meeting, secret, aide, made) == [(0, []), (2, []), (2, []), (2, [])]
    assert sees(people.outsider, twin.meeting)
    assert not any(sees(people.outsider, one) for one in (secret, aide, made))
    with acting_as(user_principal(people.outsider)):
        assert found_ids(secret.reference) == found_ids("Zeisig") == []
        assert merged_into(twin.meeting) == []
    with acting_as(SYSTEM):
        assert fresh(aide).level == Level.RESTRICTED  # of its own now: its meeting no longer keeps it up
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        assert (fresh(aide).meeting_id, fresh(aide).level) == (secret.pk, Level.PUBLIC)
    assert levels(twin.meeting, secret, aide) == [(0, []), (2, []), (2, [])]


def test_who_may_not_see_the_kept_record_loses_the_merged_one_without_a_trace(twin, people):
    with acting_as(SYSTEM):
        secret = make(Meeting, channel=twin.channel, title="Kept", started_on=DAY, level=2)
    made = merge(people.reviewer, twin.other, secret)
    assert levels(twin.other, twin.aide, secret) == [(2, [])] * 3
    for one in (twin.other, twin.aide, secret, made):
        assert not sees(people.analyst, one)
        assert sees(people.recorder, one)
    with acting_as(user_principal(people.analyst)):
        assert found_ids(twin.other.reference) == []
    undo(people.reviewer, made)
    assert levels(twin.other, twin.aide, secret) == [(0, []), (0, []), (2, [])]


def test_a_merged_record_follows_the_kept_one_when_that_is_raised(twin, people):
    made = merge(people.reviewer, twin.other, twin.meeting)
    with acting_as(SYSTEM), because("a compartment"):
        Meeting.objects.filter(pk=twin.meeting.pk).update(compartments=[people.room.pk])
    assert levels(twin.other, twin.aide, made) == [(0, [people.room.pk])] * 3
    assert not any(sees(people.reviewer, one) for one in (twin.other, twin.meeting, made))
    with acting_as(SYSTEM), because("opened again"):
        Meeting.objects.filter(pk=twin.meeting.pk).update(compartments=[])
    # The merged one was raised by itself; it is opened by undoing the merge.
    assert levels(twin.meeting, twin.aide, twin.other) == [(0, []), (0, []), (0, [people.room.pk])]


def test_undoing_opens_nothing_that_the_merged_record_no_longer_keeps_closed(twin, people):
    with acting_as(SYSTEM):
        closed = make(Channel, conflict=twin.conflict, name="Closed", mode="direct", level=2)
        secret = make(Meeting, channel=closed, title="Kept up by its channel", started_on=DAY)
        aide = make(Participant, meeting=secret, words="Zeisig")
    made = merge(people.reviewer, secret, twin.meeting)
    with acting_as(SYSTEM), because("The channel became known"):
        Channel.objects.filter(pk=closed.pk).update(level=0)
    assert levels(secret, aide) == [(0, []), (2, [])]
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        assert fresh(aide).meeting_id == secret.pk
    assert levels(secret, aide) == [(0, []), (2, [])]


def test_a_draft_of_somebody_else_goes_along_and_stays_a_draft(twin, people):
    with acting_as(user_principal(people.recorder)):
        draft = make(Participant, meeting=twin.other, words="Not sure", author=people.recorder, review_state="draft")
    made = merge(people.reviewer, twin.other, twin.meeting)
    with acting_as(SYSTEM):
        assert (fresh(draft).meeting_id, fresh(draft).draft_of) == (twin.meeting.pk, people.recorder.pk)
    assert not sees(people.member, draft)
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        assert fresh(draft).meeting_id == twin.other.pk


def test_two_worlds_of_merging_are_alike(people, world):
    """The reviewer meets the same words, plan and refusals, whether something hidden hangs on the records or not."""

    def told() -> tuple:
        with acting_as(SYSTEM):
            kept, other = (make(Actor, name=f"Twin {n}", kind_of_actor="ngo") for n in range(2))
            for one in (kept, other) if hidden else ():
                make(Participant, meeting=world.meeting, actor=one, words="Zeisig", compartments=[people.room.pk])
        with acting_as(user_principal(people.reviewer)):
            plan = plan_of(fresh(other), fresh(kept))
        made = merge(people.reviewer, other, kept)
        undone = undo(people.reviewer, made)
        with acting_as(user_principal(people.reviewer)):
            left = undo_plan(undone)
        return plan, left, made.version, undone.version, undone.label_id, fresh_version(other), fresh_version(kept)

    def fresh_version(record):
        with acting_as(user_principal(people.reviewer)):
            return fresh(record).version

    hidden = False
    without = told()
    hidden = True
    assert told() == without
