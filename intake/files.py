"""Uploaded tables: CSV in any usual encoding and delimiter, and XLSX. Read row by row, never whole.

Sources of the limits: OWASP File Upload; defusedxml and openpyxl on zip bombs and entities.
"""

import codecs
import csv
import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from defusedxml.common import DefusedXmlException
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.utils.exceptions import InvalidFileException

from reports.public_record.formulas import as_written

ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1251": gettext_lazy("Windows-1251 (Cyrillic)"),
    "cp1252": gettext_lazy("Windows-1252 (Western European)"),
}
DELIMITERS = {",": gettext_lazy("comma"), ";": gettext_lazy("semicolon"), "\t": gettext_lazy("tab"), "|": "|"}
LONGEST_CELL = 50_000
MOST_COLUMNS = 200
CHUNK = 1 << 16
XLSX = b"PK\x03\x04"


class Unreadable(Exception):
    """The file cannot be read as a table; the message says what is wrong and what to do."""


@dataclass
class Table:
    """How a file is read: ``xlsx``, or an encoding and a delimiter; its header, and the HXL tags below it, if any."""

    path: Path
    encoding: str = ""
    delimiter: str = ""
    header: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def is_xlsx(self) -> bool:
        return not self.encoding

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield line number and cells of every row of data: blank rows and HXL tags are left out.

        Raises Unreadable where the file ends to be a table.
        """
        with _opened(self) as lines:
            wide = None
            for number, cells in lines:
                if wide is None:
                    wide = len(cells)
                elif any(cells) and not is_hxl(cells):
                    if any(cells[wide:]):
                        told = _("Line %(line)s has more cells than the header. Check its quotes and delimiters.")
                        raise Unreadable(told % {"line": number})
                    yield number, cells[:wide] + [""] * (wide - len(cells))

    def length(self) -> int:
        """Return about how many rows there are, for a progress bar."""
        if self.is_xlsx:
            with self.path.open("rb") as file, opened_book(file) as book:
                return book.worksheets[0].max_row or 1
        with self.path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(CHUNK), b"")) or 1


def is_hxl(cells: list[str]) -> bool:
    """Whether a row holds HXL hashtags: every cell that says anything begins with ``#``. Source: HXL 1.1."""
    told = [cell for cell in cells if cell]
    return bool(told) and all(cell.startswith("#") and cell[1:2].isalpha() for cell in told)


def recognise(path: Path, encoding: str = "", delimiter: str = "") -> Table:
    """Find out how the file is to be read, unless told, and read its header.

    Raises Unreadable for what is no table, too large when unpacked, or holds macros.
    """
    with path.open("rb") as file:
        begin = file.read(4)
    if begin == XLSX:
        check_workbook(path)
        table = Table(path)
    elif begin.startswith((b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")):
        raise Unreadable(_("This is neither CSV nor XLSX. Save the table as CSV (UTF-8) or as XLSX."))
    else:
        table = Table(path, encoding or encoding_of(path))
        table.delimiter = delimiter or delimiter_of(path, table.encoding)
    with _opened(table) as lines:
        first = next(lines, (0, []))[1]
        table.header = [cell.strip() for cell in first]
        while table.header and not table.header[-1]:
            table.header.pop()
        second = next(lines, (0, []))[1]
    if is_hxl(second):
        table.tags = [cell.strip() for cell in second]
    if not table.header:
        raise Unreadable(_("The file is empty, or its first line is. The first line must name the columns."))
    if len(table.header) > MOST_COLUMNS:
        raise Unreadable(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
    twice = {name for name in table.header if name and table.header.count(name) > 1}
    if twice:
        told = _("The column %(name)s stands twice. Give each column a name of its own.")
        raise Unreadable(told % {"name": ", ".join(sorted(twice))})
    return table


def encoding_of(path: Path) -> str:
    """Return the encoding: by its byte order mark; UTF-8 where all of it is; else Windows-1251, to be confirmed."""
    with path.open("rb") as file:
        begin = file.read(CHUNK)
        if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while begin:
                if b"\x00" in begin:
                    raise Unreadable(_("This is not a text file. Save the table as CSV (UTF-8) or as XLSX."))
                decoder.decode(begin)
                begin = file.read(CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1251"
    return "utf-8-sig"


def delimiter_of(path: Path, encoding: str) -> str:
    """Return the delimiter that stands most often in the first line, outside quotes."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            line = file.readline(CHUNK)
    except UnicodeError as error:
        raise Unreadable(wrong_encoding(encoding)) from error
    plain = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=plain.count)


def wrong_encoding(encoding: str) -> str:
    return _("The file cannot be read as %(encoding)s. Choose another encoding.") % {"encoding": ENCODINGS[encoding]}


def check_workbook(path: Path) -> None:
    """Raise Unreadable for a workbook that is none, holds macros, or is larger unpacked than is allowed."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile as error:
        raise Unreadable(_("The file is damaged: it cannot be unpacked.")) from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable(_("This is no XLSX workbook. Save the table as CSV (UTF-8) or as XLSX."))
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unreadable(_("The workbook holds macros. Save it as XLSX without macros."))
    if sum(part.file_size for part in parts) > settings.IMPORT_LARGEST_UNPACKED or any(
        part.flag_bits & 1 for part in parts
    ):
        raise Unreadable(_("The workbook is too large when unpacked, or locked by a password. Save it as CSV."))


@contextmanager
def _opened(table: Table):
    """Give an iterator of (line number, cells as text), the header first."""
    if table.is_xlsx:
        with table.path.open("rb") as file, opened_book(file) as book:
            yield workbook_lines(book.worksheets[0])
    else:
        with table.path.open(encoding=table.encoding, newline="") as file:
            yield text_lines(file, table)


# What openpyxl and the parser below it raise for what is not as it should be.
BROKEN = (InvalidFileException, DefusedXmlException, LookupError, TypeError, ValueError, SyntaxError, OSError, EOFError,
          zipfile.BadZipFile, zlib.error)  # fmt: skip


@contextmanager
def opened_book(file: io.BufferedIOBase):
    """Give the workbook in a file, to be read row by row; of formulas their values. Raises Unreadable."""
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except BROKEN as error:
        raise Unreadable(broken_workbook()) from error
    try:
        if not book.worksheets:
            raise Unreadable(broken_workbook())
        yield book
    finally:
        book.close()


def broken_workbook() -> str:
    return _("The workbook cannot be read. Save the table as CSV (UTF-8).")


def text_lines(file: io.TextIOBase, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a CSV file; raise Unreadable where it breaks off.

    They are counted as a spreadsheet counts its rows: a cell of several lines is no reason to count further.
    """
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(file, delimiter=table.delimiter, strict=True)
    line = 0
    try:
        for line, cells in enumerate(reader, 1):
            if "\x00" in "".join(cells):
                raise Unreadable(_("Line %(line)s holds a NUL character. Remove it.") % {"line": line})
            yield line, [as_written(cell) for cell in cells]
    except csv.Error as error:
        told = _("Line %(line)s cannot be read: a quote is missing, or a cell is longer than %(most)s characters.")
        raise Unreadable(told % {"line": line + 1, "most": f"{LONGEST_CELL:,}"}) from error
    except UnicodeError as error:
        raise Unreadable(wrong_encoding(table.encoding)) from error


def workbook_lines(sheet) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet as text. Of a formula its value is read, as it was last computed and saved."""
    seen = 0
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            seen += len(cells)
            if seen > settings.IMPORT_MOST_CELLS:
                told = _("The sheet has more than %(most)s cells. Split it, or save it as CSV.")
                raise Unreadable(told % {"most": f"{settings.IMPORT_MOST_CELLS:,}"})
            yield number, [as_cell(value) for value in cells]
    except BROKEN as error:
        raise Unreadable(broken_workbook()) from error


def as_cell(value) -> str:
    """Return a value of a sheet as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return as_written(str(value).replace("\x00", ""))
