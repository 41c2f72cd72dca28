"""Who else has a record open: told to those who may see the record, of those who may see it, for less than a minute."""

import time

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test.utils import override_settings
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level, Role
from access.models import Event, Membership, User
from access.sessions import LAST_SEEN_AT
from desk import presence
from negotiations.models import Meeting
from tests.factories import DAY, make, make_world
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PRESENT = "/desk/present/"


@pytest.fixture(autouse=True)
def nobody_yet(db):
    """Who is present stands in Redis, which no transaction of a test rolls back."""
    cache.clear()


def edit(record) -> str:
    return reverse(f"desk:{record.kind}-edit", args=[record.pk])


def asked(client, record):
    return client.post(PRESENT, {"form": record.kind, "record": str(record.pk)})


@pytest.mark.parametrize("kind", ["meeting", "outcome", "agreement", "channel", "actor", "place", "source"])
def test_who_opens_a_form_learns_who_else_has_it_open(kind, people, world):
    record = getattr(world, kind)
    recorder, reviewer = signed_in(people.recorder), signed_in(people.reviewer)
    assert "open, too" not in recorder.get(edit(record)).content.decode()
    opened = reviewer.get(edit(record)).content.decode()
    assert "<b>recorder</b> has this record open, too." in opened
    told = asked(recorder, record).content.decode()
    assert "<b>reviewer</b> has this record open, too." in told
    assert "recorder" not in told  # nobody is told of themselves
    assert "<html" not in told
    other = getattr(world, "meeting" if kind != "meeting" else "channel")
    assert "open, too" not in asked(recorder, other).content.decode()
    assert "open, too" not in recorder.get(reverse(f"desk:{kind}-add")).content.decode()


def test_who_closed_the_window_is_gone_within_a_minute(people, world, monkeypatch):
    assert presence.HEARD_EVERY * 2 < presence.GONE_AFTER < 60
    monkeypatch.setattr(presence, "GONE_AFTER", 1)
    recorder, reviewer = signed_in(people.recorder), signed_in(people.reviewer)
    recorder.get(edit(world.meeting))
    limit = time.monotonic() + 20
    while "recorder" in asked(reviewer, world.meeting).content.decode():
        assert time.monotonic() < limit
        time.sleep(0.1)


def test_only_who_may_see_the_record_is_told_and_only_of_those_who_still_may(people, world):
    with acting_as(SYSTEM):
        for user in (people.recorder, people.reviewer):
            Membership.objects.create(user=user, compartment=people.room)
        third = User.objects.create(username="third", role=Role.RECORDER, clearance=Level.CONFIDENTIAL)
        hidden = make_world("Hidden", level=Level.RESTRICTED, compartments=[people.room.pk]).meeting
    recorder, reviewer = signed_in(people.recorder), signed_in(people.reviewer)
    recorder.get(edit(hidden))
    assert "recorder" in asked(reviewer, hidden).content.decode()
    missing = asked(signed_in(third), hidden)
    assert missing.status_code == 404
    unknown = signed_in(third).post(PRESENT, {"form": "meeting", "record": "00000000-0000-4000-8000-000000000000"})
    assert (unknown.status_code, len(unknown.content)) == (404, len(missing.content))
    with acting_as(SYSTEM):
        Membership.objects.filter(user=people.recorder).delete()
    assert "recorder" not in asked(reviewer, hidden).content.decode()
    assert asked(recorder, hidden).status_code == 404


def test_a_draft_is_its_authors_and_the_reviewers(people, world):
    with acting_as(SYSTEM):
        other = User.objects.create(username="other", role=Role.RECORDER, clearance=Level.CONFIDENTIAL)
    with acting_as(user_principal(people.recorder)):
        draft = make(Meeting, channel=world.channel, started_on=DAY, author=people.recorder, review_state="draft")
    reviewer = signed_in(people.reviewer)
    signed_in(people.recorder).get(edit(draft))
    assert "recorder" in reviewer.get(edit(draft)).content.decode()
    assert asked(signed_in(other), draft).status_code == 404


@pytest.mark.parametrize("name", ["outsider", "analyst", "member", "administrator", None])
def test_who_may_not_write_neither_asks_nor_is_there(people, world, name):
    client = signed_in(getattr(people, name) if name else None)
    assert asked(client, world.meeting).status_code == 403
    assert "open, too" not in asked(signed_in(people.recorder), world.meeting).content.decode()


@pytest.mark.parametrize(
    ("form", "record"),
    [("meeting", ""), ("meeting", "x"), ("", ""), ("nonsense", ""), ("drafts", ""), ("meeting", "\x00")],
)
def test_forms_and_records_that_do_not_exist_are_missing(people, world, form, record):
    assert signed_in(people.recorder).post(PRESENT, {"form": form, "record": record}).status_code == 404


def test_redis_holds_neither_names_nor_identifiers(people, world):
    cache.clear()  # of what other tests left, which may expire at this moment
    signed_in(people.recorder).get(edit(world.meeting))
    redis = cache._cache.get_client()
    keys = [key.decode() for key in redis.keys("*present*")]
    assert keys
    for word in (str(world.meeting.pk), str(people.recorder.pk), "recorder", world.meeting.pk.hex):
        assert not any(word in key for key in keys)
    assert all(0 < redis.ttl(key) <= presence.GONE_AFTER for key in keys)


def test_asking_again_and_again_is_no_reading_and_keeps_no_session_open(people, world):
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", level=Level.RESTRICTED).meeting
    client = signed_in(people.recorder)
    client.get(edit(hidden))

    def reads() -> int:
        with acting_as(SYSTEM):
            return Event.objects.filter(kind="read", user=people.recorder).count()

    before = reads()
    assert before > 0
    session = client.session
    session[LAST_SEEN_AT] = time.time() - 600
    session.save()
    data = {"form": "meeting", "record": str(hidden.pk)}
    assert client.post(PRESENT, data, headers={"Parley-Unattended": "yes"}).status_code == 200
    assert reads() == before
    assert time.time() - client.session[LAST_SEEN_AT] > 500
    assert client.post(PRESENT, data).status_code == 200
    assert time.time() - client.session[LAST_SEEN_AT] < 60


def test_without_redis_forms_open_and_nobody_is_told(people, world):
    recorder, reviewer = signed_in(people.recorder), signed_in(people.reviewer)
    recorder.get(edit(world.meeting))
    away = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=away):
        page = reviewer.get(edit(world.meeting))
        assert page.status_code == 200
        assert "open, too" not in page.content.decode()
        assert asked(reviewer, world.meeting).status_code == 200
