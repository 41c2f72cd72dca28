"""Writes only what differs: new records in batches, changed ones singly with a reason, everything else untouched."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.context import because
from records.models import HistoryEntry, Record, ReviewState
from records.refusals import refusal_of as refusal_of_trigger
from reports.public_record.reading import Row
from reports.public_record.reporting import FileCount, Note, Refusal, Refused, Report

BATCH = 500
CHANGED = "The public record was imported again: row changed"
REFUSED_BY_DATABASE = (IntegrityError, DataError)
GONE = "The public record was imported again: no longer in the row"


@dataclass
class Wanted:
    """A record as the files want it: the key it is found by, its fields, the row it comes from.

    ``columns`` names the column of a field that is not called like it.
    """

    key: str
    fields: dict[str, Any]
    row: Row | None = None
    columns: dict[str, str] = field(default_factory=dict)


@dataclass
class Desk:
    """Where all modules of the import write. Tells the report what became of each row."""

    report: Report
    advance: Any = lambda count: None
    fates: dict[tuple[str, str], str] = field(default_factory=dict)

    def keep(
        self, model: type[Record], wanted: list[Wanted], update: bool = True, fate: str = "created"
    ) -> dict[str, Any]:
        """Create what is missing, change what differs (unless ``update`` is False); return the records by key.

        ``fate`` is what creating a record makes of its row: a row is created with its main record only.
        """
        found = {}
        known = model.objects.filter(external_id__in=[one.key for one in wanted]).exclude(withdrawn_reason=CHANGED)
        for record in known.order_by("recorded_at", "id"):
            found.setdefault(record.external_id, record)
        new = [one for one in wanted if one.key not in found]
        made = self.create(model, new, fate)
        if update:
            self.update([(found[one.key], one) for one in wanted if one.key in found])
        self.advance(len(wanted))
        return found | made

    def create(self, model: type[Record], wanted: list[Wanted], fate: str = "created") -> dict[str, Any]:
        """Create the records as verified by the import."""
        made = {one.key: model(external_id=one.key, review_state=ReviewState.VERIFIED, **one.fields) for one in wanted}
        self.refuse_invalid((made[one.key], one) for one in wanted)
        try:
            with transaction.atomic():
                model.objects.bulk_create(made.values(), batch_size=BATCH)
        except REFUSED_BY_DATABASE:
            for one in wanted:
                self.save(made[one.key], one)
        for one in wanted:
            self.mark(one.row, fate)
        return made

    def update(self, pairs: list[tuple[Record, Wanted]]) -> None:
        """Write what differs, unless somebody changed or withdrew it here while the file stayed the same."""
        differing = []
        for record, one in pairs:
            fields = dict(one.fields)
            if record.is_withdrawn:
                if record.withdrawn_reason != GONE:
                    self.note(one.row, _("withdrawn here, left as it is"))
                    continue
                fields |= {"withdrawn_at": None, "withdrawn_reason": ""}
            changes = {name: value for name, value in fields.items() if plain(record, name) != key(value)}
            if changes:
                differing.append((record, one, changes))
        written = last_imported([record for record, _one, _changes in differing])
        for record, one, changes in differing:
            columns = {name: record._meta.get_field(name).column for name in changes}
            ours = {
                name: value
                for name, value in changes.items()
                if not same(written.get((record.pk, columns[name]), ...), key(value))
            }
            if len(ours) < len(changes):
                self.note(one.row, _("changed here since it was imported, left as it is"))
            if ours:
                for name, value in ours.items():
                    setattr(record, name, value)
                self.refuse_invalid([(record, one)])
                with because(CHANGED):
                    self.save(record, one, list(ours))
                self.mark(one.row, "changed")

    def links(self, model: type[Record], parent: str, parents: dict[Any, Row], wanted: list[Wanted]) -> dict[str, Any]:
        """Keep the parts and links of ``parents`` (row by primary key); withdraw those no longer in their row."""
        kept = self.keep(model, wanted, fate="changed")
        keys = {one.key for one in wanted}
        imported = model.objects.current().filter(**{f"{parent}__in": list(parents)}).exclude(external_id="")
        for record in imported:
            if record.external_id not in keys:
                self.withdraw(record)
                self.mark(parents[getattr(record, record._meta.get_field(parent).attname)], "changed")
        return kept

    def withdraw(self, record: Record, reason: str = GONE) -> None:
        record.withdrawn_at, record.withdrawn_reason = timezone.now(), reason
        try:
            with transaction.atomic(), because(reason):
                record.save(update_fields=["withdrawn_at", "withdrawn_reason"])
        except REFUSED_BY_DATABASE as error:
            raise Refused([Refusal("", None, record.external_id, in_words(error, type(record)))]) from error

    def save(self, record: Record, one: Wanted, fields: list[str] | None = None) -> None:
        """Write one record, or some of its fields; raise Refused for what the database refuses, in its words."""
        try:
            with transaction.atomic():
                record.save(force_insert=fields is None, update_fields=fields)
        except REFUSED_BY_DATABASE as error:
            raise Refused([refusal_of(one, "", in_words(error, type(record)))]) from error

    def refuse_invalid(self, pairs: Iterable[tuple[Record, Wanted]]) -> None:
        """Raise Refused with everything the models themselves find wrong; foreign keys were checked before."""
        refusals = []
        for record, one in pairs:
            unchecked = {f.name for f in record._meta.fields if f.is_relation or not f.editable} | {"id", "reference"}
            try:
                record.clean_fields(exclude=unchecked)
                record.clean()
            except ValidationError as error:
                refusals += [refusal_of(one, name, text) for name, text in messages(error)]
        if refusals:
            raise Refused(refusals)

    def mark(self, row: Row | None, fate: str) -> None:
        """Remember what became of a row; created stays created, and no fate says nothing."""
        if fate and row is not None and self.fates.get((row.file, row.id)) != "created":
            self.fates[row.file, row.id] = fate

    def note(self, row: Row | None, text: str) -> None:
        if row is not None:
            note = Note(f"{row.file}.csv", row.id, text)
            if note not in self.report.notes:
                self.report.notes.append(note)

    def missing(self, file: str, known: Iterable[str], rows: list[Row]) -> None:
        """Report the records that the file had once and has no longer; nothing is deleted."""
        given = {row.id for row in rows}
        for gone in sorted(set(known) - given):
            self.report.notes.append(Note(f"{file}.csv", gone, _("missing in the file, left as it is")))

    def count(self, file: str, rows: list[Row]) -> FileCount:
        """Return what became of the file's rows."""
        fates = [self.fates.get((file, row.id), "unchanged") for row in rows]
        return FileCount(len(rows), fates.count("created"), fates.count("changed"), fates.count("unchanged"))


def in_words(error: Exception, model: type[Record]) -> str:
    """Return what was refused in words, or the message of the constraint that was violated, else the database's own."""
    told = refusal_of_trigger(error)
    if told is not None:
        return " ".join(told.messages)
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for constraint in model._meta.constraints:
        if constraint.name == name:
            return str(constraint.get_violation_error_message())
    return str(error).strip().splitlines()[0]


def key(value: Any) -> Any:
    """Return what is compared: a record's primary key, a list's items, else the value."""
    return value.pk if isinstance(value, models.Model) else value


def plain(record: Record, name: str) -> Any:
    """Return the value of a field, of a foreign key its primary key."""
    return getattr(record, record._meta.get_field(name).attname)


def same(written: Any, value: Any) -> bool:
    """Return whether a value of the history, which is JSON, is this value."""
    if isinstance(value, Decimal):
        return written is not None and Decimal(str(written)) == value
    if isinstance(value, dt.date | uuid.UUID):
        return written == str(value)
    return written == value


def last_imported(records: list[Record]) -> dict[tuple[Any, str], Any]:
    """Return what the import wrote last, by record and column, as the history tells it."""
    told: dict[tuple[Any, str], Any] = {}
    entries = HistoryEntry.objects.filter(record_id__in=[record.pk for record in records], door="import").order_by("id")
    for record, before, after in entries.values_list("record_id", "before", "after"):
        for column, value in after.items():
            if before is None or before.get(column) != value:
                told[record, column] = value
    return told


def messages(error: ValidationError) -> list[tuple[str, str]]:
    """Return field and text of every error."""
    if not hasattr(error, "error_dict"):
        return [("", text) for text in error.messages]
    return [(name, text) for name, texts in error.message_dict.items() for text in texts]


def refusal_of(one: Wanted, name: str, text: str) -> Refusal:
    if one.row is None:
        return Refusal("", None, one.key, text)
    column = one.columns.get(name, name if name in one.row.cells else next(iter(one.row.cells)))
    return one.row.refuse(column, text)
