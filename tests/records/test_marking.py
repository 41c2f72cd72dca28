"""Changing who can see a record: by page and by API, with what follows, and refused in words by field."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import ANONYMOUS, SYSTEM, acting_as, user_principal
from access.levels import Level
from access.models import Membership
from exchanges.models import Outcome
from negotiations.models import Channel, Meeting
from records.models import HistoryEntry
from records.services import preview_marking
from tests.desk.test_entry_meeting import typed
from tests.factories import make, make_world
from tests.people import signed_in
from tests.records.kinds import KINDS, api_of

pytestmark = pytest.mark.django_db
# Kinds that only a reviewer writes.
OF_REVIEWERS = {"estimate", "estimate-claim", "field-check", "assignment"}
MARKABLE = [kind for kind in KINDS if kind.model.is_marked]


def of_kind(world, model):
    return next(value for value in vars(world).values() if type(value) is model)


def api_url(record, act: str = "") -> str:
    return reverse(f"api:{record.kind}-{act or 'detail'}", args=[record.pk])


def page_url(record, page: str) -> str:
    return reverse(f"{record._meta.app_label}:{record.kind}-{page}", args=[record.pk])


def fields_of(answer, status: int = 400) -> dict:
    assert answer.status_code == status, answer.content
    return answer.json()["error"]["fields"]


def stored(record):
    with acting_as(SYSTEM):
        return type(record).objects.select_related("label").get(pk=record.pk)


# Every kind, through the API ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MARKABLE, ids=lambda kind: kind.model.kind_of())
def test_every_kind_is_raised_by_who_writes_it_and_lowered_by_a_reviewer_with_a_reason(kind, people, world):
    record = of_kind(world, kind.model)
    reviewer, recorder = api_of(people.reviewer), api_of(people.recorder)
    raiser = reviewer if kind.model.kind_of() in OF_REVIEWERS else recorder
    raised = raiser.post(api_url(record, "marking"), {"level": 2, "version": 1})
    assert raised.status_code == 200, raised.content
    told = raised.json()["confidentiality"]
    assert (raised.json()["level"], told["level"], told["tlp"]) == (2, 2, "TLP:AMBER")
    assert (told["people"], told["inherited_from"]) == (3, [])
    lower = {"level": 0, "version": 2}
    if raiser is recorder:
        assert set(fields_of(recorder.post(api_url(record, "marking"), lower | {"reason": "over"}))) == {"level"}
    assert set(fields_of(reviewer.post(api_url(record, "marking"), lower))) == {"reason"}
    lowered = reviewer.post(api_url(record, "marking"), lower | {"reason": "The talks are over"})
    assert lowered.status_code == 200, lowered.content
    assert lowered.json()["confidentiality"]["people"] is None
    with acting_as(SYSTEM):
        newest = HistoryEntry.objects.filter(record_id=record.pk).first()
        assert (newest.reason, newest.door) == ("The talks are over", "api")


@pytest.mark.parametrize("kind", MARKABLE, ids=lambda kind: kind.model.kind_of())
def test_a_change_that_lowers_is_refused_by_field_and_never_an_error_of_the_server(kind, people):
    with acting_as(SYSTEM):
        record = of_kind(make_world("Raised", level=Level.RESTRICTED), kind.model)
    url = api_url(record)
    for user in (people.recorder, people.reviewer):
        if user is people.recorder and kind.model.kind_of() in OF_REVIEWERS:
            continue
        told = fields_of(api_of(user).patch(url, {"level": 0, "version": 1}))
        assert set(told) == {"level"}
        assert "use “Change who can see it”" in told["level"][0]
    has_reason_of_its_own = "reason" in {field.name for field in kind.model._meta.fields}
    body = {"level": 0, "version": 1, "reason": "The talks are over"}
    answer = api_of(people.reviewer).patch(url, body)
    assert answer.status_code == (400 if has_reason_of_its_own else 200), answer.content


# What it refuses ----------------------------------------------------------------------------------------------------


def test_nobody_marks_a_record_above_their_clearance_or_out_of_their_sight(people, world):
    with acting_as(SYSTEM):
        type(people.recorder).objects.filter(pk=people.recorder.pk).update(clearance=Level.INTERNAL)
    api = api_of(people.recorder)
    url = api_url(world.channel, "marking")
    room = [people.room.pk]
    assert set(fields_of(api.post(url, {"level": 2, "version": 1}))) == {"level"}
    assert set(fields_of(api.post(url, {"level": 1, "compartments": room, "version": 1}))) == {"compartments"}
    assert set(fields_of(api.post(url, {"level": 1, "compartments": [999_999], "version": 1}))) == {"compartments"}
    body = {"name": "A body", "kind_of_actor": "ngo"}
    assert set(fields_of(api.post(reverse("api:actor-list"), body | {"level": 3}))) == {"level"}
    assert set(fields_of(api.post(reverse("api:actor-list"), body | {"compartments": room}))) == {"compartments"}
    assert set(fields_of(api.patch(api_url(world.channel), {"level": 3, "version": 1}))) == {"level"}
    assert stored(world.channel).version == 1


def test_a_compartment_that_one_does_not_belong_to_is_answered_like_one_that_does_not_exist(people, world):
    api, url = api_of(people.recorder), api_url(world.channel, "marking")
    answers = [
        api.post(url, {"level": 0, "compartments": [pk], "version": 1}).content for pk in (people.room.pk, 999_999)
    ]
    assert answers[0] == answers[1]


def test_moving_a_record_to_a_less_secret_parent_lowers_it(people, world):
    with acting_as(SYSTEM):
        secret = make_world("Secret", level=Level.RESTRICTED)
        meeting = make(Meeting, channel=secret.channel, started_on="2025-05-01")
    told = fields_of(api_of(people.recorder).patch(api_url(meeting), {"channel": str(world.channel.pk), "version": 1}))
    assert set(told) == {"channel"}
    moved = api_of(people.reviewer).patch(
        api_url(meeting), {"channel": str(world.channel.pk), "version": 1, "reason": "Entered in the wrong channel"}
    )
    assert moved.status_code == 200, moved.content
    assert moved.json()["confidentiality"]["level"] == 0


def test_a_marking_that_a_parent_hides_is_not_lowered_in_the_dark(people):
    """Under a restricted channel the meeting's own marking decides nothing now, and all once it opens."""
    with acting_as(SYSTEM):
        secret = make_world("Secret", level=Level.RESTRICTED)
    recorder = api_of(people.recorder)
    assert set(fields_of(recorder.patch(api_url(secret.meeting), {"level": 0, "version": 1}))) == {"level"}
    with acting_as(user_principal(people.recorder)), pytest.raises(Exception, match="lowering"):
        Meeting.objects.filter(pk=secret.meeting.pk).update(level=0)


def test_an_author_lowers_a_draft_of_their_own(people, world):
    with acting_as(user_principal(people.recorder)):
        draft = make(
            Meeting,
            channel=world.channel,
            started_on="2025-05-01",
            level=2,
            review_state="draft",
            author=people.recorder,
        )
    lowered = api_of(people.recorder).post(api_url(draft, "marking"), {"level": 0, "version": 1})
    assert lowered.status_code == 200, lowered.content


def test_the_meeting_form_refuses_to_lower_and_keeps_what_was_typed(people):
    with acting_as(SYSTEM):
        secret = make_world("Secret", level=Level.RESTRICTED)
    data = typed(secret, level="0", version="1", summary="What I typed")
    for user in (people.recorder, people.reviewer):
        answer = signed_in(user).post(reverse("desk:meeting-edit", args=[secret.meeting.pk]), data)
        assert answer.status_code == 200
        assert "use “Change who can see it”" in answer.context["form"].errors["level"][0]
        assert "What I typed" in answer.content.decode()
    assert stored(secret.meeting).version == 1


# What follows -------------------------------------------------------------------------------------------------------


def test_what_hangs_on_a_record_follows_it_and_the_preview_counts_what_the_reader_sees(people, world):
    with acting_as(SYSTEM):
        Membership.objects.create(user=people.recorder, compartment=people.room)
        hidden = make(Meeting, channel=world.channel, started_on="2025-05-02", level=3, compartments=[people.room.pk])
    with acting_as(user_principal(people.reviewer)) as reader:
        found = preview_marking(reader, stored_as(world.channel), level=2, compartments=[])
        kinds = {kind.kind_of(): number for kind, number in found.following}
        # The outcome hangs on the conflict, not on the channel; of the two meetings one is out of the reviewer's sight.
        assert kinds == {
            "channel-party": 1, "channel-intermediary": 1, "meeting": 1, "participant": 1, "follow-up": 1,
            "agreement": 1, "agreement-party": 1, "commitment": 1, "outcome-channel": 1, "outcome-meeting": 1,
            "outcome-agreement": 1, "delivery": 1, "mute": 1, "query": 1, "assignment": 1, "field-check": 1,
        }  # fmt: skip
        assert found.people == 3
        assert (stored_as(world.channel).label.level, stored_as(world.meeting).label.level) == (0, 0)
    raised = api_of(people.reviewer).post(api_url(world.channel, "marking"), {"level": 2, "version": 1})
    assert raised.status_code == 200
    for record, level in ((world.meeting, 2), (world.commitment, 2), (world.outcome, 0), (hidden, 3)):
        assert stored(record).label.level == level
    with acting_as(ANONYMOUS):
        assert not Meeting.objects.exists()
        assert Outcome.objects.filter(pk=world.outcome.pk).exists()


def stored_as(record):
    """Read the record as the reader of this context."""
    return type(record).objects.select_related("label").get(pk=record.pk)


def test_a_preview_into_a_new_combination_leaves_nothing_behind(people, world):
    """Its label, made for the trial, is gone again: nothing may be written down under it."""
    with acting_as(SYSTEM):
        Membership.objects.create(user=people.recorder, compartment=people.room)
    client = signed_in(people.recorder)
    url = page_url(world.channel, "marking")
    page = client.post(url, {"level": "3", "compartments": [people.room.pk], "version": "1"})
    assert page.status_code == 200
    text = page.content.decode()
    assert "2 people with an account" in text
    assert stored(world.channel).version == 1
    with acting_as(SYSTEM):
        assert not HistoryEntry.objects.filter(reason__startswith="trial").exists()


# The page -----------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_follows_before_it_saves_and_saves_only_what_it_showed(people, world):
    client = signed_in(people.recorder)
    url = page_url(world.channel, "marking")
    assert client.get(url).status_code == 200
    data = {"level": "2", "version": "1", "reason": "", "at": "", "previewed": ""}
    shown = client.post(url, data | {"save": "1"})
    assert shown.status_code == 200
    assert "1 meeting" in shown.content.decode()
    assert stored(world.channel).level == 0
    data["previewed"] = shown.context["form"]["previewed"].value()
    other = client.post(url, data | {"level": "3", "save": "1"})
    assert other.status_code == 200
    assert stored(world.channel).level == 0
    done = client.post(url, data | {"save": "1"}, follow=True)
    assert done.redirect_chain == [(world.channel.get_absolute_url(), 302)]
    assert "was changed" in done.content.decode()
    assert stored(world.channel).level == 2
    stale = client.post(url, data | {"save": "1"})
    assert "Look at it again" in stale.content.decode()
    lower = client.post(url, data | {"version": "2", "level": "0", "reason": "Kept words"})
    assert "only a reviewer may do that" in lower.content.decode()
    assert "Kept words" in lower.content.decode()


def test_who_may_not_write_gets_no_page_and_who_may_not_see_gets_none_either(people, world):
    url = page_url(world.channel, "marking")
    for user in (people.outsider, people.analyst, people.administrator):
        assert signed_in(user).get(url).status_code == 403
    assert api_of(people.analyst).post(api_url(world.channel, "marking"), {"level": 1, "version": 1}).status_code == 403
    assert signed_in(people.recorder).get(page_url(world.estimate, "marking")).status_code == 403
    assert signed_in(people.reviewer).get(page_url(world.estimate, "marking")).status_code == 200


def test_a_record_says_who_can_see_it(people, world, client):
    assert "Everyone who reaches this address." in client.get(world.channel.get_absolute_url()).content.decode()
    with acting_as(user_principal(people.recorder)):
        draft = make(
            Meeting, channel=world.channel, started_on="2025-05-01", review_state="draft", author=people.recorder
        )
    assert "Only its author and reviewers" in signed_in(people.recorder).get(draft.get_absolute_url()).content.decode()
    with acting_as(SYSTEM):
        Channel.objects.filter(pk=world.channel.pk).update(level=2, compartments=[people.room.pk])
    member = signed_in(people.member)
    text = member.get(world.meeting.get_absolute_url()).content.decode()
    for words in ("Who can see this?", "The room", "1 person with an account.", "Raised by", "TLP:AMBER"):
        assert words in text
    assert f'href="{world.channel.get_absolute_url()}">Open channel</a> <span class="sub2">Restricted' in text
    told = api_of(people.member).get(api_url(world.meeting)).json()["confidentiality"]
    assert told == {
        "level": 2,
        "name": "Restricted",
        "tlp": "TLP:AMBER",
        "compartments": [{"id": people.room.pk, "code": "ROOM", "name": "The room"}],
        "people": 1,
        "inherited_from": [
            {
                "kind": "channel",
                "id": str(world.channel.pk),
                "name": "Open channel",
                "url": f"http://testserver{api_url(world.channel)}",
            }
        ],
    }


def test_a_closed_house_says_everyone_who_signs_in(people, world, settings):
    settings.SIGN_IN_REQUIRED = True
    page = signed_in(people.outsider).get(world.channel.get_absolute_url())
    assert "Everyone who signs in." in page.content.decode()


# Tags ----------------------------------------------------------------------------------------------------------------


def test_a_page_is_marked_with_the_most_secret_of_what_it_shows(people, world):
    with acting_as(SYSTEM):
        Membership.objects.create(user=people.reviewer, compartment=people.room)
    for url in (world.channel.get_absolute_url(), Meeting.list_url(), "/search/?q=meeting"):
        text = signed_in(people.reviewer).get(url).content.decode()
        assert marks(text) == ["TLP:CLEAR", "TLP:CLEAR"], url
    with acting_as(SYSTEM):
        make(Meeting, channel=world.channel, title="Secret meeting", started_on="2025-05-02", level=2)
        make(Meeting, channel=world.channel, started_on="2025-05-02", compartments=[people.room.pk], title="x meeting")
    for url in (world.channel.get_absolute_url(), Meeting.list_url(), "/search/?q=meeting"):
        text = signed_in(people.reviewer).get(url).content.decode()
        assert marks(text) == ["TLP:AMBER · the most secret record on this page"] * 2, url
        assert "Restricted: The room" in text
        assert marks(signed_in(people.analyst).get(url).content.decode()) == ["TLP:CLEAR", "TLP:CLEAR"], url


def marks(text: str) -> list[str]:
    """Return the words of the page's marking at its head and its foot."""
    parts = text.split('<p class="mark')[1:]
    return [part.split("<span>")[1].split("</span>")[0].strip() for part in parts]


def test_markings_cost_the_same_for_two_raised_rows_and_for_twenty(people):
    client = api_of(people.reviewer)
    urls = [reverse(f"api:{kind.model.kind_of()}-list") for kind in KINDS]
    with acting_as(SYSTEM):
        for number in range(2):
            raised_world(number)
    queries_of(client, urls)
    two = queries_of(client, urls)
    with acting_as(SYSTEM):
        for number in range(2, 20):
            raised_world(number)
    twenty = queries_of(client, urls)
    assert {url: (two[url], n) for url, n in twenty.items() if n > two[url]} == {}


def raised_world(number: int) -> None:
    """Make a world of public records that a restricted actor, conflict and source raise."""
    world = make_world(f"Word{number}")
    for record in (world.actor, world.conflict, world.source, world.place):
        type(record).objects.filter(pk=record.pk).update(level=2)


def queries_of(client, urls) -> dict[str, int]:
    found = {}
    for url in urls:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        assert answer.status_code == 200, json.dumps(answer.json())
        found[url] = len(queries)
    return found
