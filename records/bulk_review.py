"""Verifying many records at once: only what one import brought, and only what rests on one source and no other."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.contrib.contenttypes.fields import GenericForeignKey
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader, because
from access.models import User
from records import guard
from records.checking import WAITING, about, content, parts_by_whole, written_by_me
from records.models import HistoryEntry, Query, Record
from records.querysets import named
from records.reviewing import mark_verified
from records.waiting import reviewed_kinds, waiting

MOST_AT_ONCE = 1000
NO_SOURCE, SEVERAL = "none", "several"


@dataclass
class Bulk:
    """What can be verified together, with its parts, and what is left out with the reason in words.

    ``more`` tells that more than was looked at waits: it comes next.
    """

    ready: list[Record] = field(default_factory=list)
    parts: list[Record] = field(default_factory=list)
    left_out: list[tuple[Record, str]] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True)
class Brought:
    """So many records of one kind that one import brought wait and rest on one source; None: on none or several."""

    run: str
    person: User | None
    at: dt.datetime
    model: type[Record]
    source: uuid.UUID | None
    number: int


def is_citation(part: Record) -> bool:
    """Whether a part ties its record to a source."""
    return any(one.name == "record" for one in part._meta.private_fields if isinstance(one, GenericForeignKey)) and (
        hasattr(part, "source_id")
    )


def imports_waiting(actor: Reader) -> list[Brought]:
    """Return what waits and came with imports of others, by import, kind and source, the oldest import first.

    As far as ``waiting`` looks; one statement more for the entries, one for each kind and step of their parts.
    """
    permissions.demand(permissions.REVIEW)
    queue = [entry for entry in waiting().entries if entry.author_id != actor.user_id]
    entries = HistoryEntry.objects.filter(
        record_id__in=[entry.pk for entry in queue], door="import", operation="INSERT"
    ).select_related("user")
    came = {entry.record_id: entry for entry in entries}
    by_kind = defaultdict(list)
    for entry in queue:
        if entry.pk in came:
            by_kind[entry.model].append(entry.pk)
    number: Counter = Counter()
    first: dict = {}
    for model, pks in by_kind.items():
        records = list(model.objects.filter(pk__in=pks))
        for pk, parts in parts_by_whole(records).items():
            sources = {part.source_id for part in parts if is_citation(part)}
            entry = came[pk]
            key = entry.request_id, model, sources.pop() if len(sources) == 1 else None
            number[key] += 1
            if key not in first or entry.at < first[key].at:
                first[key] = entry
    found = [
        Brought(run, first[key].user, first[key].at, model, source, n)
        for key, n in number.items()
        for run, model, source in [key]
    ]
    return sorted(found, key=lambda one: (one.at, one.model.kind_of(), str(one.source)))


def kind_named(name: str) -> type[Record] | None:
    """Return the reviewed kind of this name; None where there is none."""
    return next((model for model in reviewed_kinds() if model.kind_of() == name), None)


def bulk_found(model: type[Record], *, run: str, source: Record, lock: bool = False) -> Bulk:
    """Return what of one kind and one import can be verified together on the strength of one source, and what not.

    ``run`` is the request identifier that the import's entries in the history have. A bounded number of statements.
    """
    entries = HistoryEntry.objects.filter(request_id=run, door="import", operation="INSERT")
    brought = entries.filter(record_table=model._meta.db_table).values("record_id")
    waits = named(model).current().filter(pk__in=brought, review_state__in=WAITING, draft_of=None)
    waits = waits.order_by("recorded_at", "pk")
    found = list((waits.select_for_update(of=("self",)) if lock else waits)[: MOST_AT_ONCE + 1]) if run else []
    bulk = Bulk(more=len(found) > MOST_AT_ONCE)
    held = found[:MOST_AT_ONCE]
    trees = parts_by_whole(held, lock=lock)
    everything = [*held, *(part for parts in trees.values() for part in parts)]
    own, queries = written_by_me(everything), about(Query, everything)
    later = HistoryEntry.objects.filter(record_id__in=[one.pk for one in everything]).exclude(request_id=run)
    touched = {one.record_id for one in later if content(one.before) != content(one.after)}
    for one in held:
        parts = trees[one.pk]
        why = left_out_because(one, parts, source, own, touched, queries)
        if why:
            bulk.left_out.append((one, why))
        else:
            bulk.ready.append(one)
            bulk.parts += [part for part in parts if part.review_state in WAITING]
    return bulk


def left_out_because(record: Record, parts: list[Record], source: Record, own: set, touched: set, queries: dict) -> str:
    """Return why a record is not verified with the others; empty where it is."""
    tree = [record, *parts]
    if any(one.pk in own for one in tree):
        return _("You entered or changed it, or a part of it, so another person verifies it.")
    if any(one.pk in touched for one in tree):
        return _("It, or a part of it, was changed after the import or added: look at it by itself.")
    if any(query.is_open for one in tree for query in queries[one.pk]):
        return _("A query about it is not answered yet.")
    sources = {part.source_id for part in parts if is_citation(part)}
    if not sources:
        return _("No source is cited.")
    if source.pk not in sources:
        return _("It rests on another source.")
    if len(sources) > 1:
        return _("It rests on other sources as well.")
    return ""


@transaction.atomic
def bulk_verify(actor: Reader, model: type[Record], *, run: str, source: Record, reason: str) -> Bulk:
    """Verify the records of one kind that one import brought from one source, with a reason the history keeps.

    The importer wrote them, so somebody else verifies them. Returns what was verified (``ready``) and what was left
    out. Raises ValidationError on ``reason`` where none is given, on ``run`` where nothing can be verified so;
    PermissionDenied.
    """
    permissions.demand(permissions.REVIEW)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why they may be verified without looking at each field.")})
    bulk = bulk_found(model, run=run, source=source, lock=True)
    if not bulk.ready:
        raise ValidationError({"run": _("No record of this kind that came with this import waits for review.")})
    with because(guard.check_reason(reason.strip())):
        mark_verified([*bulk.ready, *bulk.parts])
    return bulk
