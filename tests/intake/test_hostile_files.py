"""Files that are not what they say, or want to do harm: refused in words, with the remedy."""

import io
import zipfile

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.test.utils import override_settings

from intake import services
from intake.files import Unreadable
from intake.models import Candidate, ImportRun
from negotiations.models import Meeting
from sources.models import Source

HEADER = "publisher,title,url\n"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(*rows, **parts: str) -> bytes:
    """A workbook with these rows; ``parts`` are put in besides, by name."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out, "a") as packed:
        for name, text in parts.items():
            packed.writestr(name.replace("__", "/"), text)
    return out.getvalue()


def with_sheet(xml: str | bytes, shared: str = "") -> bytes:
    """A workbook whose only sheet is this text."""
    source = zipfile.ZipFile(io.BytesIO(workbook(["publisher"], ["p"])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in source.infolist():
            if part.filename == "xl/worksheets/sheet1.xml":
                packed.writestr(part.filename, xml)
            elif part.filename == "xl/sharedStrings.xml" and shared:
                packed.writestr(part.filename, shared)
            else:
                packed.writestr(part.filename, source.read(part.filename))
    return out.getvalue()


def sheet(rows: str, before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


BILLION_LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'


def refused(importer, content: bytes, name="rows.xlsx") -> str:
    """Return why an upload is refused; nothing is kept of it."""
    with pytest.raises(ValidationError) as caught:
        importer.start(content, name=name)
    assert list(caught.value.message_dict) == ["file"]
    with importer.reader():
        assert not ImportRun.objects.exists()
    return caught.value.message_dict["file"][0]


def test_a_zip_bomb_is_not_unpacked(importer, own_store):
    bomb = with_sheet(sheet(CELL.format("A" * 400 * 2**20)))
    assert len(bomb) < 2**20
    assert "too large when unpacked" in refused(importer, bomb)
    assert list((own_store / "imports").iterdir()) == []


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_is_read(importer):
    """The directory of the archive says that the sheet is small."""
    bomb = bytearray(with_sheet(sheet(CELL.format("A" * 50 * 2**20))))
    true_size = (len(sheet(CELL.format(""))) + 50 * 2**20).to_bytes(4, "little")
    assert bomb.count(true_size) >= 1
    bomb = bytes(bomb).replace(true_size, (1000).to_bytes(4, "little"))
    told = refused(importer, bomb)
    assert "cannot be read" in told


@pytest.mark.parametrize("doctype", [BILLION_LAUGHS, OUTSIDE], ids=["laughs", "outside"])
def test_entities_are_refused(importer, doctype):
    entity = "&c;" if doctype is BILLION_LAUGHS else "&a;"
    assert "cannot be read" in refused(importer, with_sheet(sheet(CELL.format(entity), doctype)))
    text = f'<?xml version="1.0"?>{doctype}<sst xmlns="{MAIN}" count="1"><si><t>{entity}</t></si></sst>'
    shared = sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    assert "cannot be read" in refused(importer, with_sheet(shared, text))


def test_macros_are_refused(importer):
    assert "holds macros" in refused(importer, workbook(["publisher"], ["p"], xl__vbaProject__bin="x").replace(
        b"xl/vbaProject/bin", b"xl/vbaProject.bin"
    ))  # fmt: skip


def test_a_formula_is_read_as_its_value_and_never_run(importer):
    """As it was last saved by a spreadsheet; a formula that was never computed has none."""
    value = '<c r="A2"><f>HYPERLINK("https://example.org")</f><v>7</v></c>'
    told = sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>publisher</t></is></c></row>'
        f'<row r="2">{value}</row><row r="3"><c r="A3"><f>1+1</f></c></row>'
    )
    run = importer.imported(with_sheet(told), name="rows.xlsx")
    assert run.found["counts"]["new"] == 1
    with importer.reader():
        assert Source.objects.filter(publisher="7").exists()


def test_text_that_a_spreadsheet_would_run_comes_back_as_text(importer):
    run = importer.checked(HEADER + "\"=cmd|' /C calc'!A0\",,no address\n")
    given = importer.stored(run.bad_rows)
    assert "\n2,'=cmd|" in given.replace("\r", "").replace('"', "")
    fixed = importer.imported(HEADER + "\"=cmd|' /C calc'!A0\",,https://example.org/\n")
    assert fixed.found["counts"]["new"] == 1
    with importer.reader():
        assert Source.objects.filter(publisher="=cmd|' /C calc'!A0").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x00\x01\x02\x03" * 100, "not a text file"),
        ((HEADER + "a\x00b,,\n").encode(), "not a text file"),
        (b"PK\x03\x04" + b"\xff" * 500, "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 500, "neither CSV nor XLSX"),
        (workbook(["publisher"])[:-200], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 500, "neither CSV nor XLSX"),
        (",".join(f"c{n}" for n in range(300)).encode() + b"\n" + b",".join([b"1"] * 300), "more than 200 columns"),
        (workbook([f"c{n}" for n in range(300)], ["1"] * 300), "more than 200 columns"),
        (with_sheet("this is no XML"), "cannot be read"),
        (with_sheet(sheet('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>')), "cannot be read"),
    ],
    ids=[
        "binary", "nul", "not a zip", "old office", "cut off", "picture", "300 columns", "300 in a sheet", "no xml",
        "no such column",
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(importer, content, told):
    assert told in refused(importer, content, name="rows.csv")


def test_a_line_of_ten_megabytes_is_refused_where_it_stands(importer):
    assert "Line 1 cannot be read" in refused(importer, ("x" * 10 * 2**20).encode(), "rows.csv")
    content = HEADER + "p,t,\n" * 2 + "x" * 10 * 2**20 + ",,\n"
    with pytest.raises(Unreadable, match="Line 4 cannot be read"):
        importer.checked(content)


def test_a_quote_that_never_ends_is_refused_where_it_begins(importer):
    with pytest.raises(Unreadable, match="Line 4 cannot be read: a quote is missing"):
        importer.checked(HEADER + "p,t,\n" * 2 + 'p,"t,\n' + "a,b,c\n" * 20_000)


def test_a_row_with_more_cells_than_the_header_is_refused(importer):
    with pytest.raises(Unreadable, match="Line 3 has more cells than the header"):
        importer.checked(HEADER + "p,t,\na,b,https://example.org/,d\n")


def test_a_wrong_encoding_is_told_with_its_name(importer):
    cut_off = (HEADER + "Пресса,Заголовок,\n").encode("utf-16")[:-1]
    assert "cannot be read as UTF-16" in refused(importer, cut_off, "rows.csv")
    content = (HEADER + "Пресса,Заголовок,\n").encode("cp1251")
    run = importer.start(content)
    assert run.encoding == "cp1251"
    with importer.reader() as actor, pytest.raises(ValidationError, match="cannot be read as UTF-8"):
        services.read_again(actor, run, shape="sources", encoding="utf-8-sig", delimiter=",")
    utf16 = importer.checked((HEADER + "Пресса,Заголовок,\n").encode("utf-16"))
    assert utf16.found["counts"]["new"] == 1


@override_settings(IMPORT_MOST_CELLS=1000)
def test_a_sheet_with_more_cells_than_are_read_is_refused(importer):
    with pytest.raises(Unreadable, match="more than 1,000 cells"):
        importer.checked(workbook(["publisher", "title"], *[["p", "t"]] * 600), name="rows.xlsx")


@override_settings(IMPORT_LARGEST_FILE=1000)
def test_a_file_that_is_too_large_is_refused_with_both_sizes(importer):
    assert "The largest that can be imported" in refused(importer, (HEADER + "p,t,\n" * 1000).encode(), "rows.csv")


def test_letters_of_every_kind_are_kept_or_refused_by_name(importer):
    """Bidirectional, zero-width and combining characters stay; control characters are refused with their column."""
    words = "עברית \u202eabc\u202c \u200bzero\u200b e\u0301 \U0001f54a"
    run = importer.imported(HEADER + f'Press,"{words}",\n')
    assert run.found["counts"]["new"] == 1
    with importer.reader():
        assert Source.objects.filter(title=words.strip()).exists()
    (told,) = importer.checked(HEADER + "Press,a\x07b,\n").found["problems"]
    assert (told["line"], told["column"]) == (2, "title")
    assert "control character" in told["reason"]


def test_a_hundred_wrong_rows_are_told_and_all_come_back(importer):
    run = importer.checked("meeting_id,channel_id,started_on\n" + "".join(f"m-{n},nowhere,x\n" for n in range(300)))
    assert run.found["counts"] == {"rows": 300, "bad": 300, "alike": 0}
    assert len(run.found["problems"]) == 200
    assert importer.stored(run.bad_rows).count("\n") == 301
    with importer.reader():
        assert not Meeting.objects.filter(external_id__startswith="m-").exists()
        assert not Candidate.objects.exists()
