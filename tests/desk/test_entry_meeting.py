"""Entering and editing a meeting: what is kept, what is refused and how, what comes back."""

import re

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from negotiations.models import Meeting, Participant
from records.models import HistoryEntry
from sources.models import Citation, Source
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def typed(world, **changes) -> dict:
    """Return a whole form as a browser sends it."""
    data = {
        "channel": world.channel.pk,
        "started_on_day": "17",
        "started_on_month": "2",
        "started_on_year": "2026",
        "date_precision": "day",
        "place": world.place.pk,
        "format": "in_person",
        "status": "held",
        "result": "unknown",
        "topics": ["prisoners", "remains"],
        "summary": "Both delegations confirmed lists of 500 names.",
        "level": "1",
        "participants-TOTAL_FORMS": "2",
        "participants-INITIAL_FORMS": "0",
        "participants-0-representative": world.representative.pk,
        "participants-0-role": "head_of_delegation",
        "participants-1-words": "Interpreters",
        "participants-1-role": "interpreter",
        "sources-TOTAL_FORMS": "1",
        "sources-INITIAL_FORMS": "0",
        "sources-0-publisher": "Reuters",
        "sources-0-url": "https://example.org/geneva",
        "sources-0-quote": "a humanitarian group met",
        "sources-0-reliability": "B",
        "sources-0-credibility": "2",
    }
    return {name: value for name, value in (data | changes).items() if value is not None}


def test_a_meeting_is_recorded_with_participants_and_sources(people, world, recorder):
    response = recorder.post(reverse("desk:meeting-add"), typed(world))
    assert response.status_code == 302, response.context["form"].errors
    with acting_as(SYSTEM):
        meeting = Meeting.objects.exclude(pk=world.meeting.pk).get()
        assert (meeting.when, meeting.author, meeting.review_state) == (
            "17 February 2026",
            people.recorder,
            "submitted",
        )
        assert meeting.topics == ["prisoners", "remains"]
        assert meeting.label.level == Level.INTERNAL
        told = [(str(p), p.role) for p in meeting.participants.all()]
        assert told == [("Open envoy", "head_of_delegation"), ("Interpreters", "interpreter")]
        citation = meeting.citations.get()
        assert (citation.source.publisher, citation.grade, citation.quote) == (
            "Reuters",
            "B2",
            "a humanitarian group met",
        )
        assert citation.source.label.level == Level.INTERNAL
        entry = HistoryEntry.objects.get(record_id=meeting.pk)
        assert (entry.operation, entry.user, entry.door) == ("INSERT", people.recorder, "page")
    page = recorder.get(response["Location"]).content.decode()
    for words in ("17 February 2026", "Open envoy", "Interpreters", "Reuters", "a humanitarian group met", "Internal"):
        assert words in page


def test_everything_typed_comes_back_with_the_reason_beside_it(world, recorder):
    response = recorder.post(
        reverse("desk:meeting-add"),
        typed(
            world,
            channel="",
            started_on_month="17",
            **{"sources-0-publisher": "", "participants-1-words": "", "summary": "Typed <b>words</b>"},
        ),
    )
    assert response.status_code == 200
    page = response.content.decode()
    assert "Error:" in page.split("</title>")[0]
    assert "There is a problem" in page
    for message in (
        "Choose the channel in which the meeting took place",
        "Month must be a number from 1 to 12",
        "Name who published it, or choose a source already recorded",
        "Choose a person or a delegation, or describe who took part",
    ):
        assert page.count(message) >= 2, message  # in the summary and beside the field
    for kept in (
        'value="17"',
        "Typed &lt;b&gt;words&lt;/b&gt;",
        "a humanitarian group met",
        "https://example.org/geneva",
    ):
        assert kept in page, kept
    with acting_as(SYSTEM):
        assert Meeting.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"started_on_day": "31", "started_on_month": "2"}, "started_on"),
        ({"started_on_year": "26"}, "started_on"),
        ({"started_on_day": "", "started_on_month": "", "started_on_year": ""}, "started_on"),
        ({"ended_on_day": "1", "ended_on_month": "1", "ended_on_year": "2026"}, "ended_on"),
        ({"place_withheld": "on"}, "place"),
        ({"format": "pigeon"}, "format"),
        ({"topics": ["weather"]}, "topics"),
        ({"level": "9"}, "level"),
        ({"level": "drop table"}, "level"),
        ({"channel": "not-a-uuid"}, "channel"),
        ({"channel": "00000000-0000-4000-8000-000000000000"}, "channel"),
    ],
)
def test_bad_input_names_its_field(world, recorder, changes, field):
    response = recorder.post(reverse("desk:meeting-add"), typed(world, **changes))
    assert response.status_code == 200
    assert field in response.context["form"].errors


def test_a_month_is_enough(world, recorder):
    response = recorder.post(reverse("desk:meeting-add"), typed(world, started_on_day=""))
    assert response.status_code == 302
    with acting_as(SYSTEM):
        assert Meeting.objects.exclude(pk=world.meeting.pk).get().when == "February 2026"


def test_a_draft_is_seen_by_its_author_and_reviewers_only(people, world, recorder):
    response = recorder.post(reverse("desk:meeting-add"), typed(world, draft="1"))
    assert response.status_code == 302
    address = response["Location"]
    statuses = {}
    for name, user in people.all().items():
        client = signed_in(user)
        statuses[name] = client.get(address).status_code
    assert statuses == {
        "outsider": 404,
        "analyst": 404,
        "recorder": 200,
        "reviewer": 200,
        "member": 404,
        "administrator": 404,
    }
    with acting_as(SYSTEM):
        drafted = Meeting.objects.get(review_state="draft")
        assert {p.draft_of for p in drafted.participants.all()} == {people.recorder.pk}


def test_levels_above_ones_own_are_neither_offered_nor_taken(people, world):
    with acting_as(SYSTEM):
        people.recorder.clearance = Level.INTERNAL
        people.recorder.save()
    client = signed_in(people.recorder)
    page = client.get(reverse("desk:meeting-add")).content.decode()
    assert not re.search(r"\bConfidential\b", page)
    response = client.post(reverse("desk:meeting-add"), typed(world, level="3"))
    assert "level" in response.context["form"].errors


def edit(world, meeting, **changes) -> dict:
    with acting_as(SYSTEM):
        participants = list(meeting.participants.current())
        citations = list(meeting.citations.current())
    data = typed(world, version=str(meeting.version))
    data["participants-TOTAL_FORMS"] = data["participants-INITIAL_FORMS"] = str(len(participants))
    for index, participant in enumerate(participants):
        data[f"participants-{index}-id"] = participant.pk
        data[f"participants-{index}-version"] = participant.version
        data[f"participants-{index}-representative"] = participant.representative_id or ""
        data[f"participants-{index}-words"] = participant.words
        data[f"participants-{index}-role"] = participant.role
    data["sources-TOTAL_FORMS"] = data["sources-INITIAL_FORMS"] = str(len(citations))
    for index, citation in enumerate(citations):
        data[f"sources-{index}-id"] = citation.pk
        data[f"sources-{index}-version"] = citation.version
        data[f"sources-{index}-source"] = citation.source_id
        data[f"sources-{index}-publisher"] = ""
        data[f"sources-{index}-url"] = ""
        data[f"sources-{index}-quote"] = citation.quote
        data[f"sources-{index}-credibility"] = citation.credibility
    return {name: value for name, value in (data | changes).items() if value is not None}


@pytest.fixture
def meeting(world, recorder):
    recorder.post(reverse("desk:meeting-add"), typed(world))
    with acting_as(SYSTEM):
        return Meeting.objects.exclude(pk=world.meeting.pk).get()


def test_editing_changes_what_differs_and_withdraws_what_was_taken_out(world, recorder, meeting):
    data = edit(world, meeting, summary="Corrected.", **{"participants-1-DELETE": "on"})
    response = recorder.post(reverse("desk:meeting-edit", args=[meeting.pk]), data)
    assert response.status_code == 302
    with acting_as(SYSTEM):
        changed = Meeting.objects.get(pk=meeting.pk)
        assert (changed.summary, changed.version) == ("Corrected.", 2)
        assert [str(p) for p in changed.participants.current()] == ["Open envoy"]
        assert (
            Participant.objects.get(meeting=meeting, words="Interpreters").withdrawn_reason
            == "Taken out of the record."
        )
        assert Citation.objects.filter(record_id=meeting.pk).count() == 1
        assert Source.objects.filter(publisher="Reuters").count() == 1


def test_saving_without_a_change_writes_nothing(world, recorder, meeting):
    with acting_as(SYSTEM):
        before = HistoryEntry.objects.count()
    response = recorder.post(reverse("desk:meeting-edit", args=[meeting.pk]), edit(world, meeting))
    assert response.status_code == 302
    with acting_as(SYSTEM):
        assert HistoryEntry.objects.count() == before
        assert Meeting.objects.get(pk=meeting.pk).version == 1


@pytest.mark.parametrize("name", ["outsider", "analyst", "member", "administrator"])
def test_who_may_not_write_is_told_so(people, world, name):
    client = signed_in(getattr(people, name))
    assert client.get(reverse("desk:meeting-add")).status_code == 403
    assert client.post(reverse("desk:meeting-add"), typed(world)).status_code == 403
    with acting_as(SYSTEM):
        assert Meeting.objects.count() == 1


@pytest.mark.parametrize(
    "hostile", ["x" * 100_000, "\u202e\u200bабв\u0000", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "\ud800"]
)
def test_hostile_text_is_kept_as_typed_or_refused_by_field(world, recorder, hostile):
    body = typed(world, summary=hostile.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    response = recorder.post(reverse("desk:meeting-add"), body)
    assert response.status_code in {200, 302}
    if response.status_code == 200:
        assert response.context["form"].errors.keys() == {"summary"}
    else:
        assert b"<script>alert" not in recorder.get(response["Location"]).content


@pytest.mark.parametrize(("said", "is_folded"), [({}, True), ({"assessment": "They were brief."}, False)])
def test_a_section_is_folded_only_while_nothing_stands_in_it(world, recorder, said, is_folded):
    recorder.post(reverse("desk:meeting-add"), typed(world, **said))
    with acting_as(SYSTEM):
        meeting = Meeting.objects.exclude(pk=world.meeting.pk).get()
    sections = recorder.get(reverse("desk:meeting-edit", args=[meeting.pk])).context["sections"]
    assert [one["is_folded"] for one in sections if one["id"] == "result"] == [is_folded]


def test_a_form_that_comes_back_opens_only_sections_in_which_something_stands(world, recorder):
    sent = typed(world, channel="", assessment="They were brief.")
    page = recorder.post(reverse("desk:meeting-add"), sent)
    folded = {one["id"]: one["is_folded"] for one in page.context["sections"] if one["can_fold"]}
    assert folded.pop("result") is False
    assert folded
    assert page.context["form"].errors.keys() == {"channel"}
    assert all(folded.values()), folded
