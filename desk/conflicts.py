"""Two people on one record: what each has changed since one of them opened it, field by field and row by row."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from desk.parts import Part
from records.display import field_label
from records.entry_forms import EntryForm, RowForm
from records.history import value_shown
from records.models import HistoryEntry, Record

YOURS, THEIRS = "yours", "theirs"


@dataclass
class Difference:
    """A field, or a row, in which the form and the record as saved now are not the same.

    ``kind``: ``both`` changed it and a choice is needed (``chosen`` is the one made), or only the other did and theirs
    is taken over (``theirs``), or it is a row the other added, which stays (``added``).
    """

    name: str
    label: str
    yours: Any
    theirs: Any
    kind: str
    chosen: str = ""

    @property
    def control(self) -> str:
        return f"choose-{self.name}"

    @property
    def is_open(self) -> bool:
        return self.kind == "both" and not self.chosen


class Reconciling:
    """Compares what was sent with the record as it is now, and with what it was when the form was opened.

    ``form`` and ``formsets`` are valid; ``stored`` is the record now. Afterwards ``differences`` says what is to be
    shown, and ``data`` is what was sent with everything taken over that is settled. A form without a version was begun
    for a new record and is to be added to this one: compared is what it says beyond an empty one.
    """

    def __init__(self, form: EntryForm, formsets: dict, stored: Record):
        self.form, self.formsets, self.stored = form, formsets, stored
        self.sent: QueryDict = form.data
        self.data: QueryDict = form.data.copy()
        self.differences: list[Difference] = []
        self.is_stale = form.cleaned_data.get("version") != stored.version
        if self.is_stale:
            self.compare_fields()
        for part, rows in formsets.values():
            self.compare_rows(part, rows)

    @property
    def seen(self) -> str:
        """A word for the record and its parts as they are now: what a choice was made from."""
        versions = [(str(self.stored.pk), self.stored.version)]
        for part, _rows in self.formsets.values():
            versions += [(str(one.pk), one.version) for one in part.stored(self.stored)]
        return hashlib.sha256(repr(sorted(versions)).encode()).hexdigest()[:16]

    @property
    def is_settled(self) -> bool:
        """Whether the form may be saved: nothing differs, or all of it was shown and chosen."""
        needed = [one for one in self.differences if one.kind != "added"]
        return not needed or (self.sent.get("seen") == self.seen and not any(one.is_open for one in needed))

    def settle(self) -> QueryDict:
        """Return what was sent with every choice applied, as a form opened on the record as it is now."""
        self.data["version"] = str(self.stored.version)
        return self.data

    @property
    def last_saved(self) -> HistoryEntry | None:
        """The newest change of the record or of its parts, as far as the reader may know of it."""
        about = [self.stored.pk]
        for part, rows in self.formsets.values():
            about += [one.pk for one in part.stored(self.stored)]
            about += [row.cleaned_data["id"] for row in rows.forms if row.cleaned_data.get("id")]
        return HistoryEntry.objects.filter(record_id__in=about).select_related("user").order_by("-id").first()

    # Fields -----------------------------------------------------------------------------------------------------------

    def compare_fields(self) -> None:
        version = self.form.cleaned_data.get("version")
        base = as_it_begins(self.form) if version is None else as_it_was(self.stored.pk, version)
        fresh = type(self.form)(instance=self.stored)
        for name in self.form.fields:
            column = column_of(type(self.stored), name)
            if column is None:
                continue
            yours, theirs = (plain(getattr(one, column.attname)) for one in (self.form.instance, self.stored))
            was = base.get(column.attname) if base else None
            if yours == theirs or (base and theirs == was):
                continue
            kind = "theirs" if base and yours == was else "both"
            shown = [value_shown(column, value) for value in (yours, theirs)]
            found = Difference(name, field_label(type(self.stored), name), *shown, kind, self.choice(name))
            self.add(found, lambda name=name: self.put(as_posted(fresh[name])))

    # Rows -------------------------------------------------------------------------------------------------------------

    def compare_rows(self, part: Part, rows) -> None:
        stored = {one.pk: one for one in part.stored(self.stored)}
        for index, row in enumerate(rows.forms):
            pk, version = row.cleaned_data.get("id"), row.cleaned_data.get("version")
            if pk is None and self.is_stale and (twin := self.twin_of(part, row, stored.values())):
                name = f"{part.prefix}-{index}"
                self.put({f"{name}-id": [str(twin.pk)], f"{name}-version": [str(twin.version)]})
                stored.pop(twin.pk)
                continue
            now = stored.pop(pk, None)
            if pk is None or version is None or (now is not None and now.version == version):
                continue
            self.compare_row(part, rows, index, row, now)
        if self.is_stale or self.differences:
            for added in stored.values():
                words = row_words(rows.empty_form, part.initial(added))
                label = _("%(rows)s: added") % {"rows": rows.heading}
                self.differences.append(Difference(f"{part.prefix}-{added.pk}", label, "", words, "added"))

    @staticmethod
    def twin_of(part: Part, row: RowForm, stored) -> Record | None:
        """Return the part that says the same as a new row: both entered it."""
        if not row.cleaned_data or row.is_taken_out:
            return None
        said = plain_row(part, row.cleaned_data)
        return next((one for one in stored if said == plain_row(part, part_values(part, one))), None)

    def compare_row(self, part: Part, rows, index: int, row: RowForm, now: Record | None) -> None:
        name = f"{part.prefix}-{index}"
        base = as_it_was(row.cleaned_data["id"], row.cleaned_data["version"])
        yours = None if row.is_taken_out else plain_row(part, row.cleaned_data)
        theirs = None if now is None else plain_row(part, part_values(part, now))
        was = {field: base.get(column_of(part.model, field).attname) for field in part.fields} if base else None
        if now is not None:
            settled = {f"{name}-version": [str(now.version)]}
        else:
            settled = {f"{name}-id": [""], f"{name}-version": [""]}
        if yours == theirs or (was is not None and theirs == was):
            self.put(settled)
            return
        gone = _("Taken out")
        found = Difference(
            name,
            _("%(row)s %(number)s") % {"row": rows.row_heading or rows.heading, "number": index + 1},
            gone if yours is None else row_words(row, row.cleaned_data),
            gone if now is None else row_words(row, part.initial(now)),
            "theirs" if was is not None and yours == was else "both",
            self.choice(name),
        )

        def take_theirs():
            if now is None:
                self.put({f"{name}-DELETE": ["on"]})
                return
            fresh = type(row)(initial=part.initial(now), prefix=name)
            for field in fresh:
                self.put(as_posted(field))
            self.data.pop(f"{name}-DELETE", None)

        self.add(found, take_theirs)
        if found.chosen:
            # What was dropped is dropped under its own identity; what is kept stands for the part as it is now.
            self.put(settled if now is not None or found.chosen == YOURS else {})

    # What becomes of them ---------------------------------------------------------------------------------------------

    def choice(self, name: str) -> str:
        chosen = self.sent.get(f"choose-{name}")
        return chosen if chosen in (YOURS, THEIRS) else ""

    def add(self, found: Difference, take_theirs) -> None:
        if found.kind == "theirs" or found.chosen == THEIRS:
            take_theirs()
        self.differences.append(found)

    def put(self, posted: dict[str, list[str]]) -> None:
        for name, values in posted.items():
            self.data.setlist(name, values)


def as_it_was(pk: uuid.UUID, version: int | None) -> dict | None:
    """Return a row's columns at a version, from the history; None where the reader may not see that entry."""
    if version is None or not 0 < version < 2**31:
        return None
    entries = HistoryEntry.objects.filter(record_id=pk, version=version).order_by("-id")
    return entries.values_list("after", flat=True).first()


def as_it_begins(form: EntryForm) -> dict:
    """Return the columns of a record as a new form begins with it."""
    new = type(form.instance)()
    found = {field.attname: plain(getattr(new, field.attname)) for field in new._meta.local_concrete_fields}
    for name, field in form.fields.items():
        if field.initial is not None and (column := column_of(type(new), name)):
            found[column.attname] = plain(field.initial)
    return found


def part_values(part: Part, stored: Record) -> dict:
    """Return the fields of a part as they are stored."""
    return {name: stored.serializable_value(name) for name in part.fields}


def column_of(model: type[Record], name: str) -> models.Field | None:
    """Return the model's own field behind a field of the form; None where there is none."""
    return next((field for field in model._meta.local_fields if field.name == name and field.editable), None)


def plain(value: Any) -> Any:
    """Return a value as the history keeps it."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def plain_row(part: Part, given: dict) -> dict:
    return {name: plain(given.get(name)) for name in part.fields}


def row_words(form: RowForm, given: dict) -> str:
    """Return what a row says, in words: its fields that are not empty, with their labels."""
    told = []
    for name, field in form.fields.items():
        value = given.get(name)
        if value in (None, "", []) or isinstance(field.widget, forms.HiddenInput) or name == "DELETE":
            continue
        if isinstance(field, forms.ModelChoiceField) and not isinstance(value, models.Model):
            value = field.queryset.filter(pk=value).first()
        elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            value = dict(field.choices).get(value, value)
        told.append(f"{field.label}: {value}")
    return "; ".join(told)


def as_posted(field: forms.BoundField) -> dict[str, list[str]]:
    """Return what a browser would send for a field as it stands, by the name of each of its controls."""
    widget, name = field.field.widget, field.html_name
    value = field.field.prepare_value(field.initial)
    if isinstance(widget, forms.MultiWidget):
        parts = widget.decompress(value)
        return {
            f"{name}{suffix}": ["" if part is None else str(part)]
            for suffix, part in zip(widget.widgets_names, parts, strict=True)
        }
    if isinstance(widget, forms.CheckboxInput):
        return {name: ["on"] if value else []}
    values = value if isinstance(value, list | tuple) else [value]
    return {name: [str(one) for one in values if one is not None]}
