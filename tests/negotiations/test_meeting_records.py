"""Meetings as records: what their model forbids, their list, their resource."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from access.context import SYSTEM, acting_as
from negotiations.models import Meeting, Participant
from records.services import check_record
from tests.factories import make
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 6, 2)


@pytest.fixture
def world(open_world):
    return open_world


@pytest.mark.parametrize(
    "fields",
    [
        {"started_on": DAY, "ended_on": DAY - dt.timedelta(days=1)},
        {"started_on": DAY, "format": "telepathy"},
        {"started_on": DAY, "status": "dreamt"},
        {"started_on": DAY, "result": "unheard of"},
        {"started_on": DAY, "level": 7},
        {"started_on": DAY, "withdrawn_at": "2025-06-03T00:00Z"},
        {"started_on": DAY, "place_withheld": True, "place": "world"},
    ],
)
def test_the_database_itself_refuses(world, fields):
    if "place" in fields:
        fields = fields | {"place": world.place}
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        make(Meeting, channel=world.channel, **fields)


def test_a_meeting_needs_a_date_or_says_that_it_is_not_known(world):
    with acting_as(SYSTEM):
        with pytest.raises(ValidationError) as refused:
            check_record(Meeting(channel=world.channel))
        assert set(refused.value.message_dict) == {"started_on"}
        check_record(Meeting(channel=world.channel, date_precision="unknown"))


def test_somebody_took_part(world):
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        make(Participant, meeting=world.meeting)


@pytest.mark.parametrize(
    ("start", "end", "precision", "words"),
    [
        (DAY, None, "day", "2 June 2025"),
        (DAY, dt.date(2025, 6, 4), "day", "2–4 June 2025"),
        (DAY, None, "month", "June 2025"),
        (DAY, None, "quarter", "quarter 2 of 2025"),
        (DAY, None, "year", "2025"),
        (None, None, "unknown", "not known"),
    ],
)
def test_a_date_is_shown_as_precisely_as_known(start, end, precision, words):
    assert Meeting(started_on=start, ended_on=end, date_precision=precision).when == words


def test_the_list_is_filtered_by_what_people_ask_for(client, world):
    with acting_as(SYSTEM):
        later = make(
            Meeting, channel=world.channel, title="Later", started_on=dt.date(2026, 1, 5), format="video",
            status="postponed", topics=["grain"],
        )  # fmt: skip
    first, second = world.meeting.get_absolute_url(), later.get_absolute_url()
    for query, expected in {
        "": [second, first],
        "ordering=started_on": [first, second],
        "status=postponed": [second],
        "format=video": [second],
        "topic=prisoners": [first],
        "since=2026-01-01": [second],
        "until=2025-12-31": [first],
        f"channel={world.channel.pk}": [second, first],
        f"place={world.place.pk}": [first],
        "q=Later": [second],
        "status=dreamt": [],
        "since=soon": [],
    }.items():
        rows = client.get(f"{reverse('negotiations:meeting-list')}?{query}").context["rows"]
        assert [row["url"] for row in rows] == expected, query


def test_the_resource_nests_participants_follow_ups_and_sources(client, world):
    body = client.get(reverse("api:meeting-detail", args=[world.meeting.pk])).json()
    assert body["channel"]["id"] == str(world.channel.pk)
    assert body["participants"][0]["representative"]["id"] == str(world.representative.pk)
    assert body["follow_ups"][0]["task"] == "Open task"
    assert body["when"] == "23 May 2025"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"started_on": "2025-02-30"}, "started_on"),
        ({"started_on": None}, "started_on"),
        ({"ended_on": "2020-01-01"}, "record"),
        ({"topics": ["dragons"]}, "topics"),
        ({"format": "telepathy"}, "format"),
        ({"place_withheld": True, "place": "@"}, "place"),
        ({"channel": None}, "channel"),
    ],
)
def test_a_bad_meeting_is_refused_by_field(people, world, changes, field):
    given = {"channel": str(world.channel.pk), "started_on": "2025-06-02"} | changes
    if given.get("place") == "@":
        given["place"] = str(world.place.pk)
    answer = api_of(people.recorder).post(reverse("api:meeting-list"), given)
    assert answer.status_code == 400, answer.content
    assert set(answer.json()["error"]["fields"]) == {field}
