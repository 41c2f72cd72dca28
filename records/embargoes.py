"""Marking a record anew at a set time: proposed by one person, agreed to by another, applied by the worker."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader
from records import marking
from records.models import Embargo, EmbargoState, Record
from records.services import add_record, change_marking, lock_record, withdraw_record


def propose_embargo(
    actor: Reader,
    record: Record,
    *,
    level: int,
    compartments: Iterable[int],
    at: dt.datetime,
    reason: str,
    external_id: str = "",
) -> Embargo:
    """Propose that a record be marked anew at ``at`` and return the embargo as stored.

    Raises ValidationError as ``check_embargo``.
    """
    check_embargo(actor, record, level=level, compartments=compartments, at=at, reason=reason)
    embargo = Embargo(
        record=record,
        to_level=int(level),
        to_compartments=sorted(set(compartments)),
        at=at,
        reason=reason.strip(),
        external_id=external_id,
    )
    # As the database will mark it.
    embargo.level, embargo.compartments = embargo.to_level, embargo.to_compartments
    return add_record(actor, embargo)


def check_embargo(
    actor: Reader, record: Record, *, level: int, compartments: Iterable[int], at: dt.datetime, reason: str
) -> None:
    """Raise ValidationError by field for what cannot be proposed.

    That is a time that is past, no reason, a marking out of the actor's sight or the one the record has, a record that
    was withdrawn.
    """
    wanted = marking.Marking(int(level), frozenset(compartments))
    errors = marking.beyond_reach(actor, level, compartments)
    if at <= timezone.now():
        errors["at"] = [_("Give a time that is still to come.")]
    if not reason.strip():
        errors["reason"] = [_("Say why, for the reviewer who is to agree.")]
    if wanted == marking.Marking.of(record):
        errors.setdefault("level", [_("The record is marked so already.")])
    if record.is_withdrawn:
        errors["record"] = [_("This record was withdrawn; there is nothing to open or close.")]
    if errors:
        raise ValidationError(errors)


def may_agree(actor: Reader, embargo: Embargo) -> bool:
    """Whether the actor may agree: a reviewer who did not propose it, while it waits for one."""
    return (
        embargo.state == EmbargoState.PROPOSED
        and permissions.may(permissions.LOWER, actor)
        and actor.user_id is not None
        and embargo.author_id != actor.user_id
    )


def may_cancel(actor: Reader, embargo: Embargo) -> bool:
    """Whether the actor may cancel: the one who proposed it, or any reviewer, until it is applied."""
    is_allowed = permissions.may(permissions.LOWER, actor) or (
        embargo.author_id is not None and embargo.author_id == actor.user_id
    )
    return embargo.is_waiting and is_allowed and permissions.may(permissions.WITHDRAW, actor)


def agree_embargo(actor: Reader, embargo: Embargo, *, expected_version: int) -> Embargo:
    """Agree to an embargo and to the record as it is now; return it as stored.

    Raises PermissionDenied for who may not agree to it, ValidationError where it no longer waits or another one of the
    same record is agreed to already, StaleVersion.
    """
    held = lock_record(embargo, expected_version)
    if held.state != EmbargoState.PROPOSED:
        raise ValidationError(_("This embargo no longer waits for a reviewer."))
    if not may_agree(actor, held):
        raise PermissionDenied(_("A reviewer agrees to an embargo, and never to their own proposal."))
    others = Embargo.objects.current().filter(record_type=held.record_type_id, record_id=held.record_id)
    if any(other.state == EmbargoState.AGREED for other in others):
        raise ValidationError(_("Another embargo on this record is agreed to already. Cancel that one first."))
    held.agreed_by_id = actor.user_id
    held.agreed_at = timezone.now()
    held.save(force_update=True)
    return Embargo.objects.get(pk=held.pk)


def cancel_embargo(actor: Reader, embargo: Embargo, *, reason: str, expected_version: int) -> Embargo:
    """Cancel an embargo that waits, with a reason.

    Raises PermissionDenied for who may not, ValidationError where it no longer waits or no reason is given.
    """
    held = lock_record(embargo, expected_version)
    if not held.is_waiting:
        raise ValidationError(_("This embargo no longer waits: there is nothing to cancel."))
    if not may_cancel(actor, held):
        raise PermissionDenied(_("An embargo is cancelled by whoever proposed it or by a reviewer."))
    return withdraw_record(actor, held, reason=reason, expected_version=expected_version)


def due_embargoes(now: dt.datetime) -> list:
    """Return the identifiers of agreed embargoes whose time has come. To be called as the system."""
    due = Embargo.objects.current().filter(agreed_at__isnull=False, applied_at=None, lapsed_at=None, at__lte=now)
    return list(due.order_by("at").values_list("pk", flat=True))


@transaction.atomic
def apply_embargo(actor: Reader, pk) -> Embargo | None:
    """Mark the record of one due embargo anew; return the embargo, or None where there is nothing left to do.

    Safe to be called any number of times: the row is locked and looked at again. An embargo lapses where the record
    was withdrawn; and where it would become readable by more people, but was changed after it was agreed to (nobody
    agreed to show what was written since) or the emergency switch is on. To be called as the system.
    """
    waiting = Embargo.objects.current().select_for_update(of=("self",), skip_locked=True)
    embargo = waiting.filter(pk=pk, agreed_at__isnull=False, applied_at=None, lapsed_at=None).first()
    now = timezone.now()
    if embargo is None or embargo.at > now:
        return None
    model = embargo.record_type.model_class()
    record = model.objects.select_for_update(of=("self",)).get(pk=embargo.record_id)
    wanted = marking.Marking(embargo.to_level, frozenset(embargo.to_compartments))
    opens = not wanted.covers(marking.Marking.of(record))
    may_open = record.version == embargo.agreed_version and house_is_open()
    if record.is_withdrawn or (opens and not may_open):
        embargo.lapsed_at = now
    else:
        change_marking(
            actor,
            record,
            level=wanted.level,
            compartments=wanted.compartments,
            reason=_("Embargo agreed by %(reviewer)s: %(reason)s")
            % {"reviewer": embargo.agreed_by, "reason": embargo.reason},
            expected_version=record.version,
        )
        embargo.applied_at = now
    embargo.save(force_update=True)
    return Embargo.objects.get(pk=pk)


def house_is_open() -> bool:
    """Whether the emergency switch is off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM access.house_state()")
        return cursor.fetchone() == ("open",)
