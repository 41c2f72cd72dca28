"""What the worker does with a file: checks it, and writes what it says, all of it or nothing. Batch by batch, so that
memory does not grow with the file."""

import csv
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import openpyxl
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import Reader, because, refresh_labels
from intake.files import Table, Unreadable
from intake.models import ImportRun
from intake.planners import planner_of
from intake.planning import Plan, Recipe
from intake.shapes import REASON, ROW
from records import guard
from records.bulk import add_records
from records.services import change_record
from reports.public_record.desk import in_words
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


class Refused(Exception):
    """The rows cannot be written; the message says which and why."""


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


def batches(table: Table) -> Iterator[list[tuple[int, list[str]]]]:
    """Yield the rows, some at a time."""
    rows = table.rows()
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
    found: dict = {"problems": [], "sample": [], "alike": [], "changes": [], "without_place": []}
    with BadRows(run, table) as bad:
        for batch in batches(table):
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
    for batch in batches(table):
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
                write_plan(run, actor, plan, recipe)
            counts.update(plan.fates.values())
        counts["rows"] += len(batch)
    refresh_labels()
    return dict(counts)


def write_plan(run: ImportRun, actor: Reader, plan: Plan, recipe: Recipe) -> None:
    """Write the new records of some rows in one statement for each kind, the changed ones singly."""
    marking = {"level": recipe.level, "compartments": list(recipe.compartments)}
    try:
        with transaction.atomic():
            for model in sorted(plan.inserts, key=place_in_order):
                add_records(actor, model, plan.inserts[model], **marking)
    except (IntegrityError, DataError) as error:
        told = _("Lines %(first)s to %(last)s: %(reason)s Nothing was written.")
        first, last = plan.rows[0][0], plan.rows[-1][0]
        raise Refused(told % {"first": first, "last": last, "reason": in_words(error, model)}) from error
    for line, record, fields in plan.changes:
        for name, value in fields.items():
            setattr(record, name, value)
        try:
            change_record(actor, record, expected_version=record.version, reason=f"{run.file_name}, {run.reference}")
        except ValidationError as error:
            told = _("Line %(line)s: %(reason)s Nothing was written.")
            raise Refused(told % {"line": line, "reason": " ".join(error.messages)}) from error
    note_made(run, plan)


ORDER = (
    "negotiations_place", "sources_source", "negotiations_meeting", "negotiations_participant", "exchanges_outcome",
    "exchanges_outcomechannel", "exchanges_outcomeagreement", "exchanges_outcomerole", "exchanges_claim",
    "sources_citation",
)  # fmt: skip


def place_in_order(model) -> int:
    """What others point to is written before them."""
    return ORDER.index(model._meta.db_table)


def note_made(run: ImportRun, plan: Plan) -> None:
    """Note which row made which record."""
    made = [{"i": pk, "t": model._meta.db_table, "l": line} for line, model, pk in plan.made]
    if made:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO intake_importedrecord (record_id, record_table, run_id, line)"
                " SELECT i, t, %s, l FROM json_to_recordset(%s) AS m (i uuid, t text, l int)",
                [run.pk, json.dumps(made)],
            )


class BadRows:
    """The file that gives the rows back that are wrong: as it came, CSV or XLSX, with line and reason."""

    def __init__(self, run: ImportRun, table: Table):
        self.run, self.table, self.number = run, table, 0
        self.name = f"{run.file}-bad"
        self.path = Path(default_storage.path(self.name))

    def __enter__(self) -> "BadRows":
        self.run.bad_rows = ""
        header = [ROW, *self.table.header, REASON]
        if self.table.is_xlsx:
            self.book = openpyxl.Workbook(write_only=True)
            self.sheet = self.book.create_sheet()
            self.sheet.append(header)
        else:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file = self.path.open("w", encoding="utf-8-sig", newline="")
            self.path.chmod(0o600)
            self.writer = csv.writer(self.file, delimiter=self.table.delimiter)
            self.writer.writerow(header)
        return self

    def add(self, line: int, cells: list[str], reason: str) -> None:
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
