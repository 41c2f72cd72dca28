"""Broken files import nothing and say in which file, line and column, why, and what to do."""

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from access.context import SYSTEM, acting_as
from exchanges.models import Outcome
from reports.public_record import checking, importing
from reports.public_record.importing import import_folder
from reports.public_record.progress import Progress
from reports.public_record.reporting import Refusal
from tests.public_record.conftest import history


def refused(folder) -> list[Refusal]:
    """Load the folder, demand that nothing was written, and return the refusals."""
    before = history()
    report = folder.load()
    assert not report.imported
    assert (report.total.created, report.total.changed, report.total.unchanged) == (0, 0, 0)
    assert history() == before
    return report.refusals


CELLS = [
    ("sources", "steinert", {"url": "javascript:alert(1)"}, "url", "no web address"),
    ("sources", "steinert", {"publisher": ""}, "publisher", "empty"),
    ("sources", "steinert", {"publisher": "x" * 201}, "publisher", "too long"),
    ("sources", "steinert", {"language": "English"}, "language", "right form"),
    ("sources", "steinert", {"kind": "rumour"}, "kind", "no known code"),
    ("sources", "steinert", {"published_on": "2023-02-29"}, "published_on", "no date"),
    ("sources", "steinert", {"title": "one\ntwo"}, "title", "line break"),
    ("sources", "steinert", {"title": "bell\x07"}, "title", "control character"),
    ("sources", "steinert", {"title": " x"}, "title", "blank"),
    ("intermediaries", "QAT", {"iso3": "qat"}, "iso3", "right form"),
    ("intermediaries", "QAT", {"kind": "kingdom"}, "kind", "no known code"),
    ("intermediaries", "QAT", {"name": "Türkiye"}, "name", "already the name of TUR"),
    ("people", "kalin", {"party_or_org": "Narnia"}, "party_or_org", "no known actor"),
    ("channels", "ch-uae", {"parties": "Ukraine;Narnia"}, "parties", "no known actor"),
    ("channels", "ch-uae", {"parties": "Ukraine;USA"}, "parties", "another name of United States"),
    ("channels", "ch-uae", {"parties": ""}, "parties", "empty"),
    ("channels", "ch-uae", {"topics": "prisoners;gossip"}, "topics", "no known code"),
    ("channels", "ch-uae", {"started_on": "2022-13"}, "started_on", "no date"),
    ("channels", "ch-uae", {"started_on": "1922"}, "started_on", "outside the conflict"),
    ("channels", "ch-uae", {"intermediaries": "ARE;ARE"}, "intermediaries", "twice"),
    ("channels", "ch-uae", {"source_ids": "nowhere"}, "source_ids", "not in sources.csv"),
    ("meetings", "mt-2022-03-10", {"channel_id": "ch-none"}, "channel_id", "not in channels.csv"),
    ("meetings", "mt-2022-03-10", {"ended_on": "2022-03-09"}, "ended_on", "ends before it begins"),
    ("meetings", "mt-2022-03-10", {"longitude": ""}, "longitude", "half a coordinate"),
    ("meetings", "mt-2022-03-10", {"latitude": ""}, "latitude", "half a coordinate"),
    ("meetings", "mt-2022-03-10", {"latitude": "96.5"}, "latitude", "no coordinate"),
    ("meetings", "mt-2022-03-10", {"latitude": "36.89690"}, "latitude", "no coordinate"),
    ("meetings", "mt-2022-03-10", {"place": ""}, "place", "without a place"),
    ("meetings", "mt-2022-03-10", {"date_precision": "month"}, "started_on", "first day of its month"),
    ("meetings", "mt-2022-03-10", {"format": "pigeon"}, "format", "no known code"),
    ("meetings", "mt-2022-03-10", {"summary": "Ask +380 44 123 45 67"}, "summary", "a telephone number"),
    ("meetings", "mt-2022-03-10", {"participants": "lavrov;other:born on 12 March 1990"}, "participants", "of birth"),
    ("meetings", "mt-2022-03-10", {"participants": "lavrov;nobody"}, "participants", "not in people.csv"),
    ("meetings", "mt-2022-03-10", {"participants": "lavrov;other: "}, "participants", "blank"),
    ("meetings", "mt-2022-03-10", {"participants": "other:;lavrov"}, "participants", "says nothing"),
    ("meetings", "mt-2022-03-10", {"participants": "lavrov;lavrov"}, "participants", "twice"),
    ("agreements", "ag-2025-05-16", {"commitments": "prisoners:1000"}, "commitments", "no promise"),
    ("agreements", "ag-2025-05-16", {"commitments": f"prisoners:{'x' * 81}:each_side"}, "commitments", "too long"),
    ("agreements", "ag-2025-05-16", {"status": "broken"}, "status", "no known code"),
    ("agreements", "ag-2025-05-16", {"meeting_id": "mt-none"}, "meeting_id", "not in meetings.csv"),
    ("prisoner_exchanges", "ex-2022-03-24", {"reported_number": "1st"}, "reported_number", "no whole number"),
    ("prisoner_exchanges", "ex-2022-03-24", {"reported_number": "3000000000"}, "reported_number", "no whole number"),
    ("prisoner_exchanges", "ex-2022-03-24", {"date": ""}, "date", "empty"),
    ("prisoner_exchanges", "ex-2022-03-24", {"date": "24.03.2022"}, "date", "no date"),
    ("prisoner_exchanges", "ex-2022-03-24", {"date": "2222-03-24"}, "date", "outside the conflict"),
    ("prisoner_exchanges", "ex-2022-03-24", {"status": "ongoing"}, "status", "no known code"),
    ("remains_returns", "rm-2022-06-02", {"agreement_id": "ag-none"}, "agreement_id", "not in agreements.csv"),
    ("child_repatriations", "cr-2023-03-21", {"intermediaries": "NOBODY"}, "intermediaries", "not in intermediaries"),
    ("safe_passages", "sp-bsgi", {"type": "flight"}, "type", "no known code"),
    ("exchange_claims", "ex-2022-03-01-c01", {"direction": "to_narnia"}, "direction", "no known code"),
    ("exchange_claims", "ex-2022-03-01-c01", {"category": "wizards"}, "category", "no known code"),
    ("exchange_claims", "ex-2022-03-01-c01", {"count": "five"}, "count", "no whole number"),
    ("exchange_claims", "ex-2022-03-01-c01", {"count": "-5"}, "count", "no whole number"),
    ("exchange_claims", "ex-2022-03-01-c01", {"count": "1,000"}, "count", "no whole number"),
    ("exchange_claims", "ex-2022-03-01-c01", {"count": "٥"}, "count", "no whole number"),
    ("exchange_claims", "ex-2022-03-01-c01", {"count": "9" * 30}, "count", "no whole number"),
    ("exchange_claims", "ex-2022-03-01-c01", {"count": "007"}, "count", "no whole number"),
    ("exchange_claims", "ex-2022-03-01-c01", {"count": ""}, "count", "empty"),
    ("exchange_claims", "ex-2022-03-01-c01", {"qualifier": "maybe"}, "qualifier", "no known code"),
    ("exchange_claims", "ex-2022-03-01-c01", {"claimed_by": "Narnia"}, "claimed_by", "no known actor"),
    ("exchange_claims", "ex-2022-03-01-c01", {"exchange_id": "rm-2022-06-02"}, "exchange_id", "not in prisoner_exch"),
    ("exchange_claims", "ex-2022-03-01-c01", {"source_id": "none"}, "source_id", "not in sources.csv"),
    ("exchange_claims", "ex-2022-03-01-c01", {"claim_id": "ex-2022-03-01-c02"}, "claim_id", "stands already"),
    ("exchange_claims", "ex-2022-03-01-c01", {"claim_id": "tot-001"}, "total_id", "stands already"),
    ("exchange_claims", "ex-2022-03-01-c01", {"claim_id": "a/b"}, "claim_id", "no id"),
    ("safe_passage_claims", "sp-bsgi-c01", {"metric": "camels"}, "metric", "no known code"),
    ("safe_passage_claims", "sp-bsgi-c01", {"value": "2.5"}, "value", "no whole number"),
    ("running_totals", "tot-007", {"as_of": "2022-08-30"}, "as_of", "ends before it begins"),
    ("running_totals", "tot-007", {"as_of": ""}, "as_of", "empty"),
]


@pytest.mark.parametrize("file, row_id, cells, column, reason", CELLS)
def test_a_broken_cell_is_refused_where_it_stands(record, folder, file, row_id, cells, column, reason):
    folder.change(file, row_id, **cells)
    (refusal,) = refused(folder)[:1]
    assert reason in refusal.reason
    assert refusal.column == column
    if column in folder.rows(file)[0]:
        rows = folder.rows(file)
        lines = [n for n, row in enumerate(rows, 2) if all(row[name] == cell for name, cell in cells.items())]
        assert refusal.file == f"{file}.csv"
        assert refusal.line in [*lines, *[n + 1 for n in lines]]
    assert refusal.remedy or "twice" in refusal.reason


def test_a_repeated_figure_from_one_source_is_refused(record, folder):
    row = folder.rows("exchange_claims")[0]
    folder.add("exchange_claims", **row | {"claim_id": "ex-2022-03-01-c98"})
    (refusal,) = refused(folder)
    assert (refusal.line, refusal.column) == (366, "claim_id")
    assert "ex-2022-03-01-c01" in refusal.reason


def test_all_refusals_are_told_at_once_in_order(record, folder):
    folder.change("running_totals", "tot-001", count="x", qualifier="y")
    folder.change("sources", "steinert", url="z")
    told = [(refusal.file, refusal.column) for refusal in refused(folder)]
    assert told == [("sources.csv", "url"), ("running_totals.csv", "count"), ("running_totals.csv", "qualifier")]


def test_a_line_that_cannot_be_read_does_not_hide_what_else_is_wrong(record, folder):
    replace(folder, "channels", b"ch-uae,UAE-mediated exchange channel,", b"ch-uae,UAE-mediated, exchange, channel,")
    folder.change("running_totals", "tot-001", count="x")
    told = [(refusal.file, refusal.line, refusal.column) for refusal in refused(folder)]
    assert told == [("channels.csv", 11, ""), ("running_totals.csv", 2, "count")]


def replace(folder, file: str, old: bytes, new: bytes) -> None:
    path = folder.file(file)
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new, 1))


@pytest.mark.parametrize(
    "old, new, line, column, reason",
    [
        (b",day,,,,,video", b",day,,,,,vid\xffeo", 6, "", "not UTF-8: byte 0xff"),
        (b",day,,,,,video", b",day,,,,,vid\0eo", 6, "", "zero byte"),
        (b",day,,,,,video", b",day,,,,video", 6, "", "the row has 12 cells, the header 13"),
        (b",day,,,,,video", b",day,,,,,,video", 6, "", "the row has 14 cells, the header 13"),
        (b"Antalya,TUR", b'"Antalya,TUR', 5, "", "cannot be read"),
        (b"Antalya,TUR", b'"Anta"lya,TUR', 5, "", "cannot be read"),
        (b"meeting_id,channel_id", b"meeting_id,chanel_id", 1, "channel_id", "channel_id is missing"),
        (b"meeting_id,", b"meeting_id,colour,", 1, "colour", "is no column"),
        (b"meeting_id,channel_id", b"channel_id,meeting_id", 1, "channel_id", "another order"),
    ],
)
def test_a_broken_line_is_refused_where_it_stands(record, folder, old, new, line, column, reason):
    replace(folder, "meetings", old, new)
    refusal = refused(folder)[0]
    assert (refusal.file, refusal.line, refusal.column) == ("meetings.csv", line, column)
    assert reason in refusal.reason


def test_a_row_over_several_lines_does_not_shift_the_lines_after_it(record, folder):
    folder.change("meetings", "mt-2022-02-28", summary="First.\nSecond.")
    folder.change("meetings", "mt-2022-03-03", format="pigeon")
    (refusal,) = refused(folder)
    assert refusal.line == 4


def test_semicolons_between_the_columns_are_named(record, folder):
    text = folder.file("intermediaries").read_text(encoding="utf-8")
    folder.file("intermediaries").write_text(text.replace(",", ";"), encoding="utf-8")
    (refusal,) = refused(folder)
    assert "not separated by commas" in refusal.reason


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_refused(record, folder, content):
    folder.file("meetings").write_bytes(content)
    (refusal,) = refused(folder)
    assert (refusal.file, refusal.reason) == ("meetings.csv", "the file is empty")


def test_a_missing_file_is_refused(record, folder):
    folder.file("meetings").unlink()
    (refusal,) = refused(folder)
    assert (refusal.file, refusal.reason) == ("meetings.csv", "the file is missing")


def test_a_folder_in_place_of_a_file_is_refused(record, folder):
    folder.file("meetings").unlink()
    folder.file("meetings").mkdir()
    (refusal,) = refused(folder)
    assert "cannot be read" in refusal.reason


def test_an_empty_or_missing_folder_is_refused(record, tmp_path):
    assert "none of the 15 files" in import_folder(tmp_path).refusals[0].reason
    assert "no such folder" in import_folder(tmp_path / "nowhere").refusals[0].reason


def test_byte_order_mark_and_windows_line_ends_are_read(record, folder):
    for file in ("meetings", "sources"):
        raw = folder.file(file).read_bytes()
        folder.file(file).write_bytes(b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"))
    before = history()
    assert folder.load().imported
    assert history() == before


def test_blank_lines_and_files_without_rows_are_read(record, folder):
    folder.file("running_totals").write_text(folder.file("running_totals").read_text().splitlines()[0] + "\n\n")
    report = folder.load()
    assert report.imported and report.files["running_totals"].read == 0
    assert len(report.notes) == 110


def test_what_only_the_models_or_the_database_refuse_is_told_with_its_line(record, folder, monkeypatch):
    monkeypatch.setattr(importing, "check", lambda tables, names, complete: [])
    folder.change("agreements", "ag-2025-05-16", status="broken")
    (refusal,) = refused(folder)
    assert (refusal.file, refusal.line, refusal.column) == ("agreements.csv", 20, "status")
    folder.change("agreements", "ag-2025-05-16", status="implemented")
    folder.change("meetings", "mt-2022-03-10", ended_on="2022-03-09")
    (refusal,) = refused(folder)
    assert (refusal.where, refusal.reason) == ("meetings.csv:5 meeting_id", "The last day lies before the first day.")
    folder.change("meetings", "mt-2022-03-10", ended_on="", meeting_id="mt-new")
    folder.add(
        "prisoner_exchanges",
        exchange_id="ex-new",
        date="2025-01-01",
        channel_id="ch-uae",
        ended_on="2024-01-01",
        date_precision="day",
        status="completed",
        source_ids="steinert",
    )
    (refusal,) = refused(folder)
    assert (refusal.where, refusal.reason) == (
        "prisoner_exchanges.csv:90 exchange_id",
        "The last day lies before the first day.",
    )


def test_a_direction_the_conflict_no_longer_has_is_refused_in_words(record, folder):
    with acting_as(SYSTEM):
        party = Outcome.objects.first().conflict.parties.get(direction="to_russia")
        party.direction = "eastward"
        party.save()
    folder.change("exchange_claims", "ex-2022-03-01-c02", count="2")
    (refusal,) = refused(folder)
    assert (refusal.file, refusal.line, refusal.column) == ("exchange_claims.csv", 3, "direction")


def test_the_command_prints_refusals_and_fails(record, folder, tmp_path):
    folder.change("meetings", "mt-2022-03-10", format="pigeon")
    errors = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was imported: 1 refusal"):
        call_command("import_public_record", folder.path, stderr=errors, report=tmp_path / "report.json")
    assert "meetings.csv:5" in errors.getvalue()
    assert "'pigeon' is no known code. Choose one of: call," in errors.getvalue()
    told = json.loads((tmp_path / "report.json").read_text())
    assert told["imported"] is False
    assert told["files"]["meetings"] == {"read": 37, "created": 0, "changed": 0, "unchanged": 0, "refused": 1}
    assert told["refusals"][0]["line"] == 5


def test_the_command_prints_counts(record, folder, capsys):
    out = io.StringIO()
    folder.remove("running_totals", "tot-110")
    call_command("import_public_record", folder.path, stdout=out)
    assert "together             1582        0        0       1582        0" in out.getvalue()
    assert "running_totals.csv tot-110: missing in the file, left as it is" in out.getvalue()
    assert capsys.readouterr().err.splitlines()[:2] == ["Reading", "Checking"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_that_ends_at_the_end(record, folder):
    screen = Terminal()
    import_folder(folder.path, Progress(screen))
    frames = screen.getvalue().split("\r")
    assert "100 %" in frames[-1] and frames[-1].endswith("\n")
    assert any(" 0 % Reading" in frame for frame in frames)


def test_the_checks_find_nothing_wrong_with_the_record_itself(record, folder):
    tables, refusals = importing.read_folder(folder.path)
    with acting_as(SYSTEM):
        assert [*refusals, *checking.check(tables, importing.directory(tables["intermediaries"]))] == []
