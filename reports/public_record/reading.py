"""Reads the files: bytes to rows, each with its line. Whatever cannot be read is refused in words."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from reports.public_record.files import FILES
from reports.public_record.formulas import as_written
from reports.public_record.reporting import Refusal


@dataclass(frozen=True)
class Row:
    """One row: the file without its ending, the line it begins on, its cells by column."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def id(self) -> str:
        """The row's own id, which stands in the first column."""
        return next(iter(self.cells.values()))

    def refuse(self, column: str, reason: str, remedy: str = "") -> Refusal:
        return Refusal(f"{self.file}.csv", self.line, column, reason, remedy)


Tables = dict[str, list[Row]]


def read_folder(folder: Path) -> tuple[Tables, list[Refusal]]:
    """Return the rows of every file and the refusals of what could not be read."""
    if not folder.is_dir():
        return {}, [Refusal(str(folder), None, "", _("there is no such folder"), _("Give the folder of the files."))]
    if not any((folder / f"{file}.csv").is_file() for file in FILES):
        return {}, [
            Refusal(
                str(folder),
                None,
                "",
                _("the folder holds none of the %(count)s files") % {"count": len(FILES)},
                _("Give the folder that holds sources.csv and the others."),
            )
        ]
    tables: Tables = {}
    refusals: list[Refusal] = []
    for file in FILES:
        tables[file] = []
        for found in read_file(folder, file):
            (refusals if isinstance(found, Refusal) else tables[file]).append(found)
    return tables, refusals


def read_file(folder: Path, file: str) -> Iterator[Row | Refusal]:
    """Yield the file's rows and refusals; a file that cannot be read as a whole yields one refusal and ends."""
    name = f"{file}.csv"
    try:
        raw = (folder / name).read_bytes()
    except FileNotFoundError:
        yield Refusal(name, None, "", _("the file is missing"), _("Put it beside the others; it may be without rows."))
        return
    except OSError as error:
        yield Refusal(name, None, "", _("the file cannot be read: %(error)s") % {"error": error.strerror})
        return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        reason = _("the file is not UTF-8: byte %(byte)s") % {"byte": f"0x{raw[error.start]:02x}"}
        yield Refusal(name, line, "", reason, _("Save it as UTF-8."))
        return
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        yield Refusal(name, line, "", _("the file holds a zero byte"), _("Save it as plain text."))
        return
    yield from read_rows(file, text)


def read_rows(file: str, text: str) -> Iterator[Row | Refusal]:
    """Yield the rows of one file's text; the first line must name the columns."""
    name = f"{file}.csv"
    columns = list(FILES[file])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if line == 1:
                if cells != columns:
                    yield wrong_header(name, cells, columns)
                    return
            elif not cells:
                continue
            elif len(cells) != len(columns):
                yield Refusal(
                    name,
                    line,
                    "",
                    _("the row has %(given)s cells, the header %(wanted)s")
                    % {"given": len(cells), "wanted": len(columns)},
                    _("Put cells that hold a comma between double quotes."),
                )
            else:
                yield Row(file, line, dict(zip(columns, map(as_written, cells), strict=True)))
    except csv.Error as error:
        reason = _("the row cannot be read: %(error)s") % {"error": error}
        yield Refusal(name, begins, "", reason, _("Check the double quotes."))
        return
    if not text.strip():
        yield wrong_header(name, [], columns)


def wrong_header(name: str, given: list[str], wanted: list[str]) -> Refusal:
    """Return the refusal of a header, with its likely cause."""
    missing = [column for column in wanted if column not in given]
    extra = [column for column in given if column not in wanted]
    if not given:
        column, reason, remedy = "", _("the file is empty"), ""
    elif len(given) == 1 and any(mark in given[0] for mark in ";\t|"):
        column, reason, remedy = "", _("the columns are not separated by commas"), _("Save the file with commas.")
    elif missing:
        column, reason, remedy = missing[0], _("the column %(name)s is missing") % {"name": ", ".join(missing)}, ""
    elif extra:
        column, reason, remedy = extra[0], _("%(name)s is no column") % {"name": ", ".join(extra)}, ""
    else:
        column = next((g for g, w in zip(given, wanted, strict=False) if g != w), given[-1])
        reason, remedy = _("the columns stand in another order, or one stands twice"), ""
    return Refusal(
        name, 1, column, reason, remedy or _("The first line must be: %(header)s") % {"header": ",".join(wanted)}
    )
