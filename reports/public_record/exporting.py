"""Writes the records back as the fifteen files: what the named reader may see, from the models' own fields.

Left out is what the files cannot say: drafts, withdrawn and superseded records, meetings that were not held, claims
without a plain number or without a source.
"""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from reports.public_record import export_events, export_talks
from reports.public_record.files import FILES

Cells = dict[str, str]
WRITERS: dict[str, Callable[[], Iterator[Cells]]] = export_talks.WRITERS | export_events.WRITERS


def export_rows(file: str) -> list[Cells]:
    """Return the rows of one file, by id, for the reader named by ``acting_as``."""
    own_id = next(iter(FILES[file]))
    return sorted(WRITERS[file](), key=lambda cells: cells[own_id])


def export_text(file: str) -> str:
    """Return one file as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(FILES[file]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(export_rows(file))
    return out.getvalue()


def export_folder(folder: Path) -> dict[str, int]:
    """Write all files into ``folder`` and return the number of rows of each."""
    texts = {file: export_text(file) for file in FILES}
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for file, text in texts.items():
        (folder / f"{file}.csv").write_text(text, encoding="utf-8", newline="")
        counts[file] = sum(1 for _row in csv.reader(io.StringIO(text, newline=""))) - 1
    return counts
