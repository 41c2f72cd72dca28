"""The worker's part of an import: one transaction in the importer's name, so that it is done whole or not at all."""

import logging
import threading
import traceback
import uuid

from celery import shared_task
from django.db import DatabaseError, ProgrammingError, connection
from django.utils.translation import gettext as _

from access.context import SYSTEM, acting_as
from access.tasks import Asker, ReaderTask
from intake import services, work
from intake.files import Unreadable
from intake.models import ImportRun, Stage
from intake.models.imports import request_id_of
from intake.writing import Refused
from records.api.errors import REFUSED_BY_POLICY
from reports.queued import Lease, LostLease, claim_run, fail_run, sweep, wake_all

log = logging.getLogger(__name__)

BEAT_SECONDS = 1


class Heart(threading.Thread):
    """Says how far a run is while its one long transaction works, and holds the lease: over a connection of its own."""

    def __init__(self, asker: Asker, lease: Lease):
        super().__init__(daemon=True)
        self.asker, self.lease = asker, lease
        self.step, self.percent = "", 0
        self.ended = threading.Event()
        self.lost = False

    def __enter__(self) -> "Heart":
        self.start()
        return self

    def __exit__(self, *_error) -> None:
        self.stop()

    def stop(self) -> None:
        """Beat no more. Before the run's row is written, so that the two do not wait for one another."""
        self.ended.set()
        self.join()

    def tell(self, step: str, percent: int) -> None:
        """Keep what the next beat says; raise LostLease where another worker has the run."""
        if self.lost:
            raise LostLease
        self.step, self.percent = step, percent

    def run(self) -> None:
        try:
            while not self.lost:
                self.beat()
                if self.ended.wait(BEAT_SECONDS):
                    return
        finally:
            connection.close()

    def beat(self) -> None:
        try:
            with self.asker.transaction():
                self.lease.note(self.step, self.percent)
        except LostLease:
            self.lost = True
        except DatabaseError as error:
            log.warning("Import %s: a beat failed (%s).", self.lease.run_id, type(error).__name__)


@shared_task(base=ReaderTask)
def work_on_import(asker: Asker, run_id: str) -> None:
    """Check a file, or write it, with the rights of whoever asked; whichever the run is at.

    Safe to be sent any number of times, to any number of workers: the lease lets one of them work.
    """
    run_pk = uuid.UUID(run_id)
    try:
        with asker.transaction():
            lease = claim_run(ImportRun, run_pk)
            gone = lease is None and not ImportRun.objects.filter(pk=run_pk).exists()
    except ProgrammingError as error:
        if getattr(error.__cause__, "pgcode", None) != REFUSED_BY_POLICY:
            raise
        lease, gone = None, True  # the account was closed
    if gone:
        with Asker(SYSTEM).transaction():
            fail_run(ImportRun, run_pk, _("The account that asked for it may no longer write what it says."))
    if lease is None:
        return
    try:
        do(asker, lease)
    except LostLease:
        log.info("Import %s is another worker's now.", run_id)
    except (Refused, Unreadable) as error:
        put_back(asker, lease, str(error), again=False)
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__)[-4:])  # without its message, which may hold values
        log.error("Import %s: an attempt failed (%s).\n%s", run_id, type(error).__name__, where)
        put_back(asker, lease, in_words(error))


def do(asker: Asker, lease: Lease) -> None:
    """Check or write, in one transaction; what came of it is committed with it."""
    request_id = request_id_of(lease.run_id)
    with Heart(asker, lease) as heart, acting_as(asker.principal, door="import", request_id=request_id) as reader:
        run = ImportRun.objects.select_related("conflict").get(pk=lease.run_id)
        if run.stage == Stage.CHECK:
            found = work.check(run, heart.tell)
        else:
            found = (run.found or {}) | {"counts": work.write(run, reader, heart.tell)}
        heart.stop()
        lease.finish(found=found, bad_rows=run.bad_rows)


def put_back(asker: Asker, lease: Lease, told: str, *, again: bool = True) -> None:
    """Let go of the run; where even that cannot be done, its lease runs out and the sweeper takes over."""
    for who in (asker, Asker(SYSTEM, asker.request_id)):
        try:
            with who.transaction():
                lease.release(told, again=again)
        except DatabaseError:
            log.error("Import %s could not be put back; its lease will run out.", lease.run_id)
        else:
            return


def in_words(error: Exception) -> str:
    """Return why an attempt failed, in a sentence that tells nothing of any record."""
    if isinstance(error, DatabaseError):
        if getattr(error.__cause__, "pgcode", None) == REFUSED_BY_POLICY:
            return _("You may not write all of it, or no longer. Nothing was written.")
        return _("The database could not answer. Nothing was written.")
    return _("Something went wrong. Nothing was written.")


@shared_task(base=ReaderTask)
def sweep_import_runs(asker: Asker) -> None:
    """Wake workers for what was lost: rows that wait without a worker, rows whose worker is gone."""
    with asker.transaction():
        found = sweep(ImportRun)
    wake_all(ImportRun, found)


@shared_task(base=ReaderTask)
def delete_old_files(asker: Asker) -> None:
    """Delete the uploaded files that are older than IMPORT_KEEP_DAYS."""
    with asker.transaction():
        services.delete_old_files()
