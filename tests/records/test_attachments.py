"""Files attached to records: on pages, in forms, in the API; who may have them; what becomes of them."""

import base64
import datetime as dt
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, refresh_labels, user_principal
from access.levels import Level
from access.models import Event
from records.files import PDF
from records.models import Attachment, HistoryEntry, Upload
from records.uploads import delete_old_uploads
from tests import papers
from tests.attacks.answers import comparable, missing
from tests.desk.sending import data_of, errors_of, form_of
from tests.factories import make_world
from tests.people import signed_in
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder(people):
    return signed_in(people.recorder)


def paper(name: str = "Протокол.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, papers.pdf("Signed.") if content is None else content)


def add_url(record) -> str:
    return f"{reverse('records:attachment-add')}?record_kind={record.kind}&record_id={record.pk}"


def attached(client, record, **given):
    """Attach a paper on the record's page and return the answer."""
    return client.post(add_url(record), {"title": "As signed", "level": "0", "upload-file": paper()} | given)


def the_attachment() -> Attachment:
    with acting_as(SYSTEM):
        return Attachment.objects.select_related("label").exclude(title="Open paper").get()


def file_url(attachment) -> str:
    return reverse("records:attachment-file", args=[attachment.pk])


def test_a_file_is_attached_on_the_records_page_and_given_out_byte_for_byte(client, people, world, recorder):
    page = recorder.get(world.meeting.get_absolute_url()).content.decode()
    assert add_url(world.meeting).replace("&", "&amp;") in page
    assert attached(recorder, world.meeting).status_code == 302
    attachment = the_attachment()
    assert (attachment.author, attachment.media_type, attachment.file_name) == (people.recorder, PDF, "Протокол.pdf")
    for told in ("As signed", attachment.sha256, file_url(attachment)):
        assert told in recorder.get(world.meeting.get_absolute_url()).content.decode()
        assert told in recorder.get(attachment.get_absolute_url()).content.decode()
    answer = client.get(file_url(attachment))
    assert answer.content == papers.pdf("Signed.")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert (
        add_url(world.meeting).replace("&", "&amp;")
        not in client.get(world.meeting.get_absolute_url()).content.decode()
    )
    assert client.get(add_url(world.meeting)).status_code == 403


def test_the_form_says_what_is_never_attached(world, recorder):
    assert "No lists of people who are held" in recorder.get(add_url(world.meeting)).content.decode()
    assert "No lists of people who are held" in recorder.get(reverse("desk:meeting-add")).content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (papers.packed({"a": "b"}), "none of these"),
        (papers.html("x"), "Choose one of these"),
        (papers.mail("x"), "Choose one of these"),
        (papers.docx({"word/vbaProject.bin": b"x"}), "macros"),
        (papers.pdf("x", more=b"/AA << /S /JavaScript >>"), "new PDF"),
    ],
)
def test_what_is_not_attached_is_refused_beside_the_file(world, recorder, content, words):
    answer = attached(recorder, world.meeting, **{"upload-file": paper("x.pdf", content)})
    assert answer.status_code == 200
    told = answer.context["form"].errors["upload"]
    assert any(words in one for one in told), told
    assert 'value="As signed"' in answer.content.decode()
    with acting_as(SYSTEM):
        assert Attachment.objects.exclude(title="Open paper").count() == 0


def test_it_is_as_secret_as_its_record_and_follows_it(people, recorder):
    with acting_as(SYSTEM):
        secret = make_world("Covered", level=Level.RESTRICTED)
    answer = recorder.get(add_url(secret.meeting))
    assert answer.context["form"].initial["level"] == Level.RESTRICTED
    assert attached(recorder, secret.meeting, level="0").status_code == 302
    with acting_as(SYSTEM):
        attachment = Attachment.objects.select_related("label").get(title="As signed")
        assert (attachment.level, attachment.label.level) == (Level.PUBLIC, Level.RESTRICTED)
    analyst = signed_in(people.analyst)
    for name in ("attachment-detail", "attachment-file", "attachment-history"):
        hidden, gone = (
            comparable(analyst.get(reverse(f"records:{name}", args=[pk])), pk) for pk in (attachment.pk, missing())
        )
        assert hidden == gone
        assert hidden[0] == 404
    assert analyst.get(add_url(secret.meeting)).status_code == 403
    assert recorder.get(file_url(attachment)).status_code == 200
    # The record goes into a room: its papers go with it.
    with acting_as(SYSTEM):
        type(secret.channel).objects.filter(pk=secret.channel.pk).update(compartments=[people.room.pk])
        refresh_labels()
    assert recorder.get(file_url(attachment)).status_code == 404
    assert signed_in(people.member).get(file_url(attachment)).status_code == 200


def test_reading_a_restricted_file_is_logged_like_other_reads(people, recorder):
    with acting_as(SYSTEM):
        secret = make_world("Covered", level=Level.RESTRICTED)
    assert signed_in(people.reviewer).get(file_url(secret.attachment)).status_code == 200
    with acting_as(SYSTEM):
        events = Event.objects.filter(kind="read", user=people.reviewer, record_table="records_attachment")
        assert [event.records for event in events] == [[secret.attachment.pk]]


def test_it_is_withdrawn_with_a_reason_and_its_file_stays_for_reviewers(client, people, world, recorder):
    attached(recorder, world.meeting)
    attachment = the_attachment()
    withdraw = reverse("records:attachment-withdraw", args=[attachment.pk])
    assert recorder.post(withdraw, {"reason": "", "version": 1}).status_code == 200
    assert recorder.post(withdraw, {"reason": "Names prisoners", "version": 1}).status_code == 302
    assert "As signed" not in client.get(world.meeting.get_absolute_url()).content.decode()
    for reader, status in ((client, 404), (recorder, 404), (signed_in(people.reviewer), 200)):
        assert reader.get(file_url(attachment)).status_code == status
    assert "reviewers only" in recorder.get(attachment.get_absolute_url()).content.decode()
    assert default_storage.exists(attachment.file)


def test_a_file_that_was_changed_in_the_store_is_not_given_out(world, recorder):
    attached(recorder, world.meeting)
    attachment = the_attachment()
    with Path(default_storage.path(attachment.file)).open("ab") as file:
        file.write(b"!")
    answer = recorder.get(file_url(attachment))
    assert answer.status_code == 410
    assert "no longer what was received" in answer.content.decode()


def test_nothing_of_a_file_is_ever_rewritten(people, world, recorder):
    attached(recorder, world.meeting)
    attachment = the_attachment()
    for who in (SYSTEM, user_principal(people.reviewer), user_principal(people.recorder)):
        for change in (
            {"file": "x"},
            {"sha256": "0" * 64},
            {"file_name": "x"},
            {"media_type": "text/html"},
            {"size": 1},
        ):
            with acting_as(who), pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
                Attachment.objects.filter(pk=attachment.pk).update(**change)


# In the forms of records ----------------------------------------------------------------------------------------------


def test_a_file_survives_a_form_that_comes_back_with_errors(people, world, recorder):
    add = reverse("desk:place-add")
    data = data_of(form_of(recorder.get(add).content.decode()))
    answer = recorder.post(add, data | {"name": "", "attachments-0-upload-file": paper("map.pdf")})
    assert answer.status_code == 200
    assert list(errors_of(answer)) == ["name"]
    page = answer.content.decode()
    assert "map.pdf" in page
    with acting_as(user_principal(people.recorder)):
        upload = Upload.objects.get()
    kept = data_of(form_of(page))
    assert kept["attachments-0-upload"] == [str(upload.pk)]
    answer = recorder.post(add, kept | {"name": "The bridge", "level": "2"})
    assert answer.status_code == 302, errors_of(answer)
    attachment = the_attachment()
    assert (attachment.title, attachment.file, attachment.label.level) == ("map.pdf", upload.file, Level.RESTRICTED)
    with acting_as(SYSTEM):
        assert attachment.record.name == "The bridge"


def test_a_file_survives_in_a_form_put_back_from_the_drafts(world, recorder):
    """As the script does it: the file is sent when it is chosen, and the kept form names it."""
    told = recorder.post(reverse("records:upload"), {"file": paper("notes.pdf")}).json()
    assert (told["name"], told["told"].partition(",")[0]) == ("notes.pdf", "PDF")
    add = reverse("desk:meeting-add")
    form = form_of(recorder.get(add).content.decode())
    assert form["enctype"] == "multipart/form-data"
    data = {name: values[0] for name, values in data_of(form).items() if values}
    data |= {"attachments-0-upload": told["id"], "attachments-0-title": "Notes"}
    kept = recorder.post(form["data-keep"], data | {"form": "meeting", "record": ""})
    assert kept.status_code == 200, kept.content
    page = recorder.get(add).content.decode()
    assert "We kept what you typed" in page
    assert data_of(form_of(page))["attachments-0-upload"] == [told["id"]]
    assert "notes.pdf" in page


def test_a_refused_file_is_told_beside_it_and_nothing_else_is_lost(world, recorder):
    add = reverse("desk:place-add")
    data = data_of(form_of(recorder.get(add).content.decode())) | {"name": "The bridge"}
    answer = recorder.post(add, data | {"attachments-0-upload-file": paper("x.pdf", papers.packed({"a": "b"}))})
    assert list(errors_of(answer)) == ["attachments-0-upload"]
    assert data_of(form_of(answer.content.decode()))["name"] == ["The bridge"]
    assert "1 problem" in answer.content.decode()
    answer = recorder.post(add, data | {"attachments-0-title": "A map without a file"})
    assert list(errors_of(answer)) == ["attachments-0-upload"]


def test_what_is_attached_is_renamed_and_taken_out_in_the_form(world, recorder):
    edit = reverse("desk:place-edit", args=[world.place.pk])
    for title in ("One", "Two"):
        attached(recorder, world.place, title=title)
    data = data_of(form_of(recorder.get(edit).content.decode()))
    assert [data[f"attachments-{n}-title"] for n in range(2)] == [["One"], ["Two"]]
    assert "attachments-0-upload" not in data
    answer = recorder.post(edit, data | {"attachments-0-title": "First", "attachments-1-DELETE": "on"})
    assert answer.status_code == 302, errors_of(answer)
    with acting_as(SYSTEM):
        found = {one.title: one.withdrawn_reason for one in Attachment.objects.of(world.place)}
    assert found == {"First": "", "Two": "Taken out of the record."}


def test_an_upload_is_its_uploaders_alone(people, world, recorder):
    told = recorder.post(reverse("records:upload"), {"file": paper()}).json()
    other = signed_in(people.reviewer)
    answer = attached(other, world.meeting, **{"upload": told["id"], "upload-file": ""})
    assert "no longer kept" in str(answer.context["form"].errors["upload"])
    assert answer.content.decode().count("Протокол") == 0
    for who in (people.reviewer, people.administrator, people.member):
        with acting_as(user_principal(who)):
            assert not Upload.objects.exists()
    # Nor anybody's who lost the right under which it was uploaded.
    with acting_as(SYSTEM):
        type(people.recorder).objects.filter(pk=people.recorder.pk).update(clearance=Level.INTERNAL)
    answer = attached(recorder, world.meeting, **{"upload": told["id"], "upload-file": ""})
    assert "no longer kept" in str(answer.context["form"].errors["upload"])


def test_only_who_may_write_uploads_anything(client, people, recorder, settings):
    url = reverse("records:upload")
    for reader in (client, signed_in(people.analyst), signed_in(people.administrator)):
        assert reader.post(url, {"file": paper()}).status_code == 403
    for sent in ({}, {"file": "text"}, {"file": paper("x", b"")}):
        assert recorder.post(url, sent).json()["error"]["fields"]["file"]
    settings.LARGEST_FILE = settings.IMPORT_LARGEST_FILE = 2**10
    for size, status in ((2**11, 400), (2**13, 400)):
        answer = recorder.post(url, {"file": paper("x.txt", b"x" * size)})
        assert answer.status_code == status
    with acting_as(SYSTEM):
        assert not Upload.objects.exists()


def test_too_many_waiting_files_are_refused(recorder, monkeypatch):
    monkeypatch.setattr("records.uploads.MOST_WAITING", 2)
    url = reverse("records:upload")
    statuses = [recorder.post(url, {"file": paper()}).status_code for _time in range(3)]
    assert statuses == [200, 200, 400]


def test_what_nobody_took_up_is_deleted_after_some_time(people, world, recorder, settings):
    told = [recorder.post(reverse("records:upload"), {"file": paper()}).json() for _time in range(2)]
    attached(recorder, world.meeting, **{"upload": told[0]["id"], "upload-file": ""})
    with acting_as(SYSTEM):
        assert delete_old_uploads() == 0
        settings.UPLOAD_KEEP_DAYS = -1
        assert delete_old_uploads() == 1
        assert delete_old_uploads() == 0
        used, unused = (Upload.objects.get(pk=one["id"]) for one in told)
    assert unused.gone_at <= timezone.now() + dt.timedelta(seconds=1)
    assert (default_storage.exists(used.file), default_storage.exists(unused.file)) == (True, False)
    assert recorder.get(file_url(the_attachment())).status_code == 200
    answer = attached(recorder, world.meeting, **{"upload": told[1]["id"], "upload-file": ""})
    assert "no longer kept" in str(answer.context["form"].errors["upload"])


# In the API -----------------------------------------------------------------------------------------------------------


def test_a_script_attaches_a_file_and_reads_it_again(people, world):
    api = api_of(people.recorder)
    given = {"record_kind": "meeting", "record_id": str(world.meeting.pk), "title": "As signed"}
    url, content = reverse("api:attachment-list"), papers.pdf("Signed.")
    one = api.post(url, given | {"content": base64.b64encode(content).decode(), "file_name": "a.pdf"})
    two = api.post(url, given | {"file": SimpleUploadedFile("b.exe", content)}, format="multipart")
    assert (one.status_code, two.status_code) == (201, 201), (one.content, two.content)
    assert (one.json()["file_name"], two.json()["file_name"]) == ("a.pdf", "b.exe.pdf")
    for made in (one, two):
        answer = api.get(made.json()["file_url"], headers={"accept": "application/pdf"})
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert api.get(url, {"sha256": made.json()["sha256"]}).json()["count"] == 2
    patched = api.patch(one.json()["url"], {"file_name": "c.pdf", "version": 1})
    assert patched.json()["error"]["fields"].keys() == {"file_name"}
    withdrawn = api.post(f"{one.json()['url']}withdraw/", {"reason": "entered twice", "version": 1})
    assert withdrawn.status_code == 200
    assert api.get(one.json()["file_url"]).status_code == 404
    assert api_of(people.reviewer).get(one.json()["file_url"]).status_code == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "content"),
        ({"content": "not base64!"}, "content"),
        ({"content": base64.b64encode(b"GIF89a" + bytes(20)).decode()}, "content"),
        ({"content": ""}, "content"),
        ({"content": "Tm90ZXMu", "record_kind": "embargo"}, "record_kind"),
        ({"content": "Tm90ZXMu", "record_kind": "participant"}, "record_kind"),
        ({"content": "Tm90ZXMu", "record_id": "0b0a6f2e-6a56-4f3b-9d39-c7a7b2a1d9a1"}, "record_id"),
        ({"content": "Tm90ZXMu", "sha256": "0" * 64}, "sha256"),
        ({"file": "text"}, "file"),
    ],
)
def test_a_bad_attachment_is_refused_by_field(people, world, given, field):
    body = {"record_kind": "meeting", "record_id": str(world.meeting.pk)} | given
    answer = api_of(people.recorder).post(reverse("api:attachment-list"), body)
    assert answer.status_code == 400, answer.content
    assert set(answer.json()["error"]["fields"]) == {field}


def test_a_refused_attachment_leaves_no_file_behind(people, world):
    before = set(default_storage.listdir("attachments")[1]) if default_storage.exists("attachments") else set()
    narrow = api_of(people.recorder, level=Level.INTERNAL)
    body = {"record_kind": "meeting", "record_id": str(world.meeting.pk), "content": "Tm90ZXMu", "level": 3}
    assert narrow.post(reverse("api:attachment-list"), body).status_code == 400
    after = set(default_storage.listdir("attachments")[1]) if default_storage.exists("attachments") else set()
    assert after == before


def test_the_history_tells_of_the_attachment(world, recorder):
    attached(recorder, world.meeting)
    attachment = the_attachment()
    page = recorder.get(reverse("records:attachment-history", args=[attachment.pk])).content.decode()
    assert "created the record" in page
    with acting_as(SYSTEM):
        (entry,) = HistoryEntry.objects.filter(record_id=attachment.pk)
    assert entry.after["sha256"] == attachment.sha256
