"""Topics: those of the list, and what it lacks in somebody's own words."""

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from negotiations.models import Channel, Meeting
from records.models import HistoryEntry
from records.search import found_ids
from tests.desk.sending import errors_of, sent
from tests.factories import make
from tests.people import signed_in
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(open_world):
    return open_world


def own(record) -> list[str]:
    with acting_as(SYSTEM):
        return type(record).objects.get(pk=record.pk).own_topics


@pytest.mark.parametrize("kind", ["channel", "meeting"])
def test_a_topic_of_one_s_own_is_added_without_leaving_the_form(kind, people, world):
    recorder, record = signed_in(people.recorder), getattr(world, kind)
    edit = reverse(f"desk:{kind}-edit", args=[record.pk])
    response = sent(recorder, edit, own_topics=" Grain  exports; ;енергетика;")
    assert response.status_code == 302, errors_of(response)
    assert own(record) == ["Grain exports", "енергетика"]
    page = recorder.get(record.get_absolute_url()).content.decode()
    assert "Prisoners, Grain exports, енергетика" in page
    assert 'value="Grain exports;енергетика"' in recorder.get(edit).content.decode()
    with acting_as(SYSTEM):
        before = HistoryEntry.objects.filter(record_id=record.pk).count()
    assert sent(recorder, edit).status_code == 302
    with acting_as(SYSTEM):
        assert HistoryEntry.objects.filter(record_id=record.pk).count() == before
        table = type(record)._meta.db_table
        assert (table, record.pk) in found_ids("grain", table)
    listed = reverse(f"negotiations:{kind}-list")
    for words, found in (("grain exports", 1), ("GRAIN  EXPORTS", 1), ("ЕНЕРГЕТИКА", 1), ("grain", 0), ("{", 0)):
        assert len(recorder.get(listed, {"own_topic": words}).context["rows"]) == found, words
        told = recorder.get(reverse(f"api:{kind}-list"), {"own_topic": words}).json()["results"]
        assert len(told) == found, words


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Prisoners", "“Prisoners” is in the list of topics"),
        ("safe_passage", "“Safe passage” is in the list of topics"),
        ("grain; Grain", "“Grain” stands here twice"),
        ("x" * 61, "Topic 1 cannot be kept"),
        (";".join(f"topic {n}" for n in range(13)), "more than 12"),
    ],
)
def test_what_is_no_topic_of_one_s_own_is_refused_by_page_and_api(people, world, given, told):
    edit = reverse("desk:meeting-edit", args=[world.meeting.pk])
    response = sent(signed_in(people.recorder), edit, own_topics=given, summary="Kept")
    assert list(errors_of(response)) == ["own_topics"]
    assert told in str(errors_of(response)["own_topics"])
    assert "Kept" in response.content.decode()
    url, body = reverse("api:meeting-detail", args=[world.meeting.pk]), {"own_topics": given.split(";"), "version": 1}
    answer = api_of(people.recorder).patch(url, body, format="json")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["own_topics"])
    assert own(world.meeting) == ["Open matter"]


def test_the_api_reads_and_writes_them(people, world):
    api = api_of(people.recorder)
    body = {"channel": str(world.channel.pk), "started_on": "2025-06-02", "own_topics": ["Grain"]}
    made = api.post(reverse("api:meeting-list"), body, format="json").json()
    assert (made["topics"], made["own_topics"]) == ([], ["Grain"])
    assert api.get(reverse("api:channel-detail", args=[world.channel.pk])).json()["own_topics"] == ["Open matter"]


def test_a_topic_betrays_no_record_that_is_hidden(people, world):
    with acting_as(SYSTEM):
        hidden = {"level": Level.CONFIDENTIAL, "own_topics": ["Zeisig"]}
        make(Meeting, channel=world.channel, started_on="2025-06-02", **hidden)
        make(Channel, conflict=world.conflict, name="Quiet", mode="direct", **hidden)
    analyst = signed_in(people.analyst)
    for kind in ("channel", "meeting"):
        for address in (reverse(f"negotiations:{kind}-list"), reverse(f"api:{kind}-list")):
            told = analyst.get(address, {"own_topic": "Zeisig"})
            assert told.status_code == 200
            assert b"Quiet" not in told.content
            assert b"2 June 2025" not in told.content
    assert b"Quiet" not in analyst.get("/search/?q=zeisig").content
