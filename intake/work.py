"""What the worker does with a file: checks it, and writes what it says, all of it or nothing. Batch by batch, so that
memory does not grow with the file."""

import csv
import itertools
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import openpyxl
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import Reader, because, refresh_labels
from intake.files import Table, Unreadable
from intake.models import ImportRun
from intake.planners import planner_of
from intake.planning import Plan, Recipe
from intake.shapes import REASON, ROW
from intake.writing import Refused, write_plan
from records import guard
from reports.public_record.formulas import as_text

BATCH = 2000
SHOWN_PROBLEMS = 200
SHOWN = 50
SHOWN_ROWS = 10
ONE_AT_A_TIME = 2025_05_23  # the key of the advisory lock
READING, WAITING, WRITING = (
    gettext_lazy("Reading and checking the rows"),
    gettext_lazy("Waiting for other imports"),
    gettext_lazy("Writing the records"),
)

Tell = Callable[[str, int], None]


def recipe_of(run: ImportRun) -> Recipe:
    return Recipe(
        run.shape, run.header, run.mapping, run.conflict, run.outcome_kind, run.marking_level,
        tuple(run.marking_compartments),
    )  # fmt: skip


def table_of(run: ImportRun) -> Table:
    """Return the run's file; raise Unreadable where it has been deleted."""
    path = Path(default_storage.path(run.file))
    if run.file_gone_at is not None or not path.is_file():
        raise Unreadable(_("The file has been deleted meanwhile. Upload it again."))
    return run.table(path)


def batches(table: Table, left_out: Iterable[int] = ()) -> Iterator[list[tuple[int, list[str]]]]:
    """Yield the rows, some at a time, without those that went to the inbox."""
    gone = frozenset(left_out)
    rows = (row for row in table.rows() if row[0] not in gone)
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch
        time.sleep(settings.PARLEY_REPORT_STEP_SECONDS)


def check(run: ImportRun, tell: Tell) -> dict:
    """Check every row and return what was found; rows that are wrong are put into a file with the reasons.

    Raises Unreadable. To be called inside ``acting_as`` the importer.
    """
    table = table_of(run)
    planner = planner_of(recipe_of(run))
    length = table.length()
    counts: Counter[str] = Counter()
    found: dict = {"problems": [], "sample": [], "alike": [], "changes": []}
    with BadRows(run, table) as bad:
        for batch in batches(table, run.left_out):
            tell(str(READING), min(99, 100 * counts["rows"] // length))
            plan = planner.plan(batch)
            reasons: dict[int, list[str]] = {}
            for problem in plan.problems:
                column = f"{problem.column}: " if problem.column else ""
                reasons.setdefault(problem.line, []).append(f"{column}{problem.reason}. {problem.remedy}")
            for line, cells in batch:
                if line in reasons:
                    bad.add(line, cells, " | ".join(reasons[line]))
            counts["rows"] += len(batch)
            counts["bad"] += len(reasons)
            counts.update(fate for line, fate in plan.fates.items() if line not in reasons)
            note(found, plan, reasons)
            counts["alike"] += len(plan.alike)
    return found | {"counts": dict(counts)}


def note(found: dict, plan: Plan, bad: dict) -> None:
    """Keep the first of everything for the page. Of records only who they are: their words are asked when shown."""
    found["problems"] += [asdict(one) for one in plan.problems[: SHOWN_PROBLEMS - len(found["problems"])]]
    rows = [
        {"line": line, "fate": plan.fates.get(line, ""), "values": {n: v[:200] for n, v in values.items() if v}}
        for line, values in plan.rows[: SHOWN_ROWS - len(found["sample"])] if line not in bad
    ]  # fmt: skip
    found["sample"] += rows
    for line, record in plan.alike[: SHOWN - len(found["alike"])]:
        found["alike"].append({"line": line, "table": record._meta.db_table, "id": str(record.pk)})
    for line, record, fields in plan.changes[: SHOWN - len(found["changes"])]:
        columns = [name.removesuffix("_id") for name in fields]
        found["changes"].append({"line": line, "table": record._meta.db_table, "id": str(record.pk), "fields": columns})


def write(run: ImportRun, actor: Reader, tell: Tell) -> dict:
    """Write everything the file says and return the numbers; raise Refused, or Unreadable, and write nothing.

    To be called in one transaction inside ``acting_as`` the importer, by the door ``import``.
    """
    table = table_of(run)
    recipe = recipe_of(run)
    tell(str(WAITING), 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    planner = planner_of(recipe, tells_alike=False)
    length = table.length()
    counts: Counter[str] = Counter()
    for batch in batches(table, run.left_out):
        tell(str(WRITING), min(99, 100 * counts["rows"] // length))
        # Rows that say why what looks like personal data must stay are written by themselves: the history keeps it.
        for reason, rows in itertools.groupby(batch, lambda row: planner.reason_of(row[1])):
            plan = planner.plan(rows)
            if plan.problems:
                first = plan.problems[0]
                told = _("Line %(line)s no longer fits: %(reason)s. Nothing was written. Check the file again.")
                raise Refused(told % {"line": first.line, "reason": first.reason})
            guard.allow(reason)
            with because(guard.kept_because(reason)):
                write_plan(actor, plan, recipe, reason=f"{run.file_name}, {run.reference}")
            note_made(run, plan)
            counts.update(plan.fates.values())
        counts["rows"] += len(batch)
    refresh_labels()
    return dict(counts)


def note_made(run: ImportRun, plan: Plan) -> None:
    """Note which row made or changed which record."""
    noted = [{"i": pk, "t": model._meta.db_table, "l": line, "n": True} for line, model, pk in plan.made]
    noted += [
        {"i": str(record.pk), "t": record._meta.db_table, "l": line, "n": False} for line, record, _f in plan.changes
    ]
    if noted:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO intake_importedrecord (record_id, record_table, run_id, line, is_new)"
                " SELECT i, t, %s, l, n FROM json_to_recordset(%s) AS m (i uuid, t text, l int, n boolean)",
                [run.pk, json.dumps(noted)],
            )


class BadRows:
    """The file that gives the rows back that are wrong: as it came, CSV or XLSX, with line and reason."""

    def __init__(self, run: ImportRun, table: Table):
        self.run, self.table, self.number = run, table, 0
        self.name = f"{run.file}-bad-{secrets.token_hex(4)}"  # another attempt may not have ended yet
        self.path = Path(default_storage.path(self.name))

    def __enter__(self) -> "BadRows":
        self.run.bad_rows = ""
        self.header = [ROW, *self.table.header, REASON]
        if not self.table.is_xlsx:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file = self.path.open("w", encoding="utf-8-sig", newline="")
            self.path.chmod(0o600)
            self.writer = csv.writer(self.file, delimiter=self.table.delimiter)
            self.writer.writerow(self.header)
        return self

    def add(self, line: int, cells: list[str], reason: str) -> None:
        if self.table.is_xlsx and not self.number:  # a book that is begun and never saved leaves a file behind
            self.book = openpyxl.Workbook(write_only=True)
            self.sheet = self.book.create_sheet()
            self.sheet.append(self.header)
        self.number += 1
        row = [str(line), *map(as_text, cells[: len(self.table.header)]), reason]
        if self.table.is_xlsx:
            self.sheet.append(row)
        else:
            self.writer.writerow(row)

    def __exit__(self, kind, *_rest) -> None:
        if not self.table.is_xlsx:
            self.file.close()
        elif self.number:
            self.book.save(self.path)
            self.path.chmod(0o600)
        if self.number and kind is None:
            self.run.bad_rows = self.name
        else:
            self.path.unlink(missing_ok=True)
