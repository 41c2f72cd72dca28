"""What a file is, by its content alone; how it is called; how it lies in the store and is given out."""

import hashlib
import io
import random
import stat
import unicodedata
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from records import files
from records.files import (
    DOCX,
    HTML,
    JPEG,
    LONGEST_NAME,
    MAIL,
    ODT,
    PDF,
    PNG,
    TEXT,
    TYPES,
    Missing,
    content_of,
    given_out,
    kept,
    plain_name,
    type_of,
)
from tests import papers


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (papers.pdf("Signed."), PDF),
        (papers.png(), PNG),
        (papers.JPEG, JPEG),
        (papers.html("So they said."), HTML),
        (b"\xef\xbb\xbf\n <!-- x --> <html><p>x", HTML),
        (b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'><html/>", HTML),
        (papers.mail("So they said."), MAIL),
        (papers.docx(), DOCX),
        (papers.odt(), ODT),
        ("Приїхали 150 людей.\r\n".encode(), TEXT),
        ("Приїхали 150 людей.".encode("cp1251"), TEXT),
        ("Приїхали 150 людей.".encode("utf-16"), TEXT),
        (b"From: 12 May\nTo: 13 May\n\nThey talked.", TEXT),
        (b"BMW and MZ and II* begin like pictures and programs", TEXT),
    ],
)
def test_a_file_is_what_its_content_says(content, media_type):
    assert type_of(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a" + bytes(40),
        b"MZ" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"\x1f\x8b\x08\x00" + bytes(40),
        b"7z\xbc\xaf\x27\x1c" + bytes(40),
        b"Rar!\x1a\x07\x00" + bytes(40),
        papers.packed({"a.txt": "a"}),
        papers.packed({"[Content_Types].xml": "", "xl/workbook.xml": ""}),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><rss/>",
        b"{\\rtf1 x}",
        b"#!/bin/sh\nrm -r /\n",
        b"%!PS-Adobe-3.0",
        b"text with a \x00 in it",
        b"text with a \x1b[31m in it \x07",
        random.Random(1).randbytes(2000),
    ],
)
def test_everything_else_is_refused_in_words(content):
    with pytest.raises(ValidationError, match="none of these: PDF"):
        type_of(content)


def test_empty_and_too_large_files_are_refused(settings):
    with pytest.raises(ValidationError, match="empty"):
        type_of(b"")
    settings.LARGEST_FILE = 10
    with pytest.raises(ValidationError, match="largest that is kept"):
        type_of(b"eleven byte")


def test_only_what_is_asked_for_is_accepted():
    assert type_of(papers.html("x"), (HTML, PDF)) == HTML
    with pytest.raises(ValidationError, match="PDF, plain text"):
        type_of(papers.html("x"), (PDF, TEXT))


@pytest.mark.parametrize(
    "content",
    [
        papers.docx({"word/vbaProject.bin": b"x"}),
        papers.docx({"word/embeddings/oleObject1.bin": b"x"}),
        papers.docx({"word/activeX/activeX1.xml": "x"}),
        papers.docx(types="application/vnd.ms-word.document.macroEnabled.main+xml"),
        papers.odt({"Basic/Standard/Module1.xml": "x"}),
        papers.odt({"Scripts/python/x.py": "x"}),
    ],
)
def test_documents_with_macros_are_refused(content):
    with pytest.raises(ValidationError, match="macros"):
        type_of(content)


def test_a_document_that_is_a_bomb_is_refused_before_it_is_unpacked(settings):
    settings.LARGEST_UNPACKED = 2**20
    with pytest.raises(ValidationError, match="too large when unpacked"):
        type_of(papers.docx({"word/media/image1.png": bytes(2**21)}))


@pytest.mark.parametrize("more", [b"/OpenAction << /S /JavaScript /JS (x) >>", b"/Names << /EmbeddedFiles 9 0 R >>"])
def test_a_pdf_that_acts_is_no_attachment(more):
    content = papers.pdf("Signed.", more=more)
    assert type_of(content) == PDF
    with pytest.raises(ValidationError, match="new PDF"):
        files.check_still(content, PDF)
    files.check_still(papers.pdf("/JavaScript is a language"[1:]), PDF)


@given(st.binary(max_size=300) | st.sampled_from([papers.docx(), papers.pdf("x"), papers.odt()]), st.integers(0, 400))
def test_whatever_is_sent_is_recognised_or_refused_in_words(content, cut):
    try:
        assert type_of(content[: cut + 1]) in TYPES
    except ValidationError as refused:
        assert refused.messages[0]


NAMES = st.text(max_size=300) | st.text(alphabet='a/\\.:\u202e\u200b\x00\x1f <>"|?*é\u0301中🕊', max_size=40)


@given(NAMES, st.sampled_from(list(TYPES)))
def test_a_name_is_plain_whatever_was_sent(given_name, media_type):
    name = plain_name(given_name, media_type)
    ending = TYPES[media_type].ending
    assert name.endswith(ending)
    assert len(ending) < len(name) <= LONGEST_NAME
    assert not set(name) & set('/\\<>:"|?*\x00')
    assert not name.startswith(".")
    assert all(one == " " or unicodedata.category(one)[0] not in "CZ" for one in name)
    assert plain_name(name, media_type) == name


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("Протокол.PDF", "Протокол.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\x\\scan.pdf", "scan.pdf"),
        ("annual\u202efdp.exe", "annualfdp.exe.pdf"),
        ("a\x00.pdf", "a.pdf"),
        ("x" * 4000 + ".pdf", "x" * 116 + ".pdf"),
        ("", "file.pdf"),
        (None, "file.pdf"),
        ("...", "file.pdf"),
    ],
)
def test_names_keep_their_words_and_nothing_else(given_name, name):
    assert plain_name(given_name, PDF) == name


def test_a_file_lies_under_a_random_name_for_parley_alone():
    with kept(ContentFile(b"content", name="../../known name.pdf"), "uploads") as (name, digest):
        pass
    assert name.startswith("uploads/")
    assert "known" not in name
    assert digest == hashlib.sha256(b"content").hexdigest()
    assert content_of(name, digest) == b"content"
    assert stat.S_IMODE(Path(default_storage.path(name)).stat().st_mode) == 0o600


def test_a_file_goes_again_where_its_record_was_not_written():
    with pytest.raises(RuntimeError), kept(ContentFile(b"content"), "uploads") as (name, _digest):
        raise RuntimeError
    assert not default_storage.exists(name)


def test_a_file_that_is_not_what_was_received_is_not_given_out():
    with kept(ContentFile(b"content"), "uploads") as (name, digest):
        pass
    with Path(default_storage.path(name)).open("ab") as file:
        file.write(b"!")
    with pytest.raises(Missing):
        content_of(name, digest)
    default_storage.delete(name)
    with pytest.raises(Missing):
        content_of(name, digest)


@pytest.mark.parametrize("media_type", list(TYPES))
def test_a_file_is_given_out_to_be_saved_and_never_to_be_shown(media_type):
    answer = given_out(b"x", media_type, 'Протокол "a".pdf')
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    shown = {"text/html", "text/plain", "image/svg+xml", "application/xhtml+xml", "message/rfc822"}
    assert answer.headers["Content-Type"].partition(";")[0] not in shown


@pytest.mark.django_db
def test_the_store_is_compared_with_the_records(people, world):
    out = io.StringIO()
    call_command("check_files", stdout=out)
    assert "0 wrong" in out.getvalue()
    path = Path(default_storage.path(world.attachment.file))
    received = path.read_bytes()
    lost = default_storage.save("archive/left-behind", ContentFile(b"x"))
    path.write_bytes(b"changed")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_files", stdout=out)
    assert f"missing or changed: attachment {world.attachment.pk}, {world.attachment.file}" in out.getvalue()
    assert f"named by no record: {lost}" in out.getvalue()
    assert world.archived_copy.file not in out.getvalue()
    path.write_bytes(received)
    default_storage.delete(lost)
