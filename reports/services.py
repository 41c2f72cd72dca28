"""Asking for a report, and what becomes of it. The row in PostgreSQL is the queue's truth; Redis only wakes."""

import datetime as dt
import hashlib
import json
import logging
import uuid
from dataclasses import dataclass

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader
from negotiations.models import Conflict
from records.api.errors import REFUSED_BY_POLICY
from reports.models import MOST_ATTEMPTS, ReportRun, ReportTemplate, RunState

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=30)
WAITS_BEFORE_SWEEP = dt.timedelta(seconds=10)
LONGEST_YEARS = 30
WAKE_SECONDS = 1
MAKE_REPORT = "reports.tasks.make_report"


class LostLease(Exception):
    """Another worker holds the run now: this one writes nothing more."""


@dataclass(frozen=True)
class Lease:
    """The right of one attempt to work on one run. Every write is bound to it."""

    run_id: uuid.UUID
    runner: uuid.UUID

    def held(self):
        """Return the run if this attempt still holds it, as a queryset of one or none."""
        return ReportRun.objects.filter(pk=self.run_id, runner=self.runner, state=RunState.RUNNING)


def check_period(period_from: dt.date | None, period_to: dt.date | None) -> None:
    """Raise ValidationError by field for a period that is missing, runs backwards or is longer than thirty years."""
    errors = {}
    if period_from is None:
        errors["period_from"] = _("Give the first day of the period.")
    if period_to is None:
        errors["period_to"] = _("Give the last day of the period.")
    if not errors and period_to < period_from:
        errors["period_to"] = _("The last day lies before the first day.")
    elif not errors and period_to >= years_after(period_from, LONGEST_YEARS):
        errors["period_to"] = _("Choose a period of at most %(years)s years.") % {"years": LONGEST_YEARS}
    if errors:
        raise ValidationError(errors)


def years_after(day: dt.date, years: int) -> dt.date:
    """Return the same day some years later; the last day there is where the calendar ends."""
    if day.year + years > dt.MAXYEAR:
        return dt.date.max
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap_day else day.day)


def request_report(
    actor: Reader,
    *,
    conflict: Conflict,
    period_from: dt.date,
    period_to: dt.date,
    template: str = ReportTemplate.PERIOD_SUMMARY,
) -> ReportRun:
    """Write down what is asked for and wake a worker once that is certain.

    Raises PermissionDenied where the actor may not ask for reports, ValidationError by field.
    """
    permissions.demand(permissions.REPORT)
    check_period(period_from, period_to)
    run = ReportRun.objects.create(
        owner_id=actor.user_id,
        principal=actor.principal,
        template=template,
        conflict=conflict,
        period_from=period_from,
        period_to=period_to,
        level=conflict.label.level,
        compartments=conflict.label.compartments,
    )
    wake_after_commit(run)
    return run


def retry_report(actor: Reader, run: ReportRun) -> ReportRun:
    """Put a failed (or abandoned) run back into the queue, with all its attempts, in the actor's name.

    A run that waits, is being made or is ready stays as it is: asking twice makes one report.
    """
    permissions.demand(permissions.REPORT)
    held = ReportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.state_now != RunState.FAILED:
        return held
    held.principal = actor.principal
    held.state, held.step, held.progress, held.attempts, held.error = RunState.QUEUED, "", 0, 0, ""
    held.runner = held.lease_until = held.started_at = held.finished_at = None
    held.queued_at = timezone.now()
    held.save()
    wake_after_commit(held)
    return held


def wake_after_commit(run: ReportRun) -> None:
    """Tell a worker, once the row is committed. A Redis that is down loses nothing: the sweeper finds the row."""
    principal, run_id = run.principal, str(run.pk)
    transaction.on_commit(lambda: wake(principal, run_id), robust=True)


def wake(principal: str, run_id: str) -> None:
    """Send the run to a worker, or say in the log that nobody could be told."""
    try:
        with current_app.connection_for_write() as connection:
            # A page waits for this: a Redis that hangs is given up much sooner than a worker would.
            connection.transport_options |= {"socket_timeout": WAKE_SECONDS, "socket_connect_timeout": WAKE_SECONDS}
            current_app.send_task(MAKE_REPORT, args=[principal, run_id], connection=connection, retry=False)
    except Exception as error:  # whatever is wrong with the broker, the request stands
        log.warning("Nobody could be woken for report %s (%s); the sweeper will.", run_id, type(error).__name__)


# What the worker does --------------------------------------------------------------------------------------------


def claim_run(run_id: uuid.UUID) -> Lease | None:
    """Take the lease of a run that waits or whose worker is gone; None where somebody else has it or it is done."""
    now = timezone.now()
    lease = Lease(run_id, uuid.uuid4())
    taken = (
        ReportRun.objects.claimable(now)
        .filter(pk=run_id, attempts__lt=MOST_ATTEMPTS)
        .update(
            state=RunState.RUNNING,
            runner=lease.runner,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            started_at=now,
            step="",
            progress=0,
            error="",
        )
    )
    return lease if taken else None


def note_step(lease: Lease, step: str, progress: int) -> None:
    """Say which step begins and hold the lease longer; raise LostLease where it is gone."""
    if not lease.held().update(step=step, progress=progress, lease_until=timezone.now() + LEASE):
        raise LostLease


def finish_run(lease: Lease, result: dict, *, level: int, compartments: list[int]) -> None:
    """Keep the result under the join of the labels of everything in it; raise LostLease where the lease is gone."""
    kept = lease.held().update(
        state=RunState.DONE,
        step="",
        progress=100,
        lease_until=None,
        finished_at=timezone.now(),
        result=result,
        result_sha256=hashlib.sha256(canonical(result)).hexdigest(),
        level=level,
        compartments=compartments,
    )
    if not kept:
        raise LostLease


def release_run(lease: Lease, error: str) -> None:
    """After an attempt that went wrong: back into the queue, or failed when it was the last one."""
    held = lease.held()
    now = timezone.now()
    if held.filter(attempts__gte=MOST_ATTEMPTS).update(**failed(error, now)):
        return
    held.update(state=RunState.QUEUED, runner=None, lease_until=None, queued_at=now, step="", progress=0, error=error)


def fail_run(run_id: uuid.UUID, error: str) -> None:
    """Give up a run that nobody works on, with the reason in one sentence."""
    now = timezone.now()
    ReportRun.objects.claimable(now).filter(pk=run_id).update(**failed(error, now))


def failed(error: str, now: dt.datetime) -> dict:
    return {"state": RunState.FAILED, "lease_until": None, "runner": None, "finished_at": now, "error": error}


def sweep() -> list[tuple[str, str]]:
    """Return (principal, id) of the runs to wake a worker for; give up those that have used up their attempts.

    To be called as the system, which sees everybody's runs.
    """
    now = timezone.now()
    lost = ReportRun.objects.filter(state=RunState.RUNNING, lease_until__lt=now)
    told = _("The worker that made it stopped %(times)s times before the end.") % {"times": MOST_ATTEMPTS}
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(**failed(told, now))
    waiting = ReportRun.objects.filter(state=RunState.QUEUED, queued_at__lt=now - WAITS_BEFORE_SWEEP)
    found = (lost | waiting).order_by("queued_at").values_list("principal", "pk")
    return [(principal, str(pk)) for principal, pk in found]


def canonical(result: dict) -> bytes:
    """Return the one spelling of a result that its digest is taken of, and that is downloaded."""
    return json.dumps(result, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def in_words(error: Exception) -> str:
    """Return why an attempt failed, in a sentence that tells nothing of any record."""
    if isinstance(error, DatabaseError):
        code = getattr(error.__cause__, "pgcode", None)
        if code == REFUSED_BY_POLICY:
            return _("You may no longer read everything it was made from.")
        if code == "57014":
            return _("It took too long. Choose a shorter period.")
        return _("The database could not answer.")
    return _("Something went wrong while it was made.")
