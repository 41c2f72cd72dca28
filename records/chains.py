"""Records that lead to another of their kind: what amends an earlier one, what is a part of a greater one."""

from django.core.exceptions import ValidationError

from records.models import Record


def led_to(record: Record, name: str) -> list[Record]:
    """Return the records that the link ``name`` leads to, one through the other, the nearest first.

    One statement for each step; a ring ends where it began. Whoever sees a record sees all that it leads to: it is at
    least as secret.
    """
    found: list[Record] = []
    other = getattr(record, name)
    while other is not None and other not in (record, *found):
        found.append(other)
        other = getattr(other, name)
    return found


def check_chain(record: Record, name: str, told: str) -> None:
    """Raise ValidationError with ``told`` on the field ``name`` where the link would lead back to the record."""
    other = getattr(record, name)
    if other is not None and (record == other or record in led_to(other, name)):
        raise ValidationError({name: told})
