"""Sources and what rests on them."""

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from sources.models import Citation, Source
from tests.factories import content_type, make, make_world
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db


def cite(world, record, **fields):
    with acting_as(SYSTEM):
        return make(
            Citation, source=world.source, record_type=content_type(record, "default"), record_id=record.pk, **fields
        )


def test_a_source_shows_what_it_supports_by_kind(client, world):
    cite(world, world.claim)
    cite(world, world.meeting)
    answer = client.get(world.source.get_absolute_url())
    titles = [section["title"] for section in answer.context_data["sections"]]
    assert titles[:3] == ["Supports: claims", "Supports: meetings", "Supports: outcomes"]
    text = answer.content.decode()
    for record in (world.claim, world.meeting, world.outcome):
        assert record.get_absolute_url() in text
    assert "Open quoted" in text


def test_only_what_the_reader_may_see_is_shown_as_supported(client, world):
    before = client.get(world.source.get_absolute_url()).context_data["sections"]
    cite(world, world.claim, level=Level.INTERNAL)
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", level=Level.CONFIDENTIAL)
    cite(world, hidden.meeting)
    after = client.get(world.source.get_absolute_url()).context_data["sections"]
    assert [(section["title"], len(section["rows"])) for section in after] == [
        (section["title"], len(section["rows"])) for section in before
    ]
    assert client.get(reverse("api:citation-list")).json()["count"] == 1


def test_a_derived_source_is_shown_as_an_echo(client, world):
    with acting_as(SYSTEM):
        echo = make(Source, publisher="An echo", derived_from=world.source)
    assert "An echo" in client.get(world.source.get_absolute_url()).content.decode()
    assert world.source.get_absolute_url() in client.get(echo.get_absolute_url()).content.decode()


def test_sources_are_filtered_by_publisher_date_and_grade(client, world):
    with acting_as(SYSTEM):
        make(Source, publisher="Reuters", published_on="2022-03-01", reliability="B", language="en")
    url = reverse("api:source-list")
    for query, count in (
        ({"publisher": "reut"}, 1), ({"reliability": "B"}, 1), ({"until": "2022-12-31"}, 1), ({"language": "EN"}, 1),
        ({"source_kind": "news"}, 2), ({"url": "https://example.org/Open"}, 1), ({}, 2),
    ):  # fmt: skip
        assert client.get(url, query).json()["count"] == count, query
        assert len(client.get(reverse("sources:source-list"), query).context["rows"]) == count, query


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "javascript:alert(1)"}, "address"),
        ({"address": "not an address"}, "address"),
        ({"reliability": "G"}, "reliability"),
        ({"published_on": "2022-13-01"}, "published_on"),
        ({"publisher": ""}, "publisher"),
        ({"archived_sha256": "0" * 64}, "archived_sha256"),
    ],
)
def test_a_bad_source_is_refused_by_field(people, changes, field):
    answer = api_of(people.recorder).post(reverse("api:source-list"), {"publisher": "Reuters"} | changes)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == {field}


def test_a_citation_supports_a_record_that_exists_and_may_be_seen(people, world):
    api = api_of(people.recorder, level=Level.INTERNAL)
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", level=Level.CONFIDENTIAL)
    given = {"source": str(world.source.pk), "record_kind": "meeting"}
    answers = [
        api.post(reverse("api:citation-list"), given | {"record_id": str(pk)})
        for pk in (hidden.meeting.pk, world.outcome.pk, "0b0a6f2e-6a56-4f3b-9d39-c7a7b2a1d9a1")
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert answers[0].content == answers[1].content == answers[2].content
    assert set(answers[0].json()["error"]["fields"]) == {"record_id"}
    kind = api.post(reverse("api:citation-list"), given | {"record_kind": "dragon", "record_id": str(world.meeting.pk)})
    assert set(kind.json()["error"]["fields"]) == {"record_kind"}
    made = api.post(reverse("api:citation-list"), given | {"record_id": str(world.meeting.pk), "quote": "so"})
    assert made.status_code == 201
    assert "“so”" in api.get(made.json()["page"]).content.decode()
