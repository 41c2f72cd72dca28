"""Two records that are one, for the tests of merging: a reviewer merges, and undoes it."""

from access.context import acting_as, user_principal
from records.merging import merge_records, undo_merge
from records.models import Merge, Record


def fresh(record: Record) -> Record:
    """Return the record as it is stored now; the caller names the reader."""
    return type(record).objects.get(pk=record.pk)


def merge(user, other: Record, kept: Record, reason: str = "Entered twice", **options) -> Merge:
    """Merge ``other`` into ``kept`` as ``user``, as both are now."""
    with acting_as(user_principal(user)) as actor:
        other, kept = fresh(other), fresh(kept)
        return merge_records(
            actor, other, kept, reason=reason, version=other.version, into_version=kept.version, **options
        )


def undo(user, made: Merge, reason: str = "They were two") -> Merge:
    """Undo a merge as ``user``."""
    with acting_as(user_principal(user)) as actor:
        return undo_merge(actor, made, reason=reason, expected_version=fresh(made).version)
