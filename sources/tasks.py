"""The worker's part of archiving: fetch, keep, read the text. One short transaction before it, one after it."""

import logging
import uuid

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils.translation import gettext as _

from access.tasks import Asker, ReaderTask
from records.queued import Heart, LostLease, sweep, take_up, wake_all, where
from sources import archiving
from sources.models import ArchiveRun

log = logging.getLogger(__name__)

# Beyond what fetching and reading allow themselves: whatever hangs all the same is ended by Celery.
GIVEN_UP_AFTER, KILLED_AFTER = 180, 200


@shared_task(base=ReaderTask, soft_time_limit=GIVEN_UP_AFTER, time_limit=KILLED_AFTER)
def archive(asker: Asker, run_id: str) -> None:
    """Make one copy of a source with the rights of whoever asked.

    Safe to be sent any number of times, to any number of workers: the lease lets one of them work.
    """
    gone = _("The account that asked for it may no longer write this.")
    lease = take_up(asker, ArchiveRun, uuid.UUID(run_id), gone)
    if lease is None:
        return
    try:
        with Heart(asker, lease, _("Fetching and reading")) as heart:
            with asker.transaction():
                order = archiving.order_of(lease)
            made = archiving.make(order)
            heart.stop()
            with asker.transaction() as actor:
                archiving.complete(actor, lease, order, made)
    except LostLease:
        log.info("Archiving %s is another worker's now.", run_id)
    except archiving.Failed as failed:
        archiving.fail(asker, lease, str(failed), **failed.fields)
    except SoftTimeLimitExceeded:
        archiving.fail(asker, lease, _("It took too long and was given up."))
    except Exception as error:
        log.error("Archiving %s: an attempt failed (%s).\n%s", run_id, type(error).__name__, where(error))
        archiving.fail(asker, lease, _("Something went wrong here. Nothing was kept."), again=True)


@shared_task(base=ReaderTask)
def sweep_archive_runs(asker: Asker) -> None:
    """Wake workers for what was lost, and say of what has failed for good that it has."""
    with asker.transaction() as actor:
        found = sweep(ArchiveRun)
        archiving.note_failed(actor, ArchiveRun.objects.all())
    wake_all(ArchiveRun, found)
