"""Reads the history of a record in sentences and field by field."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from access.told import DOORS
from records.display import field_label, shown
from records.models import HistoryEntry, Record

# Kept by the database itself; they say nothing to a reader of the history.
HOUSEKEEPING = frozenset(
    {"id", "version", "recorded_at", "updated_at", "label_id", "draft_of", "author_id", "reference"}
)


def entries_of(record: Record) -> models.QuerySet[HistoryEntry]:
    """Return the visible history of a record, newest first."""
    return HistoryEntry.objects.filter(record_id=record.pk).select_related("user")


def told(record: Record, entry: HistoryEntry) -> dict:
    """Return one entry for a page: sentence, by, at, door, reason, changes."""
    changes = changes_of(type(record), entry)
    return {
        "sentence": sentence(entry, changes),
        "by": str(entry.user) if entry.user_id else _("the system"),
        "at": entry.at,
        "door": DOORS.get(entry.door, entry.door),
        "reason": entry.reason,
        "version": entry.version,
        "changes": changes,
    }


def sentence(entry: HistoryEntry, changes: list[dict]) -> str:
    """Return what happened in one sentence."""
    if entry.operation == "INSERT":
        return _("Record created")
    before, after = entry.before or {}, entry.after or {}
    if after.get("withdrawn_at") and not before.get("withdrawn_at"):
        return _("Record withdrawn")
    if before.get("label_id") != after.get("label_id") and not changes:
        return _("Who can see it followed a record it belongs to")
    if not changes:
        return _("Saved without a change")
    if len(changes) == 1:
        change = changes[0]
        return _("%(field)s changed from “%(before)s” to “%(after)s”") % {
            "field": change["label"],
            "before": shorten(change["before"]),
            "after": shorten(change["after"]),
        }
    return _("Changed: %(fields)s") % {"fields": ", ".join(change["label"] for change in changes)}


def shorten(text: Any, most: int = 60) -> str:
    """Return a text cut to a length that fits a sentence; a dash for nothing."""
    words = str(text)
    if words == "":
        return "–"
    return words if len(words) <= most else words[: most - 1] + "…"


def changes_of(model: type[Record], entry: HistoryEntry) -> list[dict]:
    """Return the fields an update changed, with the words shown for the values."""
    if entry.operation != "UPDATE":
        return []
    before, after = entry.before or {}, entry.after or {}
    changes = []
    for field in model._meta.local_concrete_fields:
        column = field.column
        if column in HOUSEKEEPING or before.get(column) == after.get(column):
            continue
        changes.append(
            {
                "label": field_label(model, field.name),
                "before": value_shown(field, before.get(column)),
                "after": value_shown(field, after.get(column)),
            }
        )
    return changes


def value_shown(field: models.Field, value: Any) -> Any:
    """Return a stored value as a reader knows it: the words of a choice, the name of a linked record they may see."""
    if value is None:
        return ""
    if isinstance(field, models.ForeignKey):
        linked = field.remote_field.model._default_manager.filter(pk=value).first()
        return str(linked) if linked else ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return shown(value)
