"""Importing a file, from the upload to the last step. The first argument is who acts."""

import csv
import datetime as dt
import uuid
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access import permissions
from access.context import Reader, refresh_labels
from intake.files import Table, Unreadable, recognise
from intake.inbox import propose
from intake.models import Candidate, ImportRun, Origin, Stage
from intake.models.candidates import SHAPE_OF
from intake.shapes import FIELDS, ROW, Shape, guess_kind, guess_mapping, guess_shape
from intake.told import of_row
from intake.work import table_of
from negotiations.models import Conflict
from records import guard
from records.files import keep
from records.marking import Marking
from records.queued import FINISHED, RunState
from reports.public_record.formulas import as_text

FOLDER = "imports"
MOST_TO_INBOX = 200
PROPOSED_BY = {shape: kind for kind, shape in SHAPE_OF.items()}


def start_import(
    actor: Reader, upload: UploadedFile, *, conflict: Conflict, level: int, compartments: list[int]
) -> ImportRun:
    """Keep an uploaded file and find out how it is read and what its columns hold; nothing is imported yet.

    Raises PermissionDenied for who may not write, ValidationError on ``file`` for what cannot be read as a table.
    """
    permissions.demand(permissions.WRITE)
    if upload.size > settings.IMPORT_LARGEST_FILE:
        told = _("The file has %(size)s MB. The largest that can be imported has %(most)s MB. Split it.")
        sizes = {"size": f"{upload.size / 2**20:,.1f}", "most": settings.IMPORT_LARGEST_FILE // 2**20}
        raise ValidationError({"file": told % sizes})
    name, digest = keep(upload, FOLDER)
    try:
        table = recognise(Path(default_storage.path(name)))
    except Unreadable as error:
        default_storage.delete(name)
        raise ValidationError({"file": str(error)}) from error
    shape = guess_shape(table.header, table.tags)
    label = Marking(level, frozenset(compartments)).joined(Marking.of(conflict.label))
    run = ImportRun(
        owner_id=actor.user_id, principal=actor.principal, state=RunState.DONE, conflict=conflict,
        level=label.level, compartments=sorted(label.compartments),
        marking_level=level, marking_compartments=compartments,
        file=name, file_name=get_valid_filename(Path(upload.name or "file").name)[:200], file_size=upload.size,
        file_sha256=digest, shape=shape, outcome_kind=guess_kind(table.header),
    )  # fmt: skip
    read_as(run, table)
    run.save(force_insert=True)
    refresh_labels()
    return run


def read_as(run: ImportRun, table: Table) -> None:
    """Keep how the file is read; its columns are mapped as the owner last mapped the same header, else as guessed."""
    run.encoding, run.delimiter, run.header, run.tags = table.encoding, table.delimiter, table.header, table.tags
    before = mapped_before(run)
    if before is not None:
        run.shape, run.mapping, run.outcome_kind = before.shape, before.mapping, before.outcome_kind
    else:
        run.mapping = guess_mapping(run.shape, table.header, table.tags)


def mapped_before(run: ImportRun) -> ImportRun | None:
    """Return the owner's last import of a file with the same header: its columns are remembered."""
    before = ImportRun.objects.filter(header=run.header, stage=Stage.WRITE).exclude(pk=run.pk)
    return before.order_by("-requested_at").first()


def read_again(actor: Reader, run: ImportRun, *, shape: str, encoding: str, delimiter: str) -> ImportRun:
    """Read the file in another encoding, with another delimiter or as another shape; columns are guessed anew.

    Raises ValidationError on ``encoding`` where the file cannot be read so.
    """
    held = lock_open(run)
    try:
        table = recognise(table_of(held).path, encoding, delimiter)
    except Unreadable as error:
        raise ValidationError({"encoding": str(error)}) from error
    if (table.encoding, table.delimiter, shape) != (held.encoding, held.delimiter, held.shape):
        held.encoding, held.delimiter, held.header, held.tags = (
            table.encoding, table.delimiter, table.header, table.tags,
        )  # fmt: skip
        held.shape, held.mapping = shape, guess_mapping(shape, table.header, table.tags)
    held.stage, held.state = Stage.COLUMNS, RunState.DONE
    held.save()
    return held


def check_file(actor: Reader, run: ImportRun, *, mapping: dict[str, int], outcome_kind: str = "") -> ImportRun:
    """Ask the worker to check every row with these columns.

    Raises ValidationError by field where a field that every row needs has no column, or two fields have the same one.
    """
    permissions.demand(permissions.WRITE)
    held = lock_open(run)
    errors = {}
    for one in FIELDS[held.shape]:
        if one.needed and one.name not in mapping:
            errors[one.name] = _("Choose the column: every row needs it.")
        elif one.name in mapping and list(mapping.values()).count(mapping[one.name]) > 1:
            errors[one.name] = _("Another field has the same column. Choose one column for each.")
    if held.shape == Shape.OUTCOMES and not mapping.keys() & {"id", "started_on"}:
        errors["id"] = _("Choose the column of the identifier or of the date.")
    if errors:
        raise ValidationError(errors)
    held.mapping, held.outcome_kind = mapping, outcome_kind
    return enqueue(actor, held, Stage.CHECK)


def confirm(actor: Reader, run: ImportRun) -> ImportRun:
    """Ask the worker to write what was checked; asking twice writes it once.

    Raises ValidationError where rows are bad or there is nothing to write.
    """
    permissions.demand(permissions.WRITE)
    held = lock(run)
    if held.stage == Stage.WRITE:
        return held
    if not held.may_be_written:
        raise ValidationError(_("There are bad rows, or nothing to write. Nothing was imported."))
    return enqueue(actor, held, Stage.WRITE)


def try_again(actor: Reader, run: ImportRun) -> ImportRun:
    """Put a failed run back into the queue; one that failed while writing is checked again first."""
    permissions.demand(permissions.WRITE)
    held = lock(run)
    return enqueue(actor, held, Stage.CHECK) if held.state_now == RunState.FAILED else held


def enqueue(actor: Reader, held: ImportRun, stage: str) -> ImportRun:
    if stage == Stage.CHECK:
        if held.bad_rows:
            default_storage.delete(held.bad_rows)
        held.found, held.bad_rows = None, ""
    held.stage = stage
    held.enqueue(actor.principal)
    return held


def lock(run: ImportRun) -> ImportRun:
    """Hold the run's row, beside a worker whose records point to it."""
    return ImportRun.objects.select_for_update(of=("self",), no_key=True).select_related("conflict").get(pk=run.pk)


def lock_open(run: ImportRun) -> ImportRun:
    """Hold a run that is still to be imported; raise ValidationError where it was, or was discarded."""
    held = lock(run)
    if held.is_imported or held.discarded_at is not None:
        raise ValidationError(_("This import is finished. Upload the file again to import it anew."))
    return held


def cancel(actor: Reader, run: ImportRun) -> ImportRun:
    """Stop the worker: nothing is written. The run is where it was before; one that is finished stays as it is."""
    held = lock(run)
    if held.state not in FINISHED:
        held.stage = Stage.CHECK if held.stage == Stage.WRITE else Stage.COLUMNS
        # Without the lease the worker writes nothing more, and its transaction is given up.
        held.state, held.step, held.progress, held.runner, held.lease_until = RunState.DONE, "", 0, None, None
        held.save()
    return held


def choose_again(actor: Reader, run: ImportRun) -> ImportRun:
    """Go back to saying what the columns hold; what was found is forgotten."""
    held = lock_open(run)
    if held.state_now in FINISHED:
        held.stage, held.state, held.error, held.found = Stage.COLUMNS, RunState.DONE, "", None
        held.save()
    return held


def discard(actor: Reader, run: ImportRun) -> ImportRun:
    """Take a run off the list and delete its files; what was imported stays. Raises ValidationError while it works."""
    held = lock(run)
    if held.state_now not in FINISHED:
        raise ValidationError(_("A worker is still about it. Cancel it first."))
    delete_files(held)
    held.discarded_at = timezone.now()
    held.file_gone_at = held.file_gone_at or held.discarded_at
    held.bad_rows = ""
    held.save()
    return held


def bad_rows_of(run: ImportRun) -> list[tuple[int, list[str], str]]:
    """Return line, cells and reason of each bad row, from the file that gives them back."""
    if not run.bad_rows:
        return []
    table = recognise(Path(default_storage.path(run.bad_rows)), run.encoding and "utf-8-sig", run.delimiter)
    wide = len(run.header)
    return [(int(cells[0]), cells[1 : wide + 1], cells[wide + 1]) for _line, cells in table.rows()]


@transaction.atomic
def send_to_inbox(actor: Reader, run: ImportRun) -> list[Candidate]:
    """Put the bad rows into the inbox instead, each a candidate with its reasons; the rest is checked again.

    Rows with what looks like personal data stay bad rows. Raises ValidationError where there are no others, or so many
    that the file is better mended.
    """
    held = lock_open(run)
    rows = bad_rows_of(held) if held.is_checked else []
    if not rows:
        raise ValidationError(_("There are no bad rows."))
    if len(rows) > MOST_TO_INBOX:
        told = _("There are %(n)s bad rows; at most %(most)s go to the inbox. Mend them in the file.")
        raise ValidationError(told % {"n": f"{len(rows):,}", "most": MOST_TO_INBOX})
    made, gone = [], set()
    for line, cells, reason in rows:
        values = {name: cells[place].strip() for name, place in held.mapping.items()}
        if held.shape == Shape.OUTCOMES and held.outcome_kind:
            values["kind"] = values.get("kind") or held.outcome_kind
        candidate = Candidate(
            proposes=PROPOSED_BY[held.shape], conflict=held.conflict if held.shape != Shape.SOURCES else None,
            # A row of which no column is read is told by its line.
            data=of_row(held.shape, values) or {"id": f"line-{line}"}, origin=Origin.IMPORT, note=reason,
            origin_words=_("%(file)s, line %(line)s") % {"file": held.file_name, "line": line},
            level=held.marking_level, compartments=held.marking_compartments,
        )  # fmt: skip
        try:
            made.append(propose(actor, candidate))
        except ValidationError as error:
            # What looks like personal data is taken out in the file, or the row says why it must stay.
            if not guard.is_flagged(error):
                raise
            continue
        gone.add(line)
    if not made:
        raise ValidationError(_("Nothing went to the inbox: what looks like personal data is mended in the file."))
    held.left_out = sorted({*held.left_out, *gone})
    enqueue(actor, held, Stage.CHECK)
    return made


def mend(actor: Reader, run: ImportRun, upload: UploadedFile) -> ImportRun:
    """Put mended rows into the place of the bad ones, and check the file again.

    ``upload`` is the file of bad rows as it was given back, with its cells corrected: its column ``parley_row`` says
    which row each is. Raises ValidationError on ``mended`` for a file that has no such column, or other columns.
    """
    permissions.demand(permissions.WRITE)
    held = lock_open(run)
    if not held.is_checked or not held.bad_rows:
        raise ValidationError({"mended": _("There are no bad rows to mend.")})
    if upload.size > settings.IMPORT_LARGEST_FILE:
        raise ValidationError({"mended": _("The file is larger than the one it mends may be.")})
    name, _digest = keep(upload, FOLDER)
    try:
        rows = mended_rows(held, recognise(Path(default_storage.path(name))))
        held.file, old = put_in_place(held, rows), held.file
    except Unreadable as error:
        raise ValidationError({"mended": str(error)}) from error
    finally:
        default_storage.delete(name)
    default_storage.delete(old)
    return enqueue(actor, held, Stage.CHECK)


def mended_rows(run: ImportRun, table: Table) -> dict[int, list[str]]:
    """Return the cells of each mended row by its line, in the order of the run's columns."""
    if ROW not in table.header:
        told = _("The column %(name)s is missing. Upload the file of bad rows that you were given, mended.")
        raise Unreadable(told % {"name": ROW})
    missing = [name for name in run.header if name not in table.header]
    if missing:
        raise Unreadable(_("The column %(name)s is missing.") % {"name": ", ".join(missing)})
    places = [table.header.index(name) for name in run.header]
    number = table.header.index(ROW)
    rows = {}
    for line, cells in table.rows():
        if not cells[number].isdecimal():
            told = _("Line %(line)s: %(name)s is no number of a row. Leave that column as it was.")
            raise Unreadable(told % {"line": line, "name": ROW})
        rows[int(cells[number])] = [cells[place] for place in places]
    return rows


def put_in_place(run: ImportRun, rows: dict[int, list[str]]) -> str:
    """Write the run's file anew with these rows in their places, as CSV; return its name."""
    table = table_of(run)
    name = f"{FOLDER}/{uuid.uuid4()}"
    path = Path(default_storage.path(name))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        path.chmod(0o600)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.header)
        here = 1
        for line, cells in table.rows():
            file.write("\n" * (line - here - 1))
            writer.writerow(map(as_text, rows.pop(line, cells)[: len(table.header)]))
            here = line
    if rows:
        path.unlink()
        told = ngettext("There is no row %(lines)s.", "There are no rows %(lines)s.", len(rows))
        raise Unreadable(told % {"lines": ", ".join(map(str, sorted(rows)[:10]))})
    run.encoding, run.delimiter = "utf-8-sig", ","
    return name


def delete_old_files() -> int:
    """Delete the files of imports that are older than is kept; the runs stay. To be called as the system.

    Also those that no run names: an upload or a worker that was broken off leaves them.
    """
    before = timezone.now() - dt.timedelta(days=settings.IMPORT_KEEP_DAYS)
    if default_storage.exists(FOLDER):
        for name in default_storage.listdir(FOLDER)[1]:
            if default_storage.get_modified_time(f"{FOLDER}/{name}") < before:
                default_storage.delete(f"{FOLDER}/{name}")
    old = ImportRun.objects.filter(file_gone_at=None, requested_at__lt=before)
    for run in old:
        delete_files(run)
    return old.update(file_gone_at=timezone.now(), bad_rows="")


def delete_files(run: ImportRun) -> None:
    for name in filter(None, (run.file, run.bad_rows)):
        default_storage.delete(name)
