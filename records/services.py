"""Writing one record: the verbs every door calls. The first argument is who acts."""

import uuid
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from access.context import SYSTEM, Reader, because, refresh_labels
from access.models import Label
from records import guard, marking
from records.models import HistoryEntry, Merge, Record, ReviewState
from records.querysets import kinds
from records.refusals import in_words


class StaleVersion(Exception):
    """Somebody changed the record since it was read. ``current`` is the record as it stands now."""

    def __init__(self, current: Record):
        super().__init__(_("The record was changed by somebody else since you opened it."))
        self.current = current


def check_record(record: Record) -> None:
    """Raise ValidationError, by field, for what the model's rules or the database's constraints forbid."""
    record.full_clean(exclude=["label", "reference"], validate_unique=False)


def add_record(actor: Reader, record: Record, *, draft: bool = False, reason: str = "") -> Record:
    """Write a new record in the actor's name, as a draft or submitted for review, and return it as stored.

    Raises ValidationError by field, also for a marking out of the actor's own sight and for what looks like personal
    data (``records.guard``); ``django.db.ProgrammingError`` (42501) where the policies refuse.
    """
    record.author_id = actor.user_id
    record.review_state = ReviewState.DRAFT if draft else ReviewState.SUBMITTED
    check_record(record)
    reason = guard.check_record(record, reason=reason)
    if errors := marking.beyond_reach(actor, record.level, record.compartments):
        raise ValidationError(errors)
    with in_words(), because(reason):
        record.save(force_insert=True)
    return as_stored(record)


def change_record(
    actor: Reader, record: Record, *, expected_version: int, submit: bool = False, reason: str = ""
) -> Record:
    """Write a changed record if its version is still ``expected_version``, and return it as stored.

    The database makes a verified record "verified, then changed" where what it says differs; with ``submit`` a draft
    or a returned record goes to review.
    Raises StaleVersion, ValidationError by field, also where the change would lower who can see the record and the
    actor is no reviewer or gives no reason; or ``django.db.ProgrammingError`` (42501).
    """
    before = lock_record(record, expected_version)
    if record.is_withdrawn:
        raise ValidationError(_("This record was withdrawn and can no longer be changed."))
    if submit and record.review_state in {ReviewState.DRAFT, ReviewState.RETURNED}:
        record.review_state = ReviewState.SUBMITTED
    check_record(record)
    told = guard.check_record(record, before, reason)
    if errors := marking.beyond_reach(actor, record.level, record.compartments):
        raise ValidationError(errors)
    check_lowering(actor, before, record, reason)
    with in_words(), because(told):
        record.save(force_update=True)
    return as_stored(record)


def withdraw_record(actor: Reader, record: Record, *, reason: str, expected_version: int | None = None) -> Record:
    """Withdraw a record with a reason; nothing is erased. Withdrawing twice changes nothing."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why the record is withdrawn.")})
    lock_record(record, record.version if expected_version is None else expected_version)
    if record.is_withdrawn:
        return record
    record.withdrawn_at = timezone.now()
    record.withdrawn_reason = reason
    with in_words(), because(guard.check_reason(reason)):
        record.save(force_update=True)
    return as_stored(record)


def lock_record(record: Record, expected_version: int) -> Record:
    """Hold the row until the transaction ends and return it as stored.

    Raises StaleVersion unless it still has the expected version.
    """
    rows = type(record).objects.select_for_update(of=("self",)).select_related("label")
    current = rows.filter(pk=record.pk).first()
    if current is None or current.version != expected_version:
        raise StaleVersion(current if current is not None else record)
    return current


# Who can see it ------------------------------------------------------------------------------------------------------


def check_lowering(actor: Reader, before: Record, after: Record, reason: str) -> None:
    """Raise ValidationError on the fields that would let more people read a record, without the right or the reason."""
    if actor.principal == SYSTEM or marking.is_own_draft(actor, before):
        return
    fields = marking.lowered_fields(before, after)
    if fields and not (marking.may_lower(actor, before) and reason.strip()):
        told = _("More people could then read it. Lowering needs a reviewer and a reason: use “Change who can see it”.")
        generic = marking.generic_names(type(after))
        raise ValidationError({(f"{name}_id" if name in generic else name): told for name in fields})


def check_marking(actor: Reader, record: Record, level: int, compartments: Iterable[int], reason: str) -> Record:
    """Return the record as it would be marked, unsaved.

    Raises ValidationError by field: out of the actor's own sight; lowered without the right; lowered without a reason.
    """
    if errors := marking.beyond_reach(actor, level, compartments):
        raise ValidationError(errors)
    after = type(record).objects.select_related("label").get(pk=record.pk)
    after.level, after.compartments = int(level), sorted(compartments)
    fields = marking.lowered_fields(record, after)
    if not fields or actor.principal == SYSTEM or marking.is_own_draft(actor, record):
        return after
    if not marking.may_lower(actor, record):
        told = _("More people could then read it: only a reviewer may do that. Propose it for a set time, or ask one.")
        raise ValidationError(dict.fromkeys(fields, told))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why more people may read it. The history keeps the reason.")})
    return after


def change_marking(
    actor: Reader, record: Record, *, level: int, compartments: Iterable[int], reason: str, expected_version: int
) -> Record:
    """Mark a record anew and return it as stored; what hangs on it follows. Nothing else about it changes.

    Raises StaleVersion, and ValidationError as ``check_marking``.
    """
    before = lock_record(record, expected_version)
    if before.is_withdrawn and Merge.objects.current().of(before).exists():
        raise ValidationError(_("This record was merged into another. Undo the merge first."))
    after = check_marking(actor, before, level, compartments, reason)
    if marking.Marking.of(after) == marking.Marking.of(before):
        return before
    with in_words(), because(guard.check_reason(reason.strip())):
        after.save(force_update=True)
    return as_stored(after)


LABEL = ("id", "level", "compartments")


@dataclass(frozen=True)
class Consequences:
    """What would follow if a record were marked anew: its label, readers, and how many records of each kind follow."""

    label: Label
    people: int | None
    raised_by: list[Record]
    following: list[tuple[type[Record], int]]

    @property
    def total(self) -> int:
        return sum(number for _kind, number in self.following)


def preview_marking(actor: Reader, record: Record, *, level: int, compartments: Iterable[int]) -> Consequences:
    """Return what would follow, found out by doing it and taking it back: the database itself passes labels on.

    Only what the actor may see is counted. To be called by somebody who may do it, after ``check_marking``.
    """
    trial = f"trial {uuid.uuid4()}"
    last = HistoryEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with transaction.atomic():
        with because(trial):
            changed = type(record).objects.filter(pk=record.pk)
            changed.update(level=int(level), compartments=sorted(compartments))
        refresh_labels()
        # Not as a record: what is read of one is written down, and this one is gone in a moment.
        label = Label(**dict(zip(LABEL, changed.values_list(*(f"label__{name}" for name in LABEL)).get(), strict=True)))
        after = copy(record)
        after.level, after.compartments, after.label = int(level), sorted(compartments), label
        readers = marking.Readers([after])
        followed = HistoryEntry.objects.filter(id__gt=last, reason=trial).exclude(record_id=record.pk)
        numbers = dict(followed.order_by().values_list("record_table").annotate(n=Count("record_id", distinct=True)))
        found = Consequences(
            label=label,
            people=readers.number(after),
            raised_by=readers.raised_by(after),
            following=[(kind, numbers[kind._meta.db_table]) for kind in kinds() if kind._meta.db_table in numbers],
        )
        transaction.set_rollback(True)
    refresh_labels()
    return found


def as_stored(record: Record) -> Record:
    """Return the record as the database now holds it; its label may be new to the reader."""
    refresh_labels()
    return type(record).objects.get(pk=record.pk)
