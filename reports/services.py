"""Asking for a report, and what becomes of it. The row in PostgreSQL is the queue's truth; Redis only wakes."""

import datetime as dt
import hashlib
import json

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader
from access.refusals import REFUSED_BY_POLICY
from negotiations.models import Conflict
from records.queued import Lease, RunState, wake_after_commit
from reports.models import ReportRun, ReportTemplate

LONGEST_YEARS = 30


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
    held.enqueue(actor.principal)
    return held


def finish_run(lease: Lease, result: dict, *, level: int, compartments: list[int]) -> None:
    """Keep the result under the join of the labels of everything in it; raise LostLease where the lease is gone."""
    digest = hashlib.sha256(canonical(result)).hexdigest()
    lease.finish(result=result, result_sha256=digest, level=level, compartments=compartments)


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
