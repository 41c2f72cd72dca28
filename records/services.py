"""Writing one record: the verbs every door calls. The first argument is who acts."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from access.context import Reader, because, refresh_labels
from records.models import Record, ReviewState


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

    Raises ValidationError by field; ``django.db.ProgrammingError`` (42501) where the policies refuse.
    """
    record.author_id = actor.user_id
    record.review_state = ReviewState.DRAFT if draft else ReviewState.SUBMITTED
    check_record(record)
    with because(reason):
        record.save(force_insert=True)
    return _as_stored(record)


def change_record(
    actor: Reader, record: Record, *, expected_version: int, submit: bool = False, reason: str = ""
) -> Record:
    """Write a changed record if its version is still ``expected_version``, and return it as stored.

    A verified record becomes "verified, then changed"; with ``submit`` a draft or a returned record goes to review.
    Raises StaleVersion, ValidationError by field, or ``django.db.ProgrammingError`` (42501).
    """
    lock_record(record, expected_version)
    if record.is_withdrawn:
        raise ValidationError(_("This record was withdrawn and can no longer be changed."))
    if record.review_state == ReviewState.VERIFIED:
        record.review_state = ReviewState.CHANGED
    elif submit and record.review_state in {ReviewState.DRAFT, ReviewState.RETURNED}:
        record.review_state = ReviewState.SUBMITTED
    check_record(record)
    with because(reason):
        record.save(force_update=True)
    return _as_stored(record)


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
    with because(reason):
        record.save(force_update=True)
    return _as_stored(record)


def lock_record(record: Record, expected_version: int) -> None:
    """Hold the row until the transaction ends; raise StaleVersion unless it still has the expected version."""
    current = type(record).objects.select_for_update(of=("self",)).filter(pk=record.pk).first()
    if current is None or current.version != expected_version:
        raise StaleVersion(current if current is not None else record)


def _as_stored(record: Record) -> Record:
    refresh_labels()
    return type(record).objects.get(pk=record.pk)
