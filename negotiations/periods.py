"""Locking a closed period of a conflict, and unlocking it. The first argument is who acts."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader
from negotiations.models import Conflict, LockedPeriod
from records.services import add_record, lock_record, withdraw_record

BUSY = "55P03"


def lock_period(
    actor: Reader, conflict: Conflict, *, until: dt.date, reason: str, external_id: str = ""
) -> LockedPeriod:
    """Lock everything in a conflict up to and including a day; return the lock as stored. A reviewer's act.

    Raises PermissionDenied; ValidationError on ``until`` for a day to come, or one up to which it is locked already, on
    ``reason`` where none is given, and without a field while somebody is writing in such a record at this moment.
    """
    permissions.demand(permissions.LOCK)
    if conflict.is_withdrawn:
        raise ValidationError({"conflict": _("This conflict was withdrawn; there is nothing to lock.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the period is locked. Everybody who is refused reads it.")})
    if until and LockedPeriod.objects.current().filter(conflict=conflict, until__gte=until).exists():
        raise ValidationError({"until": _("The conflict is locked up to this day, or a later one, already.")})
    try:
        return add_record(
            actor, LockedPeriod(conflict=conflict, until=until, reason=reason.strip(), external_id=external_id)
        )
    except DatabaseError as error:
        if getattr(error.__cause__, "pgcode", None) != BUSY:
            raise
        told = _("Somebody is saving a record at this moment. Wait until that is done, then lock the period.")
        raise ValidationError(told) from error


def unlock_period(actor: Reader, period: LockedPeriod, *, reason: str, expected_version: int) -> LockedPeriod:
    """Unlock a period, with a reason the history keeps; return the lock as stored. A reviewer's act.

    Raises PermissionDenied; ValidationError on ``reason``, and where it was unlocked before; StaleVersion.
    """
    permissions.demand(permissions.LOCK)
    held = lock_record(period, expected_version)
    if held.is_withdrawn:
        raise ValidationError(_("This period was unlocked already."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the period is unlocked. The history keeps the reason.")})
    return withdraw_record(actor, held, reason=reason, expected_version=expected_version)
