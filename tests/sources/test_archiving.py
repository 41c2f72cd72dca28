"""Archived copies: asked for, fetched from a real server and kept as they came, or failed in words."""

import hashlib
import json

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, refresh_labels, user_principal
from access.levels import Level
from access.models import Membership
from access.tasks import Asker
from records.files import HTML, PDF, TEXT
from records.models import HistoryEntry
from records.queued import MOST_ATTEMPTS, PATIENCE, LostLease, RunState, claim_run, fail_run, sweep
from records.services import withdraw_record
from sources import archiving
from sources.models import ArchivedCopy, ArchiveRun, CopyState, Source
from tests import papers
from tests.attacks.answers import comparable, missing
from tests.factories import make
from tests.people import signed_in
from tests.records.kinds import api_of
from tests.sources.archivist import archive_url, asked, refused, run_of, stored, worked
from tests.sources.publisher import answer, redirect

pytestmark = pytest.mark.django_db


# Fetched --------------------------------------------------------------------------------------------------------------


def test_a_page_is_asked_for_fetched_and_kept_as_it_came(people, source, server):
    waiting = asked(people.recorder, source)
    assert (waiting.state, waiting.author, waiting.asked_address) == (CopyState.WAITING, people.recorder, source.url)
    copy = worked(waiting)
    page = papers.html("He said: «Each side  freed <b>150</b>».", title="Talks")
    assert (copy.state, copy.told, copy.media_type, copy.http_status) == (CopyState.KEPT, "", HTML, 200)
    assert (copy.content(), copy.sha256) == (page, hashlib.sha256(page).hexdigest())
    assert copy.final_address == source.url
    assert ["Content-Type", "text/html; charset=utf-8"] in copy.headers
    assert copy.text() == "Talks\n\nHe said: «Each side freed 150»."
    assert run_of(copy).state == RunState.DONE
    with acting_as(SYSTEM):
        entries = HistoryEntry.objects.filter(record_id=copy.pk).order_by("id").values_list("operation", "user", "door")
        assert list(entries) == [("INSERT", people.recorder.pk, "command"), ("UPDATE", people.recorder.pk, "task")]


@pytest.mark.parametrize(
    ("page", "media_type", "text"),
    [
        (answer(body=papers.pdf("Each side freed 150."), Content_Type="application/pdf"), PDF, "Each side freed 150."),
        (answer(body="Звільнено 150.".encode("cp1251"), Content_Type="text/plain; charset=windows-1251"), TEXT,
         "Звільнено 150."),
        (answer(body="<p>Звільнено 150.".encode("koi8-u"), Content_Type="text/html; charset=koi8-u"), HTML,
         "Звільнено 150."),
        (redirect("/there"), HTML, "Moved here."),
    ],
)  # fmt: skip
def test_pdf_text_and_pages_in_other_encodings_are_read(people, source, server, page, media_type, text):
    server.pages |= {"/a": page, "/there": answer(body=papers.html("Moved here.", title=""))}
    copy = worked(asked(people.recorder, source))
    assert (copy.state, copy.media_type, copy.text()) == (CopyState.KEPT, media_type, text)
    assert copy.final_address in (source.url, server.url("/there"))


@pytest.mark.parametrize(
    ("page", "words", "status"),
    [
        (answer("404 Not Found", b"<html>gone"), "404 Not Found", 404),
        (answer(body=b"GIF89a" + bytes(50), Content_Type="text/html"), "neither a web page nor a PDF", 200),
        (answer(body=papers.docx(), Content_Type="application/pdf"), "neither a web page nor a PDF", 200),
        (answer(body=papers.png(), Content_Type="image/png"), "neither a web page nor a PDF", 200),
        (answer(body=b""), "empty", 200),
        (redirect("http://127.0.0.1:6379/"), "usual ports", None),
        (redirect("http://localhost/"), "not on the public network", None),
    ],
)
def test_what_is_not_kept_is_told_in_words_to_everybody_who_sees_the_source(
    client, people, source, server, page, words, status
):
    server.pages["/a"] = page
    copy = worked(asked(people.recorder, source))
    assert (copy.state, copy.file, copy.sha256, copy.http_status) == (CopyState.FAILED, "", "", status)
    assert words in copy.told
    assert run_of(copy).state == RunState.FAILED
    text = client.get(source.get_absolute_url()).content.decode()
    assert words in text
    page = signed_in(people.recorder).get(copy.get_absolute_url()).content.decode()
    assert words in page
    assert archive_url(source) in page


def test_several_copies_stand_side_by_side_and_none_is_replaced(people, source, server):
    first = worked(asked(people.recorder, source))
    server.pages["/a"] = answer(body=papers.html("Each side freed 151."))
    second = worked(asked(people.reviewer, source))
    server.pages["/a"] = answer("410 Gone", b"x")
    third = worked(asked(people.recorder, source))
    assert [one.state for one in (stored(first), second, third)] == ["kept", "kept", "failed"]
    assert stored(first).content() != second.content()
    shown = signed_in(people.recorder).get(source.get_absolute_url()).context["sections"]
    (copies,) = (section for section in shown if section["id"] == "copies")
    assert len(copies["rows"]) == 3


def test_nothing_of_a_copy_is_rewritten_and_nobody_makes_anothers(people, source):
    copy = worked(asked(people.recorder, source))
    waiting = asked(people.recorder, source)
    changes = ({"file": "x"}, {"sha256": "0" * 64}, {"state": "failed", "told": "x"}, {"text_file": "x"}, {"told": "x"})
    for who in (people.recorder, people.reviewer):
        for change in changes:
            with refused(user_principal(who), "never changes"):
                ArchivedCopy.objects.filter(pk=copy.pk).update(**change)
    with refused(user_principal(people.reviewer), "whoever asked"):
        ArchivedCopy.objects.filter(pk=waiting.pk).update(state="failed", told="x")
    with refused(user_principal(people.recorder), "whoever asked"):
        ArchivedCopy.objects.filter(pk=waiting.pk).update(asked_address="http://127.0.0.1/")


def test_a_run_is_its_askers_alone_and_in_their_name(people, source):
    copy = asked(people.recorder, source)
    with acting_as(user_principal(people.reviewer)):
        assert not ArchiveRun.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            ArchiveRun.objects.create(
                copy=copy, owner=people.reviewer, principal=user_principal(people.recorder), level=0
            )
    with acting_as(SYSTEM):
        Source.objects.filter(pk=source.pk).update(level=Level.CONFIDENTIAL, compartments=[people.room.pk])
        refresh_labels()
    with acting_as(user_principal(people.recorder)):
        assert not ArchiveRun.objects.exists()


# What must not be told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("marking", [{"level": 2}, {"level": 3}, {"level": 0, "compartments": "room"}])
def test_a_restricted_source_is_fetched_only_on_an_explicit_yes(people, server, marking):
    with acting_as(SYSTEM):
        compartments = [people.room.pk] if "compartments" in marking else []
        secret = make(
            Source, publisher="A paper", url=server.url("/a"), level=marking["level"], compartments=compartments
        )
        Membership.objects.create(user=people.recorder, compartment=people.room)
    client = signed_in(people.recorder)
    page = client.get(archive_url(secret)).content.decode()
    assert "Fetch it although the source is restricted" in page
    assert "its publisher may learn that somebody reads it" in page
    answered = client.post(archive_url(secret), {"fetch": "on"})
    assert answered.status_code == 200
    assert "tells its publisher" in str(answered.context["form"].errors["is_agreed"])
    api = api_of(people.recorder)
    refused = api.post(reverse("api:archived-copy-list"), {"source": str(secret.pk)})
    assert refused.json()["error"]["fields"].keys() == {"is_agreed"}
    with acting_as(SYSTEM):
        assert not ArchivedCopy.objects.filter(source=secret).exists()
    assert server.requests == []
    assert client.post(archive_url(secret), {"fetch": "on", "is_agreed": "on"}).status_code == 302
    with acting_as(SYSTEM):
        copy = ArchivedCopy.objects.select_related("label").get(source=secret)
        secret = Source.objects.select_related("label").get(pk=secret.pk)
    assert copy.label == secret.label
    assert worked(copy).state == CopyState.KEPT


def test_a_source_restricted_meanwhile_is_not_fetched(people, source, server):
    copy = asked(people.recorder, source)
    with acting_as(SYSTEM):
        Source.objects.filter(pk=source.pk).update(level=Level.RESTRICTED)
        refresh_labels()
    copy = worked(copy)
    assert (copy.state, copy.label.level) == (CopyState.FAILED, Level.RESTRICTED)
    assert "restricted meanwhile" in copy.told
    assert server.requests == []


def test_a_copy_withdrawn_meanwhile_is_not_made(people, source, server):
    copy = asked(people.recorder, source)
    with acting_as(user_principal(people.recorder)) as actor:
        withdraw_record(actor, ArchivedCopy.objects.get(pk=copy.pk), reason="by mistake")
    copy = worked(copy)
    assert (copy.state, copy.file) == (CopyState.WAITING, "")
    assert run_of(copy).state == RunState.FAILED
    assert server.requests == []


def test_where_fetching_is_switched_off_it_is_said_and_a_file_still_serves(people, source, settings, server):
    before = asked(people.recorder, source)
    settings.SOURCE_FETCHING = False
    assert "switched off" in worked(before).told
    client = signed_in(people.recorder)
    page = client.get(archive_url(source)).content.decode()
    assert "Fetching is switched off here" in page
    assert 'name="fetch"' not in page
    assert 'name="fetch"' not in client.get(reverse("desk:source-add")).content.decode()
    refused = api_of(people.recorder).post(reverse("api:archived-copy-list"), {"source": str(source.pk)})
    assert refused.json()["error"]["fields"].keys() == {"source"}
    given = SimpleUploadedFile("page.html", papers.html("Each side freed 150."))
    assert client.post(archive_url(source), {"upload-file": given}).status_code == 302
    with acting_as(SYSTEM):
        copy = ArchivedCopy.objects.exclude(pk=before.pk).get()
    assert worked(copy).state == CopyState.KEPT
    assert server.requests == []


def test_hidden_sources_and_copies_are_missing_ones(people, recorder, source):
    copy = worked(asked(people.recorder, source))
    with acting_as(SYSTEM):
        Source.objects.filter(pk=source.pk).update(level=Level.RESTRICTED)
        refresh_labels()
    analyst = signed_in(people.analyst)
    for name, pk in (
        ("archived-copy-detail", copy.pk), ("archived-copy-file", copy.pk), ("archived-copy-history", copy.pk),
        ("source-archive", source.pk),
    ):  # fmt: skip
        hidden, gone = (comparable(analyst.get(reverse(f"sources:{name}", args=[one])), one) for one in (pk, missing()))
        assert hidden == gone
        assert hidden[0] == 404
    api = api_of(people.analyst)
    for part in ("", "file/", "text/"):
        base = reverse("api:archived-copy-detail", args=[copy.pk])
        assert api.get(f"{base}{part}").status_code == 404
    assert recorder.get(copy.get_absolute_url()).status_code == 200


# What is lost on the way ----------------------------------------------------------------------------------------------


def test_what_no_worker_takes_up_is_told_after_two_minutes(client, people, source):
    copy = asked(people.recorder, source)
    assert "It is still being made" not in client.get(copy.get_absolute_url()).content.decode()
    aged = stored(copy)
    aged.recorded_at = timezone.now() - PATIENCE * 2
    assert "No worker has taken it up" in aged.told_now
    copy = worked(copy)
    copy.recorded_at = timezone.now() - PATIENCE * 2
    assert copy.told_now == ""


def test_what_failed_for_good_is_told_on_the_copy_by_the_sweeper(people, source):
    copy = asked(people.recorder, source)
    run = run_of(copy)
    past = timezone.now() - PATIENCE
    with acting_as(SYSTEM) as actor:
        ArchiveRun.objects.filter(pk=run.pk).update(
            state=RunState.RUNNING, attempts=MOST_ATTEMPTS, lease_until=past, runner=run.pk
        )
        assert sweep(ArchiveRun) == []
        assert archiving.note_failed(actor, ArchiveRun.objects.all()) == 1
        assert archiving.note_failed(actor, ArchiveRun.objects.all()) == 0
    copy = stored(copy)
    assert (copy.state, copy.told) == (CopyState.FAILED, "The worker that made it stopped 3 times before the end.")


def test_the_system_tells_of_an_account_that_may_no_longer_write(people, source, server):
    copy = asked(people.recorder, source)
    run = run_of(copy)
    with acting_as(SYSTEM) as actor:
        type(people.recorder).objects.filter(pk=people.recorder.pk).update(role="analyst")
        fail_run(ArchiveRun, run.pk, "The account may no longer write this.")
        archiving.note_failed(actor, ArchiveRun.objects.all())
    assert stored(copy).told == "The account may no longer write this."


def test_a_file_whose_copy_cannot_be_written_goes_again(people, source, monkeypatch):
    copy = asked(people.recorder, source)
    run = run_of(copy)
    asker = Asker(run.principal)
    with asker.transaction():
        lease = claim_run(ArchiveRun, run.pk)
        order = archiving.order_of(lease)
    made = archiving.make(order)
    assert default_storage.exists(made["file"])
    with acting_as(SYSTEM):
        ArchiveRun.objects.filter(pk=run.pk).update(runner=copy.pk)  # another worker has it now
    with pytest.raises(LostLease), asker.transaction() as actor:
        archiving.complete(actor, lease, order, made)
    assert not default_storage.exists(made["file"])
    assert not default_storage.exists(made["text_file"])


# Shown without danger -------------------------------------------------------------------------------------------------


def test_a_page_from_elsewhere_is_never_a_page_of_ours(client, people, source, server):
    hostile = papers.html(
        "<a href=javascript:alert(1) onclick=alert(1)>Words</a> &lt;script&gt;alert(1)&lt;/script&gt;"
    )
    server.pages["/a"] = answer(body=hostile, X_Evil="<script>alert(1)</script>")
    copy = worked(asked(people.recorder, source))
    original = client.get(reverse("sources:archived-copy-file", args=[copy.pk]))
    assert original.content == hostile
    assert original.headers["Content-Type"] == "application/octet-stream"
    assert original.headers["Content-Disposition"].startswith("attachment;")
    assert original.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in original.headers["Content-Security-Policy"]
    page = client.get(copy.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "onclick" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_withdrawn_copy_is_for_reviewers(client, people, source):
    copy = worked(asked(people.recorder, source))
    with acting_as(user_principal(people.reviewer)) as actor:
        withdraw_record(actor, ArchivedCopy.objects.get(pk=copy.pk), reason="names prisoners")
    file_url = reverse("sources:archived-copy-file", args=[copy.pk])
    assert client.get(file_url).status_code == 404
    assert "Each side freed 150" not in client.get(copy.get_absolute_url()).content.decode()
    reviewer = signed_in(people.reviewer)
    assert reviewer.get(file_url).status_code == 200
    assert "Each side freed 150" in reviewer.get(copy.get_absolute_url()).content.decode()
    assert json.loads(client.get(reverse("api:source-detail", args=[source.pk])).content)["archived_sha256"] is None
