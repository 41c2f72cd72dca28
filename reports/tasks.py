"""The worker's tasks. Each opens its own short transactions, so that the page sees how far a report is."""

import logging
import time
import uuid

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext as _

from access.tasks import Asker, ReaderTask
from records.queued import Lease, LostLease, put_back, sweep, take_up, wake_all, where
from reports import services
from reports.models import ReportRun
from reports.selectors.period_summary import STEPS, WRITE, Gathered
from reports.selectors.summary_result import result_of

log = logging.getLogger(__name__)

# What /readyz reads: the moment a worker last did the heartbeat task.
HEARTBEAT_KEY = "parley.worker.heartbeat"
# A step that would outlive its lease is ended by the database.
STEP_SECONDS = 25


@shared_task(base=ReaderTask)
def make_report(asker: Asker, run_id: str) -> None:
    """Make a report with the rights of whoever asked, step by step.

    Safe to be sent any number of times, to any number of workers: the lease lets one of them work, and a worker
    that has lost it (it was stopped, or cut off) writes nothing more.
    """
    gone = _("The account or token that asked for it may no longer read what it needs.")
    lease = take_up(asker, ReportRun, uuid.UUID(run_id), gone)
    if lease is None:
        return
    try:
        work(asker, lease)
    except LostLease:
        log.info("Report %s is another worker's now.", run_id)
    except Exception as error:
        log.error("Report %s: an attempt failed (%s).\n%s", run_id, type(error).__name__, where(error))
        put_back(asker, lease, services.in_words(error))


def work(asker: Asker, lease: Lease) -> None:
    """Do every step in a transaction of its own: first say that it begins, then do it."""
    gathered = None
    for number, step in enumerate(STEPS):
        with asker.transaction():
            lease.note(str(step.title), 100 * number // (len(STEPS) + 1))
        time.sleep(settings.PARLEY_REPORT_STEP_SECONDS)
        with asker.transaction():
            limit_time()
            if gathered is None:
                run = ReportRun.objects.with_names().get(pk=lease.run_id)
                gathered = Gathered(run.conflict, run.period_from, run.period_to)
            step.run(gathered)
    with asker.transaction():
        lease.note(str(WRITE), 100 * len(STEPS) // (len(STEPS) + 1))
    with asker.transaction():
        result = result_of(run, gathered)
        services.finish_run(lease, result, level=gathered.level, compartments=gathered.compartments)


def limit_time() -> None:
    """Let the database end a statement that would outlive the lease."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{STEP_SECONDS}s"])


@shared_task(base=ReaderTask)
def sweep_report_runs(asker: Asker) -> None:
    """Wake workers for what was lost: rows that wait without a worker, rows whose worker is gone."""
    with asker.transaction():
        found = sweep(ReportRun)
    wake_all(ReportRun, found)


@shared_task
def heartbeat() -> None:
    """Say that a worker is there. Touches no record, so it names no reader."""
    cache.set(HEARTBEAT_KEY, time.time(), None)
