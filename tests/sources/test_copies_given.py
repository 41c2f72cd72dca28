"""Copies given as files, in forms and in the API; the three things a source can be."""

import base64
import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from records.files import HTML, PDF
from sources import archiving
from sources.models import ArchivedCopy, CopyState, Source
from tests import papers
from tests.desk.sending import data_of, errors_of, form_of, sent
from tests.desk.test_entry_meeting import typed
from tests.records.kinds import api_of
from tests.sources.archivist import archive_url, asked, worked
from tests.sources.publisher import answer

pytestmark = pytest.mark.django_db


# Given as a file ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("page.html", papers.html("Each side freed 150.", title=""), "Each side freed 150."),
        ("letter.pdf", papers.pdf("Each side freed 150."), "Each side freed 150."),
        ("note.txt", b"Each side freed 150.", "Each side freed 150."),
        ("mail.eml", papers.mail("Each side freed 150."), "Each side freed 150."),
        ("scan.png", papers.png(), ""),
        ("photo.jpg", papers.JPEG, ""),
    ],
)
def test_a_file_is_given_and_read(recorder, source, name, content, text):
    given = SimpleUploadedFile(name, content)
    assert recorder.post(archive_url(source), {"upload-file": given}).status_code == 302
    with acting_as(SYSTEM):
        copy = ArchivedCopy.objects.get()
    copy = worked(copy)
    assert (copy.state, copy.origin, copy.file_name) == (CopyState.KEPT, "given", name)
    assert copy.content() == content
    assert text in copy.text()
    assert bool(copy.text()) == bool(text)
    assert ("no text in it" in copy.text_told) == (not text)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7\n" + b"\0" * 500 + b"nonsense", "could not be read out"),
        (b"<html>" + b"<div>" * 3000 + b"deep", ""),
        (b"<html><script>" + b"x" * 5000, "no text in it"),
    ],
)
def test_a_file_that_cannot_be_read_is_kept_all_the_same(recorder, source, content, told):
    recorder.post(archive_url(source), {"upload-file": SimpleUploadedFile("x", content)})
    with acting_as(SYSTEM):
        copy = ArchivedCopy.objects.get()
    copy = worked(copy)
    assert (copy.state, copy.content()) == (CopyState.KEPT, content)
    assert told in copy.text_told


def test_a_long_text_is_cut_and_a_slow_one_given_up(recorder, source, settings, monkeypatch):
    settings.MOST_TEXT = 100
    for _time in range(2):
        recorder.post(archive_url(source), {"upload-file": SimpleUploadedFile("x.txt", b"words " * 1000)})
    with acting_as(SYSTEM):
        one, two = ArchivedCopy.objects.order_by("pk")
    cut = worked(one)
    assert len(cut.text()) == 100
    assert "Only the beginning" in cut.text_told
    monkeypatch.setattr(archiving, "EXTRACT_SECONDS", 0.01)
    assert "took too long" in worked(two).text_told


@pytest.mark.parametrize("content", [papers.docx(), papers.packed({"a": "b"}), b"GIF89a" + bytes(20), b""])
def test_other_files_are_no_copies(people, recorder, source, content):
    answered = recorder.post(archive_url(source), {"upload-file": SimpleUploadedFile("x.html", content)})
    assert answered.status_code == 200
    assert answered.context["form"].errors["upload"]
    body = {"source": str(source.pk), "content": base64.b64encode(content).decode()}
    refused = api_of(people.recorder).post(reverse("api:archived-copy-list"), body)
    assert refused.status_code == 400
    assert set(refused.json()["error"]["fields"]) == {"content"}


# In forms and in the API ----------------------------------------------------------------------------------------------


def test_a_source_is_an_address_a_file_or_a_statement(people, recorder, server):
    add = reverse("desk:source-add")
    page = recorder.get(add).content.decode()
    assert "The publisher then sees that somebody reads it" in page
    answered = sent(recorder, add, url=server.url("/b"), publisher="A paper", title="One")
    assert answered.status_code == 302, errors_of(answered)
    scan = SimpleUploadedFile("scan.pdf", papers.pdf("Each side freed 150."))
    answered = sent(recorder, add, url="", publisher="A ministry", title="Two", **{"upload-file": scan})
    assert answered.status_code == 302, errors_of(answered)
    given = {"source_kind": "statement", "words": "Each side freed 150.", "publisher": "A delegate", "title": "Three"}
    answered = sent(recorder, add, **given)
    assert answered.status_code == 302, errors_of(answered)
    assert "Each side freed 150." in recorder.get(answered.headers["Location"]).content.decode()
    with acting_as(SYSTEM):
        origins = {
            source.title: [copy.origin for copy in source.copies.all()]
            for source in Source.objects.filter(title__in=("One", "Two", "Three"))
        }
    assert origins == {"One": ["fetched"], "Two": ["given"], "Three": []}
    # A change of a source fetches nothing unless that is asked for.
    with acting_as(SYSTEM):
        one = Source.objects.get(title="One")
    edit = reverse("desk:source-edit", args=[one.pk])
    assert sent(recorder, edit, notes="Read again").status_code == 302
    assert sent(recorder, edit, fetch="on").status_code == 302
    with acting_as(SYSTEM):
        assert one.copies.count() == 2


def test_a_file_of_a_source_survives_a_form_with_errors(recorder):
    add = reverse("desk:source-add")
    scan = SimpleUploadedFile("scan.pdf", papers.pdf("Each side freed 150."))
    answered = sent(recorder, add, url="", publisher="", title="Two", **{"upload-file": scan})
    assert list(errors_of(answered)) == ["publisher"]
    page = answered.content.decode()
    assert "scan.pdf" in page
    answered = recorder.post(add, data_of(form_of(page)) | {"publisher": "A ministry"})
    assert answered.status_code == 302, errors_of(answered)
    with acting_as(SYSTEM):
        assert ArchivedCopy.objects.get().file_name == "scan.pdf"


def test_a_restricted_source_is_saved_and_not_fetched_without_the_yes(recorder, server):
    add = reverse("desk:source-add")
    answered = sent(recorder, add, url=server.url("/b"), publisher="A paper", level="2")
    assert answered.status_code == 302, errors_of(answered)
    assert (
        "No copy was fetched. Asking for the address tells"
        in recorder.get(answered.headers["Location"]).content.decode()
    )
    with acting_as(SYSTEM):
        assert not ArchivedCopy.objects.exists()
    given = {"url": server.url("/c"), "publisher": "A paper", "level": "2", "is_agreed": "on"}
    assert sent(recorder, add, **given).status_code == 302
    with acting_as(SYSTEM):
        assert ArchivedCopy.objects.get().is_agreed


def test_the_sources_of_a_meeting_have_addresses_files_or_words(people, world, recorder, server):
    rows = {
        "sources-TOTAL_FORMS": "3",
        "sources-0-url": server.url("/x"), "sources-0-publisher": "A paper", "sources-0-fetch": "on",
        "sources-1-publisher": "A ministry",
        "sources-1-upload-file": SimpleUploadedFile("scan.png", papers.png()),
        "sources-2-publisher": "A delegate", "sources-2-quote": "All for all.",
    }  # fmt: skip
    answered = recorder.post(reverse("desk:meeting-add"), typed(world) | rows)
    assert answered.status_code == 302, errors_of(answered)
    with acting_as(SYSTEM):
        told = {
            source.publisher: (source.source_kind, source.words, [copy.origin for copy in source.copies.all()])
            for source in Source.objects.filter(publisher__in=("A paper", "A ministry", "A delegate"))
        }
    assert told == {
        "A paper": ("news", "", ["fetched"]),
        "A ministry": ("document", "", ["given"]),
        "A delegate": ("statement", "All for all.", []),
    }


def test_a_script_asks_for_a_copy_gives_one_and_reads_both(people, source, server):
    api, url = api_of(people.recorder), reverse("api:archived-copy-list")
    one = api.post(url, {"source": str(source.pk)})
    assert (one.status_code, one.json()["state"], one.json()["file_url"]) == (201, "waiting", None)
    with acting_as(SYSTEM):
        copy = ArchivedCopy.objects.get(pk=one.json()["id"])
    worked(copy)
    told = api.get(one.json()["url"]).json()
    assert (told["state"], told["media_type"], told["asked_address"]) == ("kept", HTML, source.url)
    original = api.get(told["file_url"])
    assert original.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in original.headers["Content-Security-Policy"]
    assert hashlib.sha256(original.content).hexdigest() == told["sha256"]
    assert "Each side freed 150" in api.get(told["text_url"]).json()["text"]
    assert api.get(reverse("api:source-detail", args=[source.pk])).json()["archived_sha256"] == told["sha256"]
    two = api.post(url, {"source": str(source.pk), "file": SimpleUploadedFile("a.pdf", papers.pdf("x"))}, "multipart")
    assert (two.status_code, two.json()["origin"], two.json()["media_type"]) == (201, "given", PDF)
    patched = api.patch(one.json()["url"], {"source": str(source.pk), "version": 2})
    assert set(patched.json()["error"]["fields"]) == {"source"}


def test_the_newest_copy_that_the_reader_may_see_stands_on_the_source(client, people, source, server):
    first = worked(asked(people.recorder, source))
    server.pages["/a"] = answer(body=papers.html("Changed."))
    second = worked(asked(people.recorder, source, level=Level.RESTRICTED))
    url = reverse("api:source-detail", args=[source.pk])
    assert client.get(url).json()["archived_sha256"] == first.sha256
    assert api_of(people.recorder).get(url).json()["archived_sha256"] == second.sha256
    listed = client.get(reverse("api:source-list"), {"publisher": "A paper"}).json()["results"]
    assert [one["archived_sha256"] for one in listed] == [first.sha256]
