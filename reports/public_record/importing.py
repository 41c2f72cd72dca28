"""Imports the public record: reads, checks, then writes everything in one transaction, or nothing."""

import time
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils.translation import gettext as _

from access.context import SYSTEM, acting_as
from negotiations.models import Conflict
from reports.public_record import conflict, deliveries, events, figures, foundation, talks
from reports.public_record.cells import items
from reports.public_record.checking import check, in_order
from reports.public_record.desk import Desk
from reports.public_record.directory import directory
from reports.public_record.foundation import Ground
from reports.public_record.progress import Progress, Silence
from reports.public_record.reading import Row, Tables, read_folder
from reports.public_record.reporting import FileCount, Refused, Report
from sources.models import Citation, Source

DOOR = "import"
ONE_AT_A_TIME = 2022_02_24  # the key of the advisory lock


def import_folder(folder: Path | str | None = None, progress: Progress | None = None) -> Report:
    """Import the fifteen files of ``folder`` as the system and return what became of every row.

    All in one transaction; with one refusal nothing is written. Running it again changes nothing.
    """
    progress = progress or Silence()
    started = time.monotonic()
    folder = Path(folder or settings.PUBLIC_RECORD_DIR)
    report = Report(str(folder))
    progress.step(_("Reading"))
    tables, report.refusals = read_folder(folder)
    report.files = {file: FileCount(len(rows)) for file, rows in tables.items()}
    try:
        if tables:
            with acting_as(SYSTEM, door=DOOR):
                write(tables, report, progress)
    except Refused as refused:
        report.refusals = refused.refusals
    if report.refusals:
        count_refused(report)
    report.seconds = round(time.monotonic() - started, 2)
    progress.end(report.imported)
    return report


def is_imported() -> bool:
    """Return whether the public record was imported into this database."""
    with acting_as(SYSTEM, door=DOOR):
        return (
            Conflict.objects.filter(external_id=conflict.CONFLICT).exists()
            and Source.objects.exclude(external_id="").exists()
        )


def write(tables: Tables, report: Report, progress: Progress) -> None:
    """Check all rows and write them; raise Refused with all refusals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    progress.step(_("Checking"))
    names = directory(tables["intermediaries"])
    refusals = in_order([*report.refusals, *check(tables, names, complete=not report.refusals)])
    if refusals:
        raise Refused(refusals)
    progress.begin(work(tables))
    desk = Desk(report, progress.advance)
    ground = Ground(tables, desk, names)
    progress.step(_("Actors, conflict, sources, places"))
    foundation.lay(ground)
    progress.step(_("Persons, channels, meetings, agreements"))
    talks.write(ground)
    progress.step(_("Exchanges, remains, children, safe passage"))
    events.write(ground)
    progress.step(_("Claims"))
    figures.write_claims(ground)
    progress.step(_("Deliveries"))
    deliveries.write(ground)
    progress.step(_("Running totals"))
    totals = figures.write_totals(ground)
    progress.step(_("Citations"))
    write_citations(ground, totals)
    report.files = {file: desk.count(file, rows) for file, rows in tables.items()}


def write_citations(ground: Ground, totals: dict) -> None:
    """Cite the sources of every row but those of claims, which cite with their claim."""
    parents: dict[object, Row] = {}
    wanted = []
    records = {
        "people": ground.people,
        "channels": ground.channels,
        "meetings": ground.meetings,
        "agreements": ground.agreements,
        **dict.fromkeys(events.codes.EVENT_FILES, ground.outcomes),
        "running_totals": totals,
    }
    for file, by_id in records.items():
        for row in ground.tables[file]:
            record = by_id[row.id]
            kind = ContentType.objects.get_for_model(type(record))
            cited = items(row["source_ids"]) if "source_ids" in row.cells else [row["source_id"]]
            parents[record.pk] = row
            wanted += foundation.citations_wanted(ground, row, kind, record, cited)
    ground.desk.links(Citation, "record_id", parents, wanted)


def work(tables: Tables) -> int:
    """Return about how many records the import looks at: rows, and items of lists."""
    return sum(
        1 + sum(cell.count(";") + 1 for column, cell in row.cells.items() if cell and column in LISTS)
        for rows in tables.values()
        for row in rows
    )


LISTS = {"source_ids", "intermediaries", "participants", "parties", "commitments", "channel_id", "agreement_id"}


def count_refused(report: Report) -> None:
    """A refused import has created and changed nothing; say how many rows of each file were refused."""
    lines = {(refusal.file, refusal.line) for refusal in report.refusals if refusal.line}
    for file, count in report.files.items():
        refused = sum(1 for name, _line in lines if name == f"{file}.csv")
        report.files[file] = FileCount(count.read, refused=refused)
    report.notes = []
