"""Merging duplicates: what moves, what stands once, what it needs, and that undoing gives all of it back."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError

from access.context import SYSTEM, acting_as, user_principal
from exchanges.models import Outcome, OutcomeMeeting
from intermediaries.models import Actor
from negotiations.models import Agreement, Channel, Commitment, Conflict, Meeting, Participant, Party
from records.hanging import links_to
from records.marking import generic_names
from records.merging import kept_of, merge_records, merged_into, undo_merge, undo_plan
from records.models import Embargo, HistoryEntry, Merge, Query, ReviewState
from records.querysets import kinds
from records.reviewing import restore
from records.search import found_ids
from records.services import StaleVersion, change_marking, change_record, withdraw_record
from records.verifying import findings
from sources.models import ArchivedCopy, Citation, Source
from tests.factories import DAY, make, verified
from tests.records.merging import fresh, merge, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(world):
    """The world's meeting and another record of it, with a participant, a source, a link and a follow-up each."""
    with acting_as(SYSTEM):
        world.other = make(
            Meeting, channel=world.channel, title="Same meeting", started_on=DAY, place=world.place, summary="More",
            result="agreement",
        )  # fmt: skip
        world.envoy = make(Participant, meeting=world.other, words="An aide", position=3)
        world.same = make(
            Participant, meeting=world.other, representative=world.representative, words="Open", position=9
        )
        world.cited = make(Citation, source=world.source, record=world.other, quote="they met")
        world.link = make(OutcomeMeeting, outcome=world.outcome, meeting=world.other)
        world.promise = make(Commitment, meeting=world.other, subject="prisoners", quantity=5)
    verified(Participant, pk=world.participant.pk)
    return world


def test_everything_that_named_the_one_names_the_other_and_goes_back(two, people):
    made = merge(people.reviewer, two.other, two.meeting)
    with acting_as(SYSTEM):
        for part in (two.envoy, two.promise):
            assert fresh(part).meeting_id == two.meeting.pk
        assert fresh(two.cited).record_id == two.meeting.pk
        gone = fresh(two.other)
        assert (gone.is_withdrawn, gone.withdrawn_reason) == (True, "Entered twice")
        assert kept_of(gone) == two.meeting
        assert merged_into(two.meeting) == [made]
        # What both said is said once: the one of the kept record stands.
        for one, kept in ((two.same, two.participant), (two.link, two.outcome_meeting)):
            assert kept_of(fresh(one)) == kept
        assert two.meeting.participants.current().count() == 2
        assert two.outcome.meeting_links.current().count() == 1
        # What was verified says the same as before.
        assert {fresh(one).review_state for one in (two.envoy, two.promise, two.cited)} == {ReviewState.VERIFIED}
        assert fresh(two.meeting).version == 1
    undone = undo(people.reviewer, made)
    assert undone.withdrawn_reason == "They were two"
    with acting_as(SYSTEM):
        assert not fresh(two.other).is_withdrawn
        for part in (two.envoy, two.promise, two.same, two.link):
            assert fresh(part).meeting_id == two.other.pk
            assert (fresh(part).is_withdrawn, fresh(part).review_state) == (False, ReviewState.VERIFIED)
        assert fresh(two.cited).record_id == two.other.pk
        assert [one.pk for one in two.meeting.participants.current()] == [two.participant.pk]
        assert undo_plan(undone).is_whole
        assert merged_into(two.meeting) == []


# What makes one archived copy like another.
COPIED = ("origin", "state", "received_at", "file", "file_name", "media_type", "size", "sha256", "text_file")


def test_every_link_to_every_kind_moves(world, people):
    """Found from the models: each foreign key to a mergeable kind is made to point to the duplicate, and is moved."""
    tested = 0
    for model in kinds():
        if not model.is_mergeable:
            continue
        with acting_as(SYSTEM) as actor:
            kept = next(one for one in vars(world).values() if type(one) is model)
            for link in links_to(model):
                if link.kind in {Merge, model}:
                    continue
                pointing = next(one for one in vars(world).values() if type(one) is link.kind)
                if link.name in generic_names(link.kind):
                    change = {"record_type": ContentType.objects.get_for_model(model), f"{link.name}_id": None}
                    column = f"{link.name}_id"
                else:
                    change, column = {link.name: None}, f"{link.name}_id"
                other = make(model, **{
                    one.attname: getattr(kept, one.attname) for one in model._meta.local_concrete_fields
                    if one.editable and not one.primary_key
                })  # fmt: skip
                change[column if column in change else link.name] = other.pk
                instead = {"claim.commitment": {"outcome": None}, "mute.commitment": {"channel": None}}
                change |= instead.get(f"{link.kind.kind_of()}.{link.name}", {})
                if link.kind is ArchivedCopy:  # a copy that was made never changes
                    told = {
                        one.attname: getattr(pointing, one.attname)
                        for one in ArchivedCopy._meta.local_concrete_fields
                        if one.name in COPIED
                    }
                    pointing = make(ArchivedCopy, **told, source_id=other.pk)
                else:
                    link.kind.objects.filter(pk=pointing.pk).update(**change)
                assert getattr(fresh(pointing), column) == other.pk
                made = make(
                    Merge, record_type=ContentType.objects.get_for_model(model), record_id=other.pk, into_id=kept.pk,
                    reason="x",
                )  # fmt: skip
                now = fresh(pointing)
                assert getattr(now, column) == kept.pk or kept_of(now) is not None, (model, link)
                withdraw_record(actor, made, reason="tested")
                assert getattr(fresh(pointing), column) == other.pk, (model, link)
                tested += 1
    assert tested > 50


def test_what_names_a_merged_record_by_a_link_of_its_own_kind_moves_too(world, people):
    with acting_as(SYSTEM):
        other = make(Agreement, channel=world.channel, title="The same", status="agreed", started_on=DAY)
        later = make(Agreement, channel=world.channel, title="Renewed", status="agreed", amends=other)
    made = merge(people.reviewer, other, world.agreement)
    with acting_as(SYSTEM):
        assert fresh(later).amends_id == world.agreement.pk
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        assert fresh(later).amends_id == other.pk


def test_values_taken_over_stand_in_the_kept_record_until_undone(two, people):
    made = merge(people.reviewer, two.other, two.meeting, take=["summary", "result", "started_on"])
    with acting_as(SYSTEM):
        kept = fresh(two.meeting)
        assert (kept.summary, kept.result, kept.title) == ("More", "agreement", "Open meeting")
        # Somebody else verifies what the reviewer chose.
        assert (kept.review_state, kept.version, made.taken_version) == (ReviewState.CHANGED, 2, 2)
    with acting_as(user_principal(people.recorder)) as actor:
        kept = fresh(two.meeting)
        kept.summary = "Corrected since"
        change_record(actor, kept, expected_version=2)
    with acting_as(user_principal(people.reviewer)):
        assert undo_plan(made).fields == ["What was said"]
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        kept = fresh(two.meeting)
        assert (kept.summary, kept.result) == ("Corrected since", "unknown")
        assert fresh(two.other).summary == "More"


def test_what_was_changed_since_stays_and_is_told(two, people):
    made = merge(people.reviewer, two.other, two.meeting)
    with acting_as(user_principal(people.recorder)) as actor:
        aide = fresh(two.envoy)
        aide.words = "An aide of the minister"
        change_record(actor, aide, expected_version=aide.version)
        promise = fresh(two.promise)
        promise.meeting, promise.agreement = None, fresh(two.agreement)
        change_record(actor, promise, expected_version=promise.version)
    with acting_as(user_principal(people.reviewer)):
        plan = undo_plan(made)
        assert [one.records for one in plan.changed] == [[two.envoy]]
        assert [one.records for one in plan.elsewhere] == [[two.promise]]
        assert [one.records for one in plan.back] == [[two.cited]]
        assert sorted(one.records[0].pk for one in plan.unfolded) == sorted([two.same.pk, two.link.pk])
    undone = undo(people.reviewer, made)
    with acting_as(SYSTEM):
        assert fresh(two.envoy).meeting_id == two.meeting.pk
        assert fresh(two.promise).meeting_id is None
        assert fresh(two.cited).record_id == two.other.pk
        assert [one.records for one in undo_plan(undone).changed] == [[two.envoy]]


def test_a_link_that_was_moved_and_is_changed_by_hand_is_a_change(two, people):
    """Only the merge itself moves it without anybody verifying it again."""
    with acting_as(SYSTEM):
        third = make(Meeting, channel=two.channel, title="Another day", started_on=DAY)
    merge(people.reviewer, two.other, two.meeting)
    with acting_as(user_principal(people.recorder)) as actor:
        aide = fresh(two.envoy)
        assert aide.review_state == ReviewState.VERIFIED
        aide.meeting = fresh(third)
        assert change_record(actor, aide, expected_version=2).review_state == ReviewState.CHANGED


def test_decisions_about_a_part_do_not_keep_it_from_going_back(two, people):
    """Verified, marked more strictly or withdrawn since: what it says is the same."""
    made = merge(people.reviewer, two.other, two.meeting)
    with acting_as(SYSTEM) as actor:
        aide = change_marking(actor, fresh(two.envoy), level=1, compartments=[], reason="", expected_version=2)
        withdraw_record(actor, fresh(two.promise), reason="Not a promise")
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        aide, promise = fresh(two.envoy), fresh(two.promise)
        assert (aide.meeting_id, aide.level) == (two.other.pk, 1)
        assert (promise.meeting_id, promise.is_withdrawn) == (two.other.pk, True)


def test_three_records_of_one_meeting_are_merged_and_undone_in_any_order(two, people):
    with acting_as(SYSTEM):
        third = make(Meeting, channel=two.channel, title="Once more", started_on=DAY)
        note = make(Participant, meeting=third, words="A note taker")
    first = merge(people.reviewer, third, two.other)
    second = merge(people.reviewer, two.other, two.meeting)
    with acting_as(SYSTEM):
        assert kept_of(fresh(third)) == kept_of(fresh(two.other)) == two.meeting
        assert fresh(note).meeting_id == two.meeting.pk
    undo(people.reviewer, first)
    with acting_as(SYSTEM):
        assert fresh(note).meeting_id == third.pk
        assert fresh(two.envoy).meeting_id == two.meeting.pk
    undo(people.reviewer, second)
    with acting_as(SYSTEM):
        assert fresh(note).meeting_id == third.pk
        assert fresh(two.envoy).meeting_id == two.other.pk
        assert not any(fresh(one).is_withdrawn for one in (third, two.other, two.meeting))


def test_a_merged_record_is_found_by_its_old_reference_and_words(two, people):
    with acting_as(user_principal(people.analyst)):
        assert found_ids(two.other.reference) == [("negotiations_meeting", two.other.pk)]
    made = merge(people.reviewer, two.other, two.meeting)
    for user in (people.analyst, people.recorder):
        with acting_as(user_principal(user)):
            assert found_ids(two.other.reference) == [("negotiations_meeting", two.meeting.pk)]
            assert found_ids("same meeting", "negotiations_meeting") == [("negotiations_meeting", two.meeting.pk)]
            # Found once, though both match.
            assert [pk for _t, pk in found_ids("meeting")].count(two.meeting.pk) == 1
    with acting_as(SYSTEM) as actor:
        withdraw_record(actor, fresh(two.meeting), reason="It never was")
        assert found_ids(two.other.reference) == []
        restore(actor, fresh(two.meeting), reason="It was", expected_version=2)
    undo(people.reviewer, made)
    with acting_as(user_principal(people.analyst)):
        assert found_ids(two.other.reference) == [("negotiations_meeting", two.other.pk)]


# Who may, and what can be merged -------------------------------------------------------------------------------------


def test_nobody_but_a_reviewer_merges_and_never_their_own(two, people):
    for user in (people.recorder, people.analyst, people.administrator):
        with pytest.raises(PermissionDenied):
            merge(user, two.other, two.meeting)
    with acting_as(user_principal(people.reviewer)):
        own = make(Meeting, channel=two.channel, title="Mine", started_on=DAY, author=people.reviewer)
    for other, kept in ((own, two.meeting), (two.meeting, own)):
        with pytest.raises(PermissionDenied, match="another reviewer"):
            merge(people.reviewer, other, kept)
    # Who took values over wrote the kept record: until somebody verified that, another one goes on.
    merge(people.reviewer, two.other, two.meeting, take=["summary"])
    with acting_as(SYSTEM):
        third = make(Meeting, channel=two.channel, title="Once more", started_on=DAY)
    with pytest.raises(PermissionDenied, match="another reviewer"):
        merge(people.reviewer, third, two.meeting)


def test_who_merged_parts_may_still_verify_them_and_who_took_values_may_undo(two, people):
    with acting_as(user_principal(people.recorder)):
        aide = make(Participant, meeting=two.other, words="Entered", author=people.recorder)
    made = merge(people.reviewer, two.other, two.meeting, take=["summary"])
    with acting_as(user_principal(people.reviewer)):
        aide = fresh(aide)
        aide.review_state = ReviewState.VERIFIED
        aide.save()
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        assert (fresh(aide).meeting_id, fresh(aide).review_state) == (two.other.pk, ReviewState.VERIFIED)


def test_what_cannot_be_merged_is_refused_in_words(two, people):
    with acting_as(user_principal(people.recorder)):
        draft = make(Meeting, channel=two.channel, title="Draft", review_state="draft", author=people.recorder)
    with acting_as(SYSTEM) as actor:
        gone = withdraw_record(actor, make(Meeting, channel=two.channel, title="Gone"), reason="x")
        war = make(Conflict, name="Another war")
        far = make(Channel, conflict=war, name="Far", mode="direct")
        elsewhere = make(Meeting, channel=far, title="Far away")
        release = make(Outcome, conflict=two.conflict, outcome_kind="release", started_on=DAY)
        tranche = make(Outcome, conflict=two.conflict, outcome_kind="exchange", parent=two.outcome, started_on=DAY)
        echo = make(Source, publisher="x", derived_from=two.source)
        second_echo = make(Source, publisher="x", derived_from=echo)
    for other, kept, told in (
        (draft, two.meeting, "is a draft"),
        (two.meeting, draft, "is a draft"),
        (gone, two.meeting, "was withdrawn"),
        (two.meeting, gone, "was withdrawn"),
        (two.meeting, two.meeting, "the same record"),
        (two.channel, two.meeting, "one kind"),
        (two.party, two.party, "not of every kind"),
        (elsewhere, two.meeting, "conflict"),
        (far, two.channel, "conflict"),
        (release, two.outcome, "outcome kind"),
        (tranche, two.outcome, "part of the other"),
        (two.outcome, tranche, "part of the other"),
        (second_echo, two.source, "derives from it"),
        (two.source, second_echo, "derives from it"),
    ):
        with pytest.raises(ValidationError, match=told):
            merge(people.reviewer, other, kept)
    for options, told in (({"take": ["nonsense"]}, "no such field"), ({"take": ["channel_id"]}, "no such field")):
        with pytest.raises(ValidationError, match=told):
            merge(people.reviewer, two.other, two.meeting, **options)
    with pytest.raises(ValidationError, match="Say why"):
        merge(people.reviewer, two.other, two.meeting, reason=" ")
    with acting_as(user_principal(people.reviewer)) as actor, pytest.raises(StaleVersion):
        merge_records(actor, two.other, two.meeting, reason="x", version=1, into_version=7)


def test_two_sides_of_a_war_are_not_one_actor(world, people):
    with acting_as(SYSTEM):
        side = make(Actor, name="Second side", kind_of_actor="state")
        make(Party, conflict=world.conflict, actor=side, position=2, direction="to_second", direction_label="To second")
    with pytest.raises(ValidationError, match="two parties"):
        merge(people.reviewer, side, world.actor)
    with acting_as(SYSTEM):
        assert not fresh(side).is_withdrawn


def test_a_merged_record_is_left_as_it_is_until_the_merge_is_undone(two, people):
    made = merge(people.reviewer, two.other, two.meeting)
    with acting_as(user_principal(people.reviewer)) as actor:
        gone = fresh(two.other)
        with pytest.raises(ValidationError, match="Undo the merge"):
            restore(actor, gone, reason="x", expected_version=gone.version)
        with pytest.raises(ValidationError, match="Undo the merge"):
            change_marking(actor, gone, level=2, compartments=[], reason="x", expected_version=gone.version)
        folded = made.folds.first()
        with pytest.raises(ValidationError, match="part of a larger"):
            undo_merge(actor, folded, reason="x", expected_version=1)
        with pytest.raises(ValidationError, match="Say why"):
            undo_merge(actor, made, reason=" ", expected_version=1)
    undone = undo(people.reviewer, made)
    with acting_as(user_principal(people.reviewer)) as actor:
        with pytest.raises(ValidationError, match="undone already"):
            undo_merge(actor, undone, reason="x", expected_version=2)
        with pytest.raises(ValidationError, match="not restored"):
            restore(actor, undone, reason="x", expected_version=2)
    again = merge(people.reviewer, two.other, two.meeting)
    assert again.pk != made.pk


def test_talk_about_a_record_and_its_embargo_stay_with_it(two, people):
    with acting_as(SYSTEM):
        kind = ContentType.objects.get_for_model(Meeting)
        about = {"record_type": kind, "record_id": two.other.pk}
        question = make(Query, text="When?", **about)
        embargo = make(Embargo, to_level=1, at="2099-01-01T00:00Z", reason="x", **about)
    merge(people.reviewer, two.other, two.meeting)
    with acting_as(SYSTEM):
        assert {fresh(question).record_id, fresh(embargo).record_id} == {two.other.pk}


def test_the_history_tells_it_and_is_whole(two, people):
    made = merge(people.reviewer, two.other, two.meeting, take=["summary"])
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        told = HistoryEntry.objects.filter(record_id=two.envoy.pk).order_by("id")
        assert [(one.operation, one.user_id, one.reason) for one in told] == [
            ("INSERT", None, ""),
            ("UPDATE", people.reviewer.pk, f"{two.other.reference} merged into {two.meeting.reference}: Entered twice"),
            ("UPDATE", people.reviewer.pk, "They were two"),
        ]
        assert list(findings()) == []
