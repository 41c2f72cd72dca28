"""Tells the history of a record: one plain sentence for each entry and each change, for pages and the API alike.

Nothing is told that the reader may not see now: a link to a hidden record reads as no link, a compartment unknown to
the reader as none, and a change of which nothing is left to show is left out.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import note_read
from access.levels import Level, Role
from access.models import Label
from access.told import DOORS
from records.changes import Change, Names, changes_of
from records.models import HistoryEntry, Record, ReviewState

STEPS = {
    ReviewState.SUBMITTED: gettext_lazy("submitted %(thing)s for review"),
    ReviewState.RETURNED: gettext_lazy("returned %(thing)s"),
    ReviewState.VERIFIED: gettext_lazy("verified %(thing)s"),
}
# Said by the verb of the sentence, where they change; a verified record that is changed changes its state by itself.
SAID_BY_VERB = frozenset({"withdrawn_at", "withdrawn_reason", "review_state", "level", "compartments"})
MOST_NAMED = 3


@cache
def models_by_table() -> dict[str, type[Record]]:
    return {model._meta.db_table: model for model in apps.get_models() if issubclass(model, Record)}


def entries_of(record: Record, *, with_parts: bool = False) -> models.QuerySet[HistoryEntry]:
    """Return the visible history of a record, newest first; with that of its parts that the reader may see."""
    ids = [record.pk]
    if with_parts:
        for name in record.parts if record.citations is None else (*record.parts, "citations"):
            ids += getattr(record, name).values_list("pk", flat=True)
    return HistoryEntry.objects.filter(record_id__in=ids).select_related("user")


def only(told: list[dict], field: str) -> list[dict]:
    """Return told entries with nothing but the changes of one field."""
    return [entry | {"changes": [one for one in entry["changes"] if one.field == field]} for entry in told]


def changing(entries: models.QuerySet, model: type[Record], field: str) -> models.QuerySet[HistoryEntry]:
    """Return the entries in which the reader may see that a field of ``model`` changed.

    Looked at one by one, because only their words tell: a link to a hidden record is no change, and counts as none.
    """
    entries = entries.filter(record_table=model._meta.db_table)
    column = model._meta.get_field(field).column
    differing = entries.annotate(was=KeyTransform(column, "before"), now=KeyTransform(column, "after"))
    asked = list(differing.exclude(operation="UPDATE", was=models.F("now")))
    names = Names()
    for entry in asked:
        names.expect_values(model, entry)
    return entries.filter(
        pk__in=[entry.pk for entry in asked if any(one.field == field for one in changes_of(model, entry, names))]
    )


def by_person(entries: models.QuerySet, name: str) -> models.QuerySet[HistoryEntry]:
    """Return the entries of one account, by user name; of the system, which has none, by ``-``."""
    return entries.filter(user=None) if name == "-" else entries.filter(user__username=name)


def tell(entries: Iterable[HistoryEntry], about: Record) -> list[dict]:
    """Return what each entry says to the reader of this context, in a fixed number of statements for each kind.

    Each has ``token`` (the first sixteen characters of the hash, a name that counts nothing), ``record`` (the entry's
    record, which is ``about`` or a part of it), ``who``, ``role``, ``door``, ``at``, ``reason``, ``request_id``,
    ``version``, ``what`` (without who and when), ``sentence``, ``changes``, a list of ``Change``, and ``says_all``
    where the sentence leaves none of them out.
    """
    entries = list(entries)
    names = Names()
    for entry in entries:
        note_read(entry.record_table, entry.record_id, entry.label_id)
        note_read(entry.record_table, entry.record_id, entry.record_label_id)
        names.expect_values(models_by_table()[entry.record_table], entry)
    labels = Label.objects.in_bulk({(entry.after or {}).get("label_id") for entry in entries} - {None})
    return [tell_one(entry, about, names, labels) for entry in entries]


def tell_one(entry: HistoryEntry, about: Record, names: Names, labels: dict[int, Label]) -> dict:
    model = models_by_table()[entry.record_table]
    record = about if entry.record_id == about.pk else names.of(model, entry.record_id)
    thing = _("the record")
    if record is not about:
        thing = _("the %(kind)s “%(name)s”") % {"kind": model._meta.verbose_name, "name": record or ""}
    changes = changes_of(model, entry, names)
    if entry.user_id:
        who = str(entry.user)
    else:
        who = _("The owner of the database") if entry.role == "owner" else _("The system")
    what = _(" and ").join(acts(entry, changes, thing, is_part=record is not about, labels=labels))
    told = {
        "who": who,
        "what": what,
        "how": DOORS.get(entry.door, entry.door),
        "at": _("%(moment)s UTC") % {"moment": date_format(entry.at, "DATETIME_FORMAT")},
        "reason": entry.reason.strip().rstrip("."),
    }
    with_reason = _("%(who)s %(what)s %(how)s, %(at)s, because: %(reason)s.")
    return {
        "token": token_of(entry),
        "record": record,
        "is_part": record is not about,
        "who": who,
        "user": str(entry.user) if entry.user_id else None,
        "role": entry.role,
        "role_words": role_words(entry.role),
        "door": entry.door,
        "at": entry.at,
        "reason": entry.reason,
        "request_id": entry.request_id,
        "version": entry.version,
        "operation": entry.operation,
        "what": what[:1].upper() + what[1:],
        "sentence": (with_reason if told["reason"] else _("%(who)s %(what)s %(how)s, %(at)s.")) % told,
        "changes": changes,
        "says_all": entry.operation == "UPDATE" and says_all(changes),
    }


def role_words(role: str) -> str:
    """Return a role in words; nothing for the system and the owner, who have none."""
    return str(dict(Role.choices).get(role, ""))


def token_of(entry: HistoryEntry) -> str:
    """Return the name of an entry in addresses: the number would tell how many hidden ones there are."""
    return bytes(entry.hash)[:8].hex()


def with_token(entries: models.QuerySet, token: str) -> models.QuerySet[HistoryEntry]:
    """Return the entry of this name, if the reader may see it."""
    try:
        begins = bytes.fromhex(token)
    except ValueError:
        return entries.none()
    if len(begins) != 8:
        return entries.none()
    return entries.filter(hash__gte=begins + bytes(24), hash__lte=begins + b"\xff" * 24)


def acts(entry: HistoryEntry, changes: list[Change], thing: str, *, is_part: bool, labels: dict) -> list[str]:
    """Return what was done, as phrases that follow the name of who did it."""
    if entry.operation == "INSERT":
        return [_("created %(thing)s") % {"thing": thing}]
    if entry.operation == "DELETE":
        return [_("deleted %(thing)s") % {"thing": thing}]
    before, after = entry.before, entry.after
    done = []
    if (before["withdrawn_at"] is None) != (after["withdrawn_at"] is None):
        verb = _("withdrew %(thing)s") if after["withdrawn_at"] else _("restored %(thing)s")
        done.append(verb % {"thing": thing})
    if before["review_state"] != after["review_state"] and after["review_state"] in STEPS:
        done.append(str(STEPS[after["review_state"]]) % {"thing": thing})
    done += marking_acts(before, after, changes)
    others = [change for change in changes if change.field not in SAID_BY_VERB]
    if others:
        done.append(change_act(others))
        if is_part:
            done[-1] = _("%(done)s on %(thing)s") % {"done": done[-1], "thing": thing}
    if not done and before["label_id"] != after["label_id"] and after["label_id"] in labels:
        told = {"thing": thing, "level": labels[after["label_id"]].level_name}
        done.append(_("changed a record that %(thing)s belongs to, which made it %(level)s") % told)
    return done or [_("saved %(thing)s") % {"thing": thing}]


def marking_acts(before: dict, after: dict, changes: list[Change]) -> list[str]:
    """Return in words how level and compartments changed."""
    done = []
    if before["level"] != after["level"]:
        raised = _("raised the level from %(before)s to %(after)s")
        lowered = _("lowered the level from %(before)s to %(after)s")
        told = {"before": Level(before["level"]).label, "after": Level(after["level"]).label}
        done.append((raised if after["level"] > before["level"] else lowered) % told)
    for change in changes:
        if change.field == "compartments":
            was, now = set(change.before_names), set(change.after_names)
            done += [_("put it into the compartment %(name)s") % {"name": name} for name in sorted(now - was)]
            done += [_("took it out of the compartment %(name)s") % {"name": name} for name in sorted(was - now)]
    return done


def says_all(changes: list[Change]) -> bool:
    """Return whether the sentence of an entry already says everything that changed."""
    others = [
        one for one in changes
        if one.field not in SAID_BY_VERB or (one.field == "review_state" and one.after not in STEPS)
    ]  # fmt: skip
    return not others or (len(others) == 1 and not others[0].is_long and others[0].field != "review_state")


def change_act(changes: list[Change]) -> str:
    """Return the phrase for changed fields: one with its values, several by name, many by their number."""
    if len(changes) == 1:
        return changes[0].act
    if len(changes) > MOST_NAMED:
        return _("changed %(count)s fields") % {"count": len(changes)}
    *first, last = (change.name for change in changes)
    return _("changed %(fields)s and %(last)s") % {"fields": ", ".join(first), "last": last}


def value_shown(field: models.Field, value: Any) -> Any:
    """Return one value as a reader knows it, outside a history: see ``Names.words``."""
    return Names().words(field, value)
