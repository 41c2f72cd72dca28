"""The pages of an import, each step as somebody without script sees it; the worker's part is done by the test."""

import csv
import io
import os

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, because
from intake.models import Candidate, ImportedRecord, ImportRun, Stage
from intake.services import delete_old_files
from negotiations.models import Conflict, Meeting
from records.queued import RunState
from tests.people import signed_in

HEADER = "meeting_id,channel_id,started_on,place,format,participants,summary,source_ids\n"
GOOD = "new-1,ch-uae,2026-03-01,Abu Dhabi,in_person,umerov;other:a UAE official,Lists were compared.,lcil\n"
BAD = "new-2,ch-uae,2 March,,call,,,\n"


class Desk:
    """Somebody who imports on the pages."""

    def __init__(self, importer):
        self.importer = importer
        self.client = signed_in(importer.user)

    def upload(self, content: str | bytes, name="rows.csv", **given):
        content = content.encode() if isinstance(content, str) else content
        with self.importer.reader():
            conflict = Conflict.objects.get().pk
        data = {"file": SimpleUploadedFile(name, content), "conflict": conflict, "level": 1} | given
        return self.client.post(reverse("intake:import-run-list"), data)

    def uploaded(self, content: str | bytes, name="rows.csv", **given) -> str:
        answer = self.upload(content, name, **given)
        assert answer.status_code == 302, answer.content.decode()
        return answer.headers["Location"]

    def page(self, url: str) -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200
        return answer.content.decode()

    def act(self, url: str, act: str, data=None, follow=True):
        return self.client.post(f"{url}{act}/", data or {}, follow=follow)

    def run_of(self, url: str) -> ImportRun:
        with self.importer.reader():
            return ImportRun.objects.get(pk=url.rstrip("/").rpartition("/")[2])

    def chosen(self, url: str) -> dict[str, str]:
        """The columns as the page proposes them."""
        return {name: str(place) for name, place in self.run_of(url).mapping.items()}

    def checked(self, content: str | bytes, name="rows.csv", **given) -> str:
        url = self.uploaded(content, name, **given)
        answer = self.act(url, "check", self.chosen(url))
        assert "How far it is" in answer.content.decode()
        self.importer.work(self.run_of(url))
        return url


@pytest.fixture
def desk(importer) -> Desk:
    return Desk(importer)


def test_a_file_is_uploaded_checked_and_imported(desk):
    url = desk.uploaded(HEADER + GOOD)
    page = desk.page(url)
    for told in ("Step 1 of 3", "CSV, UTF-8", "Lists were compared.", "Channel (identifier, reference or name)"):
        assert told in page
    url = desk.checked(HEADER + GOOD)
    page = desk.page(url)
    assert "All rows are sound." in page
    assert "Import them" in page
    working = desk.act(url, "confirm").content.decode()
    assert "All rows are written, or none." in working
    assert 'hx-trigger="every 1500ms"' in working
    assert "Look again" in working
    assert "Waiting for a worker" in desk.client.get(f"{url}progress/").content.decode()
    desk.importer.work(desk.run_of(url))
    assert desk.client.get(f"{url}progress/").headers["HX-Refresh"] == "true"
    page = desk.page(url)
    assert "1 row imported" in page
    with desk.importer.reader():
        meeting = Meeting.objects.get(external_id="new-1")
        assert (meeting.level, meeting.author) == (1, desk.importer.user)
    report = desk.client.get(f"{url}report.csv")
    assert report.headers["Content-Disposition"].startswith("attachment")
    (line,) = csv.DictReader(io.StringIO(report.content.decode("utf-8-sig")))
    assert (line["line"], line["what"], line["kind"], line["identifier"]) == ("2", "new", "meeting", "new-1")
    assert line["reference"] == meeting.reference
    assert line["address"].endswith(meeting.get_absolute_url())
    assert url in desk.page(reverse("intake:import-run-list"))


def test_columns_are_remembered_for_the_next_file_with_the_same_header(desk):
    strange = "When,Line,What\n2026-03-01,ch-uae,Lists were compared.\n"
    url = desk.uploaded(strange)
    assert desk.run_of(url).mapping == {}
    desk.act(url, "read", {"shape": "meetings", "encoding": "utf-8-sig", "delimiter": ","})
    refused = desk.act(url, "check", {"channel": "1", "summary": "2"})
    assert "Choose the column: every row needs it." in refused.content.decode()
    assert '<option value="1" selected>Line</option>' in refused.content.decode()
    twice = desk.act(url, "check", {"channel": "1", "summary": "1", "started_on": "0"})
    assert "Another field has the same column" in twice.content.decode()
    desk.act(url, "check", {"channel": "1", "summary": "2", "started_on": "0"})
    desk.importer.work(desk.run_of(url))
    desk.act(url, "confirm")
    desk.importer.work(desk.run_of(url))
    second = desk.uploaded(strange.replace("compared", "exchanged"), name="next.csv")
    assert desk.run_of(second).shape == "meetings"
    assert desk.run_of(second).mapping == {"channel": 1, "summary": 2, "started_on": 0}
    assert "As you chose for rows.csv" in desk.page(second)


def test_bad_rows_come_back_with_reasons_and_are_taken_in_mended(desk):
    url = desk.checked(HEADER + GOOD + BAD)
    page = desk.page(url)
    assert "2 March" in page
    assert "is no date" in page
    assert "Import them" not in page
    refused = desk.act(url, "confirm")
    assert "There are bad rows" in refused.content.decode()
    answer = desk.client.get(f"{url}bad-rows/")
    content = answer.content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content))
    assert (row["parley_row"], row["started_on"]) == ("3", "2 March")
    assert "is no date" in row["parley_reason"]
    for wrong, told in (
        (HEADER + GOOD, "parley_row"),
        (content.replace(",started_on,", ",begun,"), "started_on"),
        (content.replace("\r\n3,", "\r\nx,"), "no number of a row"),
        (content.replace("\r\n3,", "\r\n99,"), "There is no row 99"),
    ):
        answer = desk.act(url, "mend", {"mended": SimpleUploadedFile("mended.csv", wrong.encode())})
        assert told in answer.content.decode(), wrong
    mended = content.replace("2 March", "2026-03-02")
    answer = desk.act(url, "mend", {"mended": SimpleUploadedFile("mended.csv", mended.encode())})
    assert "How far it is" in answer.content.decode()
    desk.importer.work(desk.run_of(url))
    assert "All rows are sound." in desk.page(url)
    desk.act(url, "confirm")
    desk.importer.work(desk.run_of(url))
    with desk.importer.reader():
        assert Meeting.objects.filter(external_id__startswith="new-").count() == 2
        # Lines stay those of the file that was uploaded first.
        assert sorted(ImportedRecord.objects.values_list("line", flat=True)) == [2, 3]


def test_a_bad_row_of_a_workbook_comes_back_as_a_workbook(desk):
    book = openpyxl.Workbook()
    for line in csv.reader(io.StringIO(HEADER + GOOD + BAD)):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    url = desk.checked(out.getvalue(), name="rows.xlsx")
    answer = desk.client.get(f"{url}bad-rows/")
    assert answer.headers["Content-Disposition"].endswith('filename="rows-bad-rows.xlsx"')
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    header, row = list(sheet.iter_rows(values_only=True))
    assert dict(zip(header, row, strict=True))["parley_row"] == "3"
    sheet.cell(2, header.index("started_on") + 1).value = "2026-03-02"
    out = io.BytesIO()
    sheet.parent.save(out)
    desk.act(url, "mend", {"mended": SimpleUploadedFile("mended.xlsx", out.getvalue())})
    desk.importer.work(desk.run_of(url))
    assert desk.run_of(url).found["counts"] == {"rows": 2, "bad": 0, "new": 2, "alike": 0}


def test_rows_with_personal_data_go_to_no_inbox(desk):
    flagged = "new-3,ch-uae,2026-03-03,,call,,Ask +380 44 123 45 67.,\n"
    alone = desk.checked(HEADER + flagged)
    assert "what looks like personal data is mended in the file" in desk.act(alone, "inbox").content.decode()
    url = desk.checked(HEADER + BAD + flagged)
    assert "1 row is in the inbox." in desk.act(url, "inbox").content.decode()
    desk.importer.work(desk.run_of(url))
    run = desk.run_of(url)
    assert (run.left_out, [one["line"] for one in run.found["problems"]]) == ([2], [3])
    with desk.importer.reader():
        assert Candidate.objects.get().data["id"] == "new-2"


def test_bad_rows_go_to_the_inbox_and_the_others_are_imported(desk):
    url = desk.checked(HEADER + GOOD + BAD)
    told = desk.act(url, "inbox").content.decode()
    assert "1 row is in the inbox." in told
    desk.importer.work(desk.run_of(url))
    page = desk.page(url)
    assert "1 row of the file went to the inbox" in page
    desk.act(url, "confirm")
    desk.importer.work(desk.run_of(url))
    with desk.importer.reader():
        candidate = Candidate.objects.get()
        assert candidate.data == {"id": "new-2", "channel": "ch-uae", "started_on": "2 March", "format": "call"}
        assert (candidate.origin, candidate.origin_words, candidate.level) == ("import", "rows.csv, line 3", 1)
        assert "is no date" in candidate.note
        assert list(Meeting.objects.filter(external_id__startswith="new-").values_list("external_id", flat=True)) == [
            "new-1"
        ]


@pytest.mark.parametrize(("at", "back"), [("check", Stage.COLUMNS), ("confirm", Stage.CHECK)])
def test_what_the_worker_does_can_be_stopped(desk, at, back):
    url = desk.uploaded(HEADER + GOOD)
    desk.act(url, "check", desk.chosen(url))
    if at == "confirm":
        desk.importer.work(desk.run_of(url))
        desk.act(url, "confirm")
    assert "Cancel it first" in desk.act(url, "discard").content.decode()
    assert "Stopped. Nothing was written." in desk.act(url, "cancel").content.decode()
    run = desk.run_of(url)
    assert (run.stage, run.state, run.runner) == (back, RunState.DONE, None)
    assert "finished already" in desk.act(url, "cancel").content.decode()


def test_a_failed_import_says_why_and_is_tried_again(desk):
    url = desk.checked(HEADER + GOOD)
    with desk.importer.reader():
        ImportRun.objects.update(state=RunState.FAILED, error="The database could not answer. Nothing was written.")
    page = desk.page(url)
    assert "The database could not answer." in page
    assert "How far it is" in desk.act(url, "retry").content.decode()
    desk.importer.work(desk.run_of(url))
    assert "All rows are sound." in desk.page(url)
    with desk.importer.reader():
        ImportRun.objects.update(state=RunState.FAILED, error="Line 2 no longer fits.")
    assert "Step 1 of 3" in desk.act(url, "columns").content.decode()


def test_a_discarded_import_is_off_the_list_and_its_files_are_gone(desk, own_store):
    url = desk.checked(HEADER + GOOD + BAD)
    assert list((own_store / "imports").iterdir())
    assert "off the list" in desk.act(url, "discard").content.decode()
    assert list((own_store / "imports").iterdir()) == []
    assert desk.client.get(url).status_code == 404
    assert url not in desk.page(reverse("intake:import-run-list"))


def test_an_import_is_nobody_elses(desk, people):
    url = desk.checked(HEADER + GOOD + BAD)
    for person, status in ((people.reviewer, 404), (people.analyst, 403), (people.administrator, 403)):
        client = signed_in(person)
        for page in (url, f"{url}progress/", f"{url}bad-rows/", f"{url}report.csv"):
            assert client.get(page).status_code == status
        for act in ("read", "check", "columns", "confirm", "retry", "cancel", "mend", "inbox", "discard"):
            assert client.post(f"{url}{act}/").status_code == status
    visitor = signed_in(None).get(url)
    assert visitor.status_code == 302
    assert reverse("account_login") in visitor.headers["Location"]


def test_whoever_loses_the_clearance_loses_the_import(desk):
    url = desk.checked(HEADER + GOOD, level=3)
    user = desk.importer.user
    with acting_as(SYSTEM), because("test"):
        type(user).objects.filter(pk=user.pk).update(clearance=2)
    assert desk.client.get(url).status_code == 404


def test_what_cannot_be_read_is_refused_beside_the_field(desk):
    for content, name, told in (
        (b"%PDF-1.7", "a.csv", "neither CSV nor XLSX"),
        (b"", "a.csv", "The file is empty"),
        (b"\n\n", "a.csv", "The first line must name the columns"),
        (b"a,a\n1,2\n", "a.csv", "The column a stands twice"),
    ):
        answer = desk.upload(content, name)
        assert answer.status_code == 200
        assert told in answer.content.decode()
    answer = desk.client.post(reverse("intake:import-run-list"), {"level": 1})
    assert "Choose a file." in answer.content.decode()


def test_rows_with_hashtags_of_hxl_are_recognised(desk):
    tagged = "Когда,Линия,О чём\n#date+start,#meta+channel,#description\n2026-03-01,ch-uae,Lists\n"
    url = desk.uploaded(tagged)
    page = desk.page(url)
    assert "HXL hashtags recognised" in page
    url = desk.checked(tagged)
    assert desk.run_of(url).found["counts"] == {"rows": 1, "bad": 0, "new": 1, "alike": 0}


def test_another_encoding_is_chosen_by_looking(desk):
    content = (HEADER + GOOD.replace("Lists were compared.", "Сверили списки.")).encode("cp1251")
    url = desk.uploaded(content)
    assert "Сверили списки." in desk.page(url)
    other = desk.act(url, "read", {"shape": "meetings", "encoding": "cp1252", "delimiter": ","})
    assert "Ñâåðèëè ñïèñêè." in other.content.decode()
    wrong = desk.act(url, "read", {"shape": "meetings", "encoding": "utf-8-sig", "delimiter": ","})
    assert "cannot be read as UTF-8" in wrong.content.decode()


def test_what_an_import_says_obeys_the_reader_of_now(desk, people):
    """Records named by an earlier check are named only while the importer may see them."""
    with desk.importer.reader():
        there = Meeting.objects.filter(channel__external_id="ch-belarus-2022").first()
    url = desk.checked(f"meeting_id,channel_id,started_on\nx-1,ch-belarus-2022,{there.started_on}\n")
    assert there.get_absolute_url() in desk.page(url)
    with acting_as(SYSTEM):
        Meeting.objects.filter(pk=there.pk).update(compartments=[people.room.pk])
    page = desk.page(url)
    assert there.get_absolute_url() not in page
    assert there.reference not in page


def test_lines_are_counted_as_a_spreadsheet_counts_rows(desk):
    """A cell of several lines, and blank lines, before a bad row; mended twice, the numbers stay."""
    several = 'new-1,ch-uae,2026-03-01,,,,"One\ntwo\nthree",\n'
    url = desk.checked(HEADER + several + "\n" + BAD + BAD.replace("new-2", "new-3"))
    assert [one["line"] for one in desk.run_of(url).found["problems"]] == [4, 5]
    for number in (4, 5):
        content = desk.client.get(f"{url}bad-rows/").content.decode("utf-8-sig")
        first = content.replace("2 March", "2026-03-02", 1)
        desk.act(url, "mend", {"mended": SimpleUploadedFile("mended.csv", first.encode())})
        desk.importer.work(desk.run_of(url))
        assert number not in {one["line"] for one in desk.run_of(url).found["problems"]}
    desk.act(url, "confirm")
    desk.importer.work(desk.run_of(url))
    with desk.importer.reader():
        lines = ImportedRecord.objects.values_list("line", flat=True)
        assert sorted(lines) == [2, 4, 5]
        assert Meeting.objects.get(external_id="new-1").summary == "One\ntwo\nthree"


def test_the_list_costs_the_same_for_two_imports_and_for_ten(desk):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.page(reverse("intake:import-run-list"))
        return len(queries)

    for number in range(2):
        desk.checked(HEADER + BAD, name=f"{number}.csv")
    cost()
    two = cost()
    for number in range(2, 10):
        desk.checked(HEADER + (GOOD, BAD)[number % 2], name=f"{number}.csv")
    assert cost() == two


def test_files_are_deleted_after_some_days(desk, own_store):
    url = desk.checked(HEADER + GOOD)
    with acting_as(SYSTEM):
        (own_store / "imports" / "left-behind").write_text("x")
        assert delete_old_files() == 0
        assert (own_store / "imports" / "left-behind").exists()
        old = timezone.now() - timezone.timedelta(days=settings.IMPORT_KEEP_DAYS + 1)
        ImportRun.objects.update(requested_at=old)
        os.utime(own_store / "imports" / "left-behind", (0, 0))
        assert delete_old_files() == 1
    assert list((own_store / "imports").iterdir()) == []
    desk.act(url, "columns")
    assert "deleted meanwhile" in desk.page(url)
