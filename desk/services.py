"""Writing a record with everything that was entered with it: one verb, one transaction."""

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from access.context import Reader
from desk.parts import Part
from records.entry_forms import RepeatedFormSet, Ties
from records.linking import write_links
from records.models import Record, ReviewState
from records.services import add_record, change_record, withdraw_record

UNSUBMITTED = (ReviewState.DRAFT, ReviewState.RETURNED)


class RefusedRow(ValidationError):
    """What is wrong with one row; ``row`` is its form."""

    def __init__(self, error: ValidationError, row):
        super().__init__(error)
        self.row = row


@transaction.atomic
def record_with_parts(
    actor: Reader,
    record: Record,
    parts: Collection[tuple[Part, RepeatedFormSet]],
    ties: Iterable[Ties] = (),
    *,
    expected_version: int | None = None,
    draft: bool = False,
    reason: str = "",
) -> Record:
    """Write a record, its ties to others and the rows of its parts together; return it as stored.

    A new record becomes a draft where ``draft`` says so, and its parts with it; else it is submitted, and with it
    whatever of its parts was still a draft. A row that names a part changes it, one that does not adds one; only
    what was taken out is withdrawn, so that nothing somebody else added meanwhile is lost. The form and the form sets
    that ``parts`` and ``ties`` come from must be valid. Raises StaleVersion, ValidationError by field, RefusedRow,
    ``django.db.ProgrammingError`` (42501).
    """
    was_unsubmitted = record._state.adding or record.review_state in UNSUBMITTED
    if record._state.adding:
        stored = add_record(actor, record, draft=draft, reason=reason)
    else:
        stored = change_record(actor, record, expected_version=expected_version, submit=not draft, reason=reason)
    is_draft = stored.review_state == ReviewState.DRAFT
    for tie in ties:
        try:
            write_links(actor, stored, tie.relation, tie.end, tie.chosen, tie.taken_out)
        except ValidationError as error:
            raise ValidationError({tie.field: error.messages}) from error
    for part, rows in parts:
        existing = {one.pk: one for one in part.stored(stored)}
        for position, row in enumerate(rows.filled()):
            try:
                with transaction.atomic():
                    found = existing.get(row.cleaned_data.get("id"))
                    part.write(actor, stored, row.cleaned_data, found, position, draft=is_draft)
            except ValidationError as error:
                raise RefusedRow(error, row) from error
        for row in rows.taken_out():
            if row.cleaned_data["id"] in existing:
                withdraw_record(actor, existing[row.cleaned_data["id"]], reason="Taken out of the record.")
    if was_unsubmitted and not is_draft:
        for part, _rows in parts:
            part.submit(actor, stored)
    return stored
