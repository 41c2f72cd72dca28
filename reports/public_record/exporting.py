"""Writes the records back as the fifteen files: what the named reader may see, from the models' own fields.

Left out is what the files cannot say: drafts, withdrawn and superseded records, meetings that were not held, claims
without a plain number or without a source.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from reports.public_record import export_events, export_talks
from reports.public_record.files import FILES
from reports.public_record.formulas import as_text

Cells = dict[str, str]
WRITERS: dict[str, Callable[[], Iterator[Cells]]] = export_talks.WRITERS | export_events.WRITERS


def export_rows(file: str) -> list[Cells]:
    """Return the rows of one file, by id, for the reader named by ``acting_as``."""
    own_id = next(iter(FILES[file]))
    return sorted(WRITERS[file](), key=lambda cells: cells[own_id])


def as_csv(file: str, rows: list[Cells]) -> str:
    """Return the rows of one file as CSV."""
    columns = list(FILES[file])
    lines = [columns, *([cells[column] for column in columns] for cells in rows)]
    return "".join(",".join(map(quoted, line)) + "\n" for line in lines)


def quoted(cell: str) -> str:
    """Return a cell between quotes where it needs them; Python's writer forgets the lone carriage return."""
    cell = as_text(cell)
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\r\n') else cell


def export_folder(folder: Path) -> dict[str, int]:
    """Write all files into ``folder`` and return the number of rows of each."""
    rows = {file: export_rows(file) for file in FILES}
    folder.mkdir(parents=True, exist_ok=True)
    for file, cells in rows.items():
        (folder / f"{file}.csv").write_text(as_csv(file, cells), encoding="utf-8", newline="")
    return {file: len(cells) for file, cells in rows.items()}
