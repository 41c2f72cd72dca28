"""Merging two records of one kind that are the same thing, and undoing it: docs/merging.md.

The database moves what names the merged record (records/migrations/sql/merging.sql), also what the reviewer does not
see; here it is asked for, and what it refuses is said in words.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Field, Q
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader
from records.changes import Names
from records.checking import checked_fields, columns_of, words_of, written_by_me
from records.display import attribute, field_label
from records.hanging import part_kinds
from records.history import models_by_table
from records.marking import Marking
from records.models import HistoryEntry, Merge, Record
from records.querysets import kinds, named
from records.search import found_ids
from records.services import add_record, change_record, lock_record, withdraw_record


def rules() -> list[tuple[str, bool, bool, bool]]:
    """Return, for the database, how each kind takes part in a merge: merged alone, folded as a part, left behind."""
    parts = part_kinds()
    return [(kind._meta.db_table, kind.is_mergeable, kind in parts, not kind.follows_merge) for kind in kinds()]


# The two records -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A field of two records, in words: of the kept one and of the one that goes away. What is shown as one is one."""

    name: str
    label: str
    kept: str
    other: str
    differs: bool


def pairs(merged: Record, into: Record) -> list[Pair]:
    """Return the fields of two records of one kind side by side; those that say nothing in either are left out."""
    names, model, found = Names(), type(into), []
    by_column = {one.column: one.attname for one in model._meta.local_concrete_fields}
    for one in checked_fields(model):
        kept, other = words_of(into, one, names), words_of(merged, one, names)
        columns = [by_column[column] for column in columns_of(model, one.name)]
        differs = any(getattr(into, column) != getattr(merged, column) for column in columns)
        if kept or other or differs:
            found.append(Pair(one.name, field_label(model, one.name), kept, other, differs))
    return found


def may_take(merged: Record, into: Record) -> bool:
    """Whether values of the merged record may stand in the kept one: not where more people would then read them."""
    return Marking.of(into.label).covers(Marking.of(merged.label))


def check_merge(actor: Reader, merged: Record, into: Record, take: Iterable[str] = ()) -> None:
    """Raise for what cannot be merged: PermissionDenied for who may not; ValidationError by field otherwise.

    On ``into_id``: another kind, itself, something that the two must have in common. On either record: a draft, or
    withdrawn. On ``take``: a field there is none of, or one of a record that fewer people may read.
    """
    permissions.demand(permissions.MERGE)
    if type(merged) is not type(into) or not into.is_mergeable:
        raise ValidationError({"into_id": _("Only two records of one kind are merged, and not of every kind.")})
    if merged.pk == into.pk:
        raise ValidationError({"into_id": _("This is the same record. Name the other one.")})
    for name, record in (("record_id", merged), ("into_id", into)):
        if record.is_withdrawn:
            raise ValidationError({name: _("“%(record)s” was withdrawn. Restore it first.") % {"record": record}})
        if record.draft_of is not None:
            told = _("“%(record)s” is a draft. Submit it first, or withdraw it instead.")
            raise ValidationError({name: told % {"record": record}})
    if written_by_me([merged, into]):
        raise PermissionDenied(_("You entered or changed one of the two, so another reviewer merges them."))
    check_alike(merged, into)
    check_taken(merged, into, set(take))


def check_alike(merged: Record, into: Record) -> None:
    """Raise ValidationError where the two cannot be one: they differ in what both must share, or hang together."""
    for path in into.same_when_merged:
        if attribute(merged, path) != attribute(into, path):
            *_steps, name = path.removesuffix("_id").split(".")
            told = _("They differ in “%(field)s”, so they are two things. Correct that first if it is a mistake.")
            raise ValidationError({"into_id": told % {"field": name.replace("_", " ")}})
    if above(merged) & {merged.pk, into.pk} or above(into) & {merged.pk, into.pk}:
        told = _("One of them is a part of the other, amends it or derives from it, so they are two things.")
        raise ValidationError({"into_id": told})


def above(record: Record) -> set:
    """Return what a record hangs on by links to its own kind, one through the other. Who sees it sees them all."""
    model = type(record)
    links = [one.attname for one in model._meta.local_fields if one.is_relation and one.remote_field.model is model]
    found, asked = set(), {record.pk}
    while asked and links:
        rows = model.objects.filter(pk__in=asked).values_list(*links)
        asked = {pk for row in rows for pk in row if pk is not None} - found
        found |= asked
    return found


def check_taken(merged: Record, into: Record, take: set[str]) -> None:
    unknown = take - {one.name for one in checked_fields(type(into))}
    if unknown:
        told = _("There is no such field to take over: %(names)s.")
        raise ValidationError({"take": told % {"names": ", ".join(sorted(unknown))}})
    if take and not may_take(merged, into):
        told = _("Fewer people may read the record these values stand in. Raise the kept record first, or take none.")
        raise ValidationError({"take": told})


# What follows --------------------------------------------------------------------------------------------------------


@dataclass
class Moving:
    """Records of one kind that name the merged one by one field, of those the reader may see."""

    kind: type[Record]
    name: str
    records: list[Record] = field(default_factory=list)
    number: int = 0

    @property
    def words(self) -> str:
        meta = self.kind._meta
        return f"{self.number:,} {meta.verbose_name if self.number == 1 else meta.verbose_name_plural}"

    @property
    def more(self) -> int:
        return self.number - len(self.records)


SHOWN = 8


@dataclass
class Plan:
    """What merging does, of what the reader may see: what moves, what is said by both, what a locked period holds."""

    moving: list[Moving]
    folding: list[Moving]
    locked: list[Moving]


def plan_of(merged: Record, into: Record) -> Plan:
    """Return what would follow if the one were merged into the other; a statement, and one for each kind shown."""
    kind = ContentType.objects.get_for_model(merged)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM records.merge_plan(%s, %s, %s)", [kind.pk, merged.pk, into.pk])
        rows = cursor.fetchall()
    folded = {child for _table, _column, child, fold, _until in rows if fold}
    locked = [(table, column, child) for table, column, child, _fold, until in rows if until]
    folding = {(table, "", child) for table, _column, child, fold, _until in rows if fold}
    moving = [row[:3] for row in rows if row[2] not in folded and row[4] is None]
    return Plan(grouped(moving), grouped(folding), grouped(locked))


def grouped(rows: Iterable[tuple]) -> list[Moving]:
    """Return (table, column, identifier) by kind and field, the first of each fetched."""
    found: dict[tuple, list] = defaultdict(list)
    for table, column, pk in sorted(rows, key=str):
        found[table, column].append(pk)
    told = []
    for (table, column), pks in found.items():
        kind = models_by_table()[table]
        told.append(Moving(kind, label_of(kind, column), list(named(kind).filter(pk__in=pks[:SHOWN])), len(pks)))
    return sorted(told, key=lambda one: (str(one.kind._meta.verbose_name_plural), one.name))


def label_of(kind: type[Record], column: str) -> str:
    """Return the words of the link behind a column; none where they only repeat what kind of record is linked."""
    fields = {one.column: one for one in kind._meta.local_concrete_fields if one.is_relation}
    link = fields.get(column)
    if link is None or link.verbose_name == link.remote_field.model._meta.verbose_name:
        return ""
    return field_label(kind, link.name)


# The acts ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def merge_records(
    actor: Reader,
    merged: Record,
    into: Record,
    *,
    reason: str,
    version: int,
    into_version: int,
    take: Iterable[str] = (),
    external_id: str = "",
) -> Merge:
    """Merge one record into another of its kind and return the merge as stored.

    The kept record keeps its values but for the fields in ``take``. Raises as ``check_merge``; ValidationError on
    ``reason`` where none is given and, without a field, where a locked period or what would stand together forbids it;
    StaleVersion where either is no longer the version looked at.
    """
    permissions.demand(permissions.MERGE)
    reason, take = reason.strip(), sorted(set(take))
    if not reason:
        raise ValidationError({"reason": _("Say why the two are the same. The history keeps the reason.")})
    check_scope(into)
    # In one order, so that two merges at once do not wait for each other.
    asked = sorted([(merged, version), (into, into_version)], key=lambda pair: pair[0].pk)
    held = {record.pk: lock_record(record, expected) for record, expected in asked}
    merged, into = held[merged.pk], held.get(into.pk, into)
    check_merge(actor, merged, into, take)
    told = _("%(merged)s merged into %(into)s: %(reason)s") % {
        "merged": merged.reference,
        "into": into.reference,
        "reason": reason,
    }
    taken = {pair.name for pair in pairs(merged, into) if pair.differs} & set(take)
    merge = Merge(record=merged, into_id=into.pk, reason=reason, external_id=external_id)
    merge.taken_version = into_version + 1 if taken else None
    merge = add_record(actor, merge, reason=told)
    # Afterwards: whoever changes a record merges it no more.
    if taken:
        copy_values(merged, into, taken)
        change_record(actor, into, expected_version=into_version, reason=told)
    check_moved(merge)
    return merge


def check_moved(merge: Merge) -> None:
    """Raise ValidationError where something that was moved cannot stand beside what it met there."""
    merges, moved = [merge.pk], defaultdict(set)
    for pk in merges:
        merges += Merge.objects.filter(part_of=pk).values_list("pk", flat=True)
        for table, _column, row, _fate in undo_rows(pk):
            moved[models_by_table()[table]].add(row)
    for kind, rows in moved.items():
        if kind.check_standing is not Record.check_standing:
            for one in named(kind).current().filter(pk__in=rows):
                one.check_standing()


def check_scope(record: Record) -> None:
    """Raise PermissionDenied for a token whose scope leaves the record's kind out: the kind is changed by a merge."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.may_write(%s, 'merge')", [record._meta.db_table])
        if not cursor.fetchone()[0]:
            raise PermissionDenied(_("This token may not change records of this kind. Make one with a wider scope."))


def copy_values(source: Record, target: Record, names: Iterable[str]) -> None:
    """Put the values of some fields, with those that are shown with them, from one record into another."""
    model = type(target)
    by_column = {one.column: one.attname for one in model._meta.local_concrete_fields}
    for name in names:
        for column in columns_of(model, name):
            setattr(target, by_column[column], getattr(source, by_column[column]))


@dataclass
class Undoing:
    """What undoing a merge does, or did, of what the reader may see.

    ``back`` moves back and ``unfolded`` stand again; ``elsewhere`` names something else by now, ``changed`` was changed
    since, ``locked`` lies in a locked period: these stay as they are, and so do the ``fields`` of the kept record that
    were changed since.
    """

    back: list[Moving]
    unfolded: list[Moving]
    elsewhere: list[Moving]
    changed: list[Moving]
    locked: list[Moving]
    fields: list[str]

    @property
    def is_whole(self) -> bool:
        return not (self.elsewhere or self.changed or self.locked or self.fields)


def undo_rows(merge) -> list[tuple]:
    """Return table, column, identifier and fate of what a merge moved, by its identifier."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT moved_table, moved_column, moved_id, fate FROM records.undo_plan(%s)", [merge])
        return cursor.fetchall()


def undo_plan(merge: Merge) -> Undoing:
    """Return what would follow if a merge were undone now; of one that was undone, what it left as it was."""
    rows = undo_rows(merge.pk)
    folds = Merge.objects.filter(part_of=merge).select_related("record_type")
    folded = ((one.record_type.model_class()._meta.db_table, "", one.record_id) for one in folds)
    return Undoing(
        back=grouped(row[:3] for row in rows if row[3] in {"goes back", "returned"}),
        unfolded=grouped(folded),
        elsewhere=grouped(row[:3] for row in rows if row[3] == "elsewhere"),
        changed=grouped(row[:3] for row in rows if row[3] == "changed"),
        locked=grouped(row[:3] for row in rows if row[3] == "locked"),
        fields=taken_fields(merge).changed_since,
    )


@dataclass
class Taken:
    """The fields of a kept record that took values over: as they were before, and which were changed since."""

    before: dict[str, object]
    changed_since: list[str]


def taken_fields(merge: Merge) -> Taken:
    """Return which values the kept record took over, and which of them somebody has changed since."""
    if merge.taken_version is None:
        return Taken({}, [])
    entry = HistoryEntry.objects.filter(record_id=merge.into_id, version=merge.taken_version).order_by("-id").first()
    into = merge.into
    if entry is None or entry.before is None or into is None:
        return Taken({}, [])
    model = type(into)
    columns = {one.column: one for one in model._meta.local_concrete_fields}
    before, changed = {}, []
    for one in checked_fields(model):
        shown = [columns[name] for name in columns_of(model, one.name)]
        if all(entry.before.get(c.column) == entry.after.get(c.column) for c in shown):
            continue
        if all(getattr(into, c.attname) == stored(c, entry.after) for c in shown):
            before |= {c.attname: stored(c, entry.before) for c in shown}
        else:
            changed.append(field_label(model, one.name))
    return Taken(before, changed)


def stored(column: Field, row: dict):
    """Return a column's value of a row of the history."""
    value = row.get(column.column)
    return value if isinstance(column, ArrayField) else column.to_python(value)


@transaction.atomic
def undo_merge(actor: Reader, merge: Merge, *, reason: str, expected_version: int) -> Merge:
    """Undo a merge and return it as stored: what it moved goes back, as far as it was not changed since.

    The kept record gets back the values it had, where nobody has changed them since. Raises PermissionDenied;
    ValidationError where the merge was undone before, is a part of another, or a locked period forbids it, and on
    ``reason`` where none is given; StaleVersion.
    """
    permissions.demand(permissions.MERGE)
    held = lock_record(merge, expected_version)
    if held.is_withdrawn:
        raise ValidationError(_("This merge was undone already."))
    if held.part_of_id is not None:
        raise ValidationError(_("This was merged as a part of a larger merge. Undo that one."))
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why the merge is undone. The history keeps the reason.")})
    taken = taken_fields(held)
    undone = withdraw_record(actor, held, reason=reason, expected_version=expected_version)
    into = named(held.record_type.model_class()).filter(pk=held.into_id).first()
    if taken.before and into is not None and not into.is_withdrawn:
        for name, value in taken.before.items():
            setattr(into, name, value)
        change_record(actor, into, expected_version=into.version, reason=reason)
    return undone


# Where a merged record is found --------------------------------------------------------------------------------------


def merge_of(record: Record) -> Merge | None:
    """Return the merge in force by which a record was merged; None for any other."""
    if not record.is_withdrawn:
        return None
    return Merge.objects.current().of(record).select_related("label", "record_type").first()


def kept_of(record: Record) -> Record | None:
    """Return the record that a merged record leads to; None where it was not merged."""
    merge = merge_of(record)
    return None if merge is None else named(type(record)).filter(pk=merge.into_id).first()


def merged_into(record: Record) -> list[Merge]:
    """Return the merges in force that lead to a record, the newest first."""
    kind = ContentType.objects.get_for_model(record)
    found = Merge.objects.current().filter(record_type=kind, into_id=record.pk).select_related("label", "author")
    return list(found.order_by("-recorded_at", "pk"))


MOST_ALIKE = 8


def alike(record: Record) -> list[Record]:
    """Return records of the kind that may be the same: of the same words, or of the same day where it has one."""
    model = type(record)
    found = Q(pk__in=[pk for _table, pk in found_ids(str(record), model._meta.db_table, MOST_ALIKE + 1)])
    if getattr(record, "started_on", None):
        found |= Q(started_on=record.started_on)
    others = named(model).current().filter(found, draft_of=None).exclude(pk=record.pk)
    return list(others.order_by("-recorded_at", "pk")[:MOST_ALIKE])
