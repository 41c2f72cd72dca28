"""Public summaries: what is told of a hidden record, and nothing that leads back to it."""

import re

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from access.context import ANONYMOUS, SYSTEM, acting_as, user_principal
from access.levels import Level
from records.models import HistoryEntry, PublicSummary, SummaryOf
from tests.factories import make, make_world
from tests.people import signed_in
from tests.records.kinds import api_of
from tests.sweeps.walk import addresses, without_noise

pytestmark = pytest.mark.django_db
LIST = "/api/v1/public-summaries/"
WORDS = {"title": "Talks on exchanges", "text": "The two sides talked about exchanges."}


@pytest.fixture
def secret(people):
    with acting_as(SYSTEM):
        return make_world("Zeisig", level=Level.CONFIDENTIAL)


def written(people, record, *, release: bool = True) -> dict:
    """Write a summary of a record as the recorder, with a first wording that is taken back, and release it."""
    script = api_of(people.recorder)
    made = script.post(LIST, WORDS | {"text": "Zeisig town, 777 names"}).json()
    tie = {"summary": made["id"], "record_kind": record.kind, "record_id": str(record.pk)}
    assert script.post("/api/v1/summary-links/", tie).status_code == 201
    changed = script.patch(made["url"], {"text": WORDS["text"], "version": 1})
    assert changed.status_code == 200, changed.content
    if release:
        done = api_of(people.reviewer).post(f"{made['url']}release/", {"version": 2})
        assert done.status_code == 200, done.content
    return made


def pages_of(client, pk) -> dict[str, bytes]:
    """Fetch every page and resource that shows the summary."""
    urls = [
        "/summaries/", f"/summaries/{pk}/", f"/summaries/{pk}/history/", LIST, f"{LIST}{pk}/",
        "/search/?q=exchanges", "/api/v1/summary-links/", "/",
    ]  # fmt: skip
    return {url: without_noise(client.get(url).content) for url in urls}


def test_who_may_not_see_the_record_sees_the_summary_and_nothing_that_leads_back(people, client, secret):
    summary = written(people, secret.meeting)
    with acting_as(SYSTEM):
        tie = SummaryOf.objects.get(summary=summary["id"])
        times = [
            value.isoformat()[:19]
            for record in (*vars(secret).values(), tie, PublicSummary.objects.get(pk=summary["id"]))
            for value in (record.recorded_at, record.updated_at)
        ]
        ids = [str(record.pk) for record in (*vars(secret).values(), tie)]
        references = [record.reference for record in (*vars(secret).values(), tie)]
    for reader in (client, signed_in(people.analyst), signed_in(people.administrator)):
        found = pages_of(reader, summary["id"])
        assert WORDS["text"].encode() in found[f"/summaries/{summary['id']}/"]
        for url, body in found.items():
            text = body.decode()
            for word in ("Zeisig", "777", "recorder", *ids, *references, *times):
                assert word not in text, (url, word)
        told = reader.get(f"{LIST}{summary['id']}/").json()
        assert (told["author"], told["recorded_at"], told["updated_at"]) == (None, None, None)
        assert "What it is about" not in found[f"/summaries/{summary['id']}/"].decode()


def test_two_worlds_with_and_without_a_record_behind_the_summary_are_equal(people, client, secret):
    with acting_as(SYSTEM):
        summary = make(PublicSummary, **WORDS)
    before = pages_of(client, summary.pk)
    with acting_as(SYSTEM):
        make(SummaryOf, summary=summary, record=secret.meeting)
    assert pages_of(client, summary.pk) == before


def test_who_may_see_both_is_led_from_one_to_the_other(people, secret):
    summary = written(people, secret.meeting)
    reviewer = signed_in(people.reviewer)
    text = reviewer.get(f"/summaries/{summary['id']}/").content.decode()
    assert secret.meeting.get_absolute_url() in text
    assert "recorder" in text
    text = reviewer.get(secret.meeting.get_absolute_url()).content.decode()
    assert f"/summaries/{summary['id']}/" in text


def test_a_draft_is_released_by_a_reviewer_and_by_nobody_else(people, client, secret):
    summary = written(people, secret.meeting, release=False)
    assert client.get(f"/summaries/{summary['id']}/").status_code == 404
    assert api_of(people.recorder).post(f"{summary['url']}release/", {"version": 2}).status_code == 403
    with acting_as(user_principal(people.recorder)):
        with pytest.raises(ProgrammingError, match="released by a reviewer"), transaction.atomic():
            PublicSummary.objects.filter(pk=summary["id"]).update(review_state="submitted")
        with pytest.raises(ProgrammingError, match="released by a reviewer"), transaction.atomic():
            make(PublicSummary, **WORDS, author=people.recorder)
    assert api_of(people.reviewer).post(f"{summary['url']}release/", {"version": 2}).status_code == 200
    assert client.get(f"/summaries/{summary['id']}/").status_code == 200
    with (
        acting_as(user_principal(people.recorder)),
        pytest.raises(ProgrammingError, match="released by a reviewer"),
        transaction.atomic(),
    ):
        PublicSummary.objects.filter(pk=summary["id"]).update(text="Zeisig")
    refused = api_of(people.recorder).patch(summary["url"], {"text": "Zeisig", "version": 3})
    assert refused.status_code == 403
    raised = api_of(people.recorder).post(f"{summary['url']}marking/", {"level": 1, "version": 3})
    assert raised.status_code == 200
    assert client.get(f"/summaries/{summary['id']}/").status_code == 404


def test_what_stood_in_the_draft_stays_with_author_and_reviewers(people, client, secret):
    summary = written(people, secret.meeting)
    expected = ((None, 0), (people.analyst, 0), (people.member, 0), (people.recorder, 3), (people.reviewer, 3))
    for user, number in expected:
        with acting_as(user_principal(user) if user else ANONYMOUS):
            assert HistoryEntry.objects.filter(record_id=summary["id"]).count() == number


def test_a_summary_carries_no_identifier_elsewhere(people):
    body = WORDS | {"external_id": "ex-2024-12-30"}
    assert set(api_of(people.reviewer).post(LIST, body).json()["error"]["fields"]) == {"external_id"}
    with acting_as(SYSTEM), pytest.raises(Exception, match="no_identifier_elsewhere"):
        make(PublicSummary, **body)


def test_a_tie_to_a_hidden_record_is_answered_like_one_to_a_missing_record(people, secret):
    with acting_as(SYSTEM):
        summary = make(PublicSummary, **WORDS)
        type(people.recorder).objects.filter(pk=people.recorder.pk).update(clearance=Level.INTERNAL)
    script = api_of(people.recorder)
    answers = [
        script.post("/api/v1/summary-links/", {"summary": str(summary.pk), "record_kind": "meeting", "record_id": pk})
        for pk in (str(secret.meeting.pk), "00000000-0000-4000-8000-000000000000")
    ]
    assert answers[0].status_code == 400
    assert answers[0].content == answers[1].content
    client = signed_in(people.recorder)
    for pk in (secret.meeting.pk, "00000000-0000-4000-8000-000000000000", "x"):
        url = f"{reverse('records:public-summary-add')}?record_kind=meeting&record_id={pk}"
        assert client.get(url).status_code == 404


def test_it_is_written_from_the_page_of_its_record(people, client, secret):
    recorder = signed_in(people.recorder)
    page = recorder.get(secret.meeting.get_absolute_url()).content.decode()
    url = re.search(r'href="(/summaries/add/[^"]*)"', page)[1].replace("&amp;", "&")
    form = recorder.get(url)
    assert "Readers of the summary do not see the record" in form.content.decode()
    data = WORDS | {"level": "0", "dated_on": ""}
    empty = recorder.post(url, data | {"title": ""})
    assert WORDS["text"] in empty.content.decode()
    assert empty.context["form"].errors["title"]
    refused = recorder.post(url, data | {"release": "1"})
    assert "released by a reviewer" in refused.content.decode()
    done = recorder.post(url, data, follow=True)
    assert "The draft is kept." in done.content.decode()
    with acting_as(SYSTEM):
        summary = SummaryOf.objects.of(secret.meeting).exclude(summary=secret.summary).get().summary
    edit = reverse("records:public-summary-edit", args=[summary.pk])
    reviewer = signed_in(people.reviewer)
    assert "Release" in reviewer.get(edit).content.decode()
    done = reviewer.post(edit, data | {"version": "1", "title": "Talks", "release": "1"}, follow=True)
    assert "The summary is released." in done.content.decode()
    assert "Talks" in client.get(summary.get_absolute_url()).content.decode()
    assert recorder.get(edit).status_code == 403
    stale = reviewer.post(edit, data | {"version": "1"})
    assert "Look at it again" in stale.content.decode()


def test_the_pages_are_known_to_the_sweeps():
    names = {address.name for address in addresses()}
    assert {"records:public-summary-detail", "records:public-summary-edit", "records:embargo-agree"} <= names
