"""Ties between records that are records of their own: how several of one kind are written together."""

from collections.abc import Collection, Iterable

from access.context import Reader
from records.models import Record
from records.services import add_record, change_record, withdraw_record


def write_links(
    actor: Reader, record: Record, relation: str, end: str, chosen: Iterable[Record], taken_out: Collection[str]
) -> None:
    """Tie a record to those ``chosen``, in their order; the ties to those ``taken_out`` (identities) are withdrawn.

    ``relation`` is the record's reverse relation to the links, ``end`` their field that names the other record. Links
    that somebody else added meanwhile stay. A link of a draft is part of it. Raises StaleVersion, ValidationError.
    """
    field = record._meta.get_field(relation)
    model, link = field.related_model, field.field.name
    has_position = any(one.name == "position" for one in model._meta.local_fields)
    existing = {str(getattr(one, f"{end}_id")): one for one in getattr(record, relation).current()}
    for position, other in enumerate(chosen, start=1):
        order = {"position": position} if has_position else {}
        found = existing.get(str(other.pk))
        if found is None:
            add_record(actor, model(**{link: record, end: other}, **order))
        elif has_position and found.position != position:
            found.position = position
            change_record(actor, found, expected_version=found.version)
    for pk in existing.keys() & set(taken_out):
        withdraw_record(actor, existing[pk], reason="Taken out of the form.")
