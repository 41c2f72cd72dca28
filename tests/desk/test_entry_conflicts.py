"""Two people on one record: nothing of either is lost, and who saves second chooses field by field."""

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from negotiations.models import Meeting, Participant
from records.models import HistoryEntry
from tests.desk.test_entry_meeting import edit, typed
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(people, world):
    signed_in(people.recorder).post(reverse("desk:meeting-add"), typed(world))
    with acting_as(SYSTEM):
        return Meeting.objects.exclude(pk=world.meeting.pk).get()


@pytest.fixture
def both(people, world, meeting):
    """Return a function: the other one saves first, then the recorder, who opened the same version, sends theirs."""

    def run(theirs: dict, mine: dict):
        path = reverse("desk:meeting-edit", args=[meeting.pk])
        mine = edit(world, meeting, **mine)
        answer = signed_in(people.reviewer).post(path, edit(world, meeting, **theirs))
        assert answer.status_code == 302, answer.context["form"].errors
        recorder = signed_in(people.recorder)
        return recorder, path, mine, recorder.post(path, mine)

    return run


def now(meeting) -> Meeting:
    with acting_as(SYSTEM):
        return Meeting.objects.get(pk=meeting.pk)


def chosen(answer, mine: dict, **choices) -> dict:
    """Return the form as the page shows it, with choices made."""
    form = answer.context["form"]
    return mine | dict(form.data.items()) | {"seen": answer.context["seen"]} | choices


def test_only_what_both_changed_needs_a_choice(both, meeting):
    recorder, path, mine, answer = both(
        {"summary": "Theirs.", "result": "partial", "started_on_day": "18"},
        {"summary": "Mine.", "assessment": "My reading."},
    )
    assert answer.status_code == 409
    kinds = {one.name: one.kind for one in answer.context["conflict"]}
    assert kinds == {"summary": "both", "result": "theirs", "started_on": "theirs"}
    page = answer.content.decode()
    assert "Mine." in page
    assert "Theirs." in page
    assert 'name="choose-summary"' in page
    assert 'name="choose-result"' not in page
    assert now(meeting).summary == "Theirs."
    saved = recorder.post(path, chosen(answer, mine, **{"choose-summary": "yours"}))
    assert saved.status_code == 302, saved.context["form"].errors
    after = now(meeting)
    assert (after.summary, after.result, after.assessment) == ("Mine.", "partial", "My reading.")
    assert after.started_on.day == 18


def test_theirs_can_be_chosen(both, meeting):
    recorder, path, mine, answer = both({"summary": "Theirs."}, {"summary": "Mine.", "assessment": "My reading."})
    saved = recorder.post(path, chosen(answer, mine, **{"choose-summary": "theirs"}))
    assert saved.status_code == 302
    assert (now(meeting).summary, now(meeting).assessment) == ("Theirs.", "My reading.")


def test_without_a_choice_nothing_is_written(both, meeting):
    recorder, path, mine, answer = both({"summary": "Theirs."}, {"summary": "Mine."})
    again = recorder.post(path, chosen(answer, mine))
    assert again.status_code == 409
    assert "Choose yours or theirs" in again.content.decode()
    assert now(meeting).summary == "Theirs."
    # Nor by a choice made before the question was asked.
    blind = recorder.post(path, mine | {"choose-summary": "yours"})
    assert blind.status_code == 409
    assert now(meeting).summary == "Theirs."


def test_a_third_save_meanwhile_is_asked_about_again(people, world, both, meeting):
    recorder, path, mine, answer = both({"summary": "Theirs."}, {"summary": "Mine."})
    third = edit(world, now(meeting), summary="A third.")
    assert signed_in(people.reviewer).post(path, third).status_code == 302
    again = recorder.post(path, chosen(answer, mine, **{"choose-summary": "yours"}))
    assert again.status_code == 409
    assert "A third." in again.content.decode()
    saved = recorder.post(path, chosen(again, mine, **{"choose-summary": "yours"}))
    assert saved.status_code == 302
    assert now(meeting).summary == "Mine."


def test_the_same_change_by_both_is_no_conflict(both, meeting):
    _recorder, _path, _mine, answer = both({"summary": "Alike."}, {"summary": "Alike.", "assessment": "More."})
    assert answer.status_code == 302
    assert (now(meeting).summary, now(meeting).assessment) == ("Alike.", "More.")


def people_at(meeting) -> set[tuple]:
    with acting_as(SYSTEM):
        return {(str(one), one.role) for one in Participant.objects.current().filter(meeting=meeting)}


def test_rows_added_by_the_other_stay(both, meeting):
    added = {"participants-TOTAL_FORMS": "3", "participants-2-words": "Observers", "participants-2-role": "observer"}
    _recorder, _path, _mine, answer = both(added, {"assessment": "Mine."})
    assert answer.status_code == 302
    assert {name for name, _role in people_at(meeting)} == {"Open envoy", "Interpreters", "Observers"}


def test_a_row_both_changed_needs_a_choice(both, meeting):
    recorder, path, mine, answer = both(
        {"participants-1-role": "observer", "participants-0-role": "member"},
        {"participants-1-words": "Two interpreters"},
    )
    assert answer.status_code == 409
    assert {one.name: one.kind for one in answer.context["conflict"]} == {
        "participants-0": "theirs",
        "participants-1": "both",
    }
    saved = recorder.post(path, chosen(answer, mine, **{"choose-participants-1": "yours"}))
    assert saved.status_code == 302
    assert people_at(meeting) == {("Open envoy", "member"), ("Two interpreters", "interpreter")}


@pytest.mark.parametrize(
    ("choice", "left"), [("yours", {"Open envoy", "Two interpreters"}), ("theirs", {"Open envoy"})]
)
def test_a_row_the_other_took_out_needs_a_choice(both, meeting, choice, left):
    recorder, path, mine, answer = both(
        {"participants-1-DELETE": "on"}, {"participants-1-words": "Two interpreters", "assessment": "Mine."}
    )
    assert answer.status_code == 409
    assert "Taken out" in answer.content.decode()
    saved = recorder.post(path, chosen(answer, mine, **{"choose-participants-1": choice}))
    assert saved.status_code == 302
    assert {name for name, _role in people_at(meeting)} == left


def test_a_row_taken_out_and_not_touched_here_goes(both, meeting):
    recorder, path, mine, answer = both({"participants-1-DELETE": "on"}, {"assessment": "Mine."})
    assert answer.status_code == 409
    saved = recorder.post(path, chosen(answer, mine))
    assert saved.status_code == 302
    assert {name for name, _role in people_at(meeting)} == {"Open envoy"}


def test_the_page_says_who_saved_and_when(people, both, meeting):
    _recorder, _path, _mine, answer = both({"summary": "Theirs."}, {"summary": "Mine."})
    page = answer.content.decode()
    with acting_as(SYSTEM):
        at = HistoryEntry.objects.filter(record_id=meeting.pk).order_by("-id").first().at
    assert f"reviewer saved this record at {at:%-d %b, %H:%M} UTC, after you opened it" in page
    assert "1 thing differs." in page


def test_a_row_that_only_was_taken_out_names_who_took_it_out(both):
    _recorder, _path, _mine, answer = both({"participants-1-DELETE": "on"}, {"participants-1-words": "Two of them"})
    assert answer.status_code == 409
    assert "reviewer saved this record at" in answer.content.decode()


def test_another_window_of_ones_own_is_called_so(world, meeting, people):
    path, recorder = reverse("desk:meeting-edit", args=[meeting.pk]), signed_in(people.recorder)
    mine = edit(world, meeting, summary="Second.")
    assert recorder.post(path, edit(world, meeting, summary="First.")).status_code == 302
    assert "You saved this record at" in recorder.post(path, mine).content.decode()


def test_who_saved_is_not_told_to_whom_may_not_know_of_the_change(people, world, meeting):
    """A change whose entry in the history is above the reader: who made it is not named."""
    with acting_as(SYSTEM):
        people.recorder.clearance = 2
        people.recorder.save()
    path, mine = reverse("desk:meeting-edit", args=[meeting.pk]), edit(world, meeting, summary="Mine.")
    reviewer = signed_in(people.reviewer)
    # Raised for a while, changed meanwhile, lowered again: what was said between is not the recorder's to know.
    raised = edit(world, meeting, summary="Between.", level="3")
    assert reviewer.post(path, raised).status_code == 302
    with acting_as(SYSTEM):
        Meeting.objects.filter(pk=meeting.pk).update(level=1)
    answer = signed_in(people.recorder).post(path, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "reviewer saved" not in page
