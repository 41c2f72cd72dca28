"""The worker's part of an import: one transaction in the importer's name, so that it is done whole or not at all."""

import logging
import uuid

from celery import shared_task
from django.db import DatabaseError
from django.utils.translation import gettext as _

from access.context import acting_as
from access.refusals import REFUSED_BY_POLICY
from access.tasks import Asker, ReaderTask
from intake import services, work
from intake.files import Unreadable
from intake.models import ImportRun, Stage
from intake.models.imports import request_id_of
from intake.writing import Refused
from records.queued import Heart, Lease, LostLease, put_back, sweep, take_up, wake_all, where

log = logging.getLogger(__name__)


@shared_task(base=ReaderTask)
def work_on_import(asker: Asker, run_id: str) -> None:
    """Check a file, or write it, with the rights of whoever asked; whichever the run is at.

    Safe to be sent any number of times, to any number of workers: the lease lets one of them work.
    """
    gone = _("The account that asked for it may no longer write what it says.")
    lease = take_up(asker, ImportRun, uuid.UUID(run_id), gone)
    if lease is None:
        return
    try:
        do(asker, lease)
    except LostLease:
        log.info("Import %s is another worker's now.", run_id)
    except (Refused, Unreadable) as error:
        put_back(asker, lease, str(error), again=False)
    except Exception as error:
        log.error("Import %s: an attempt failed (%s).\n%s", run_id, type(error).__name__, where(error))
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
