"""One import for the tests of a module; each test works in a savepoint that is undone."""

import csv
import io
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from access.context import SYSTEM, acting_as
from records.models import HistoryEntry
from reports.public_record.importing import import_folder


class Folder:
    """A copy of the public record whose cells a test may change."""

    def __init__(self, path: Path):
        self.path = path
        shutil.copytree(settings.PUBLIC_RECORD_DIR, path, ignore=shutil.ignore_patterns("*.md"))

    def file(self, file: str) -> Path:
        return self.path / f"{file}.csv"

    def rows(self, file: str) -> list[dict[str, str]]:
        with self.file(file).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def write(self, file: str, rows: list[dict[str, str]]) -> None:
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
        self.file(file).write_text(out.getvalue(), encoding="utf-8", newline="")

    def change(self, file: str, row_id: str, **cells: str) -> dict[str, str]:
        """Change cells of one row and return the row."""
        rows = self.rows(file)
        (row,) = [row for row in rows if next(iter(row.values())) == row_id]
        row.update(cells)
        self.write(file, rows)
        return row

    def change_at(self, file: str, number: int, column: str, cell: str) -> dict[str, str]:
        """Change one cell of the row with this number and return the row."""
        rows = self.rows(file)
        rows[number][column] = cell
        self.write(file, rows)
        return rows[number]

    def add(self, file: str, **cells: str) -> None:
        rows = self.rows(file)
        rows.append(dict.fromkeys(rows[0], "") | cells)
        self.write(file, rows)

    def remove(self, file: str, row_id: str) -> None:
        self.write(file, [row for row in self.rows(file) if next(iter(row.values())) != row_id])

    def load(self):
        return import_folder(self.path)


@pytest.fixture(scope="module")
def first_import(django_db_setup, django_db_blocker):
    """The public record, imported once for a whole module; undone at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield import_folder()
        transaction.set_rollback(True)


@pytest.fixture
def record(first_import):
    """The imported public record; what the test changes is undone."""
    with transaction.atomic():
        yield first_import
        transaction.set_rollback(True)


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path / "public-record")


def history() -> int:
    """Return how many changes the history holds."""
    with acting_as(SYSTEM):
        return HistoryEntry.objects.count()
