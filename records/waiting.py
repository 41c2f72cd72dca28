"""What waits for a second person: the records to review, oldest first. A part that waits with the record it belongs to
is checked with it and is no entry of its own.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from django.db.models import CharField, DateTimeField, F, Max, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Coalesce

from access.context import Reader
from records.checking import WAITING, part_links
from records.models import Assignment, HistoryEntry, Query, Record, ReviewState
from records.querysets import ASKED, composed_once, kinds, named

# How many of each kind are looked at, those entered first: more wait only after an import, which is verified together.
MOST_OF_A_KIND = 1000
MOST_COUNTED = 200
UNFINISHED = (*WAITING, ReviewState.RETURNED)
COLUMNS = ("table", "pk", "review_state", "author_id", "recorded_at", "whole")


def reviewed_kinds() -> list[type[Record]]:
    """Return the kinds of record that a second person verifies."""
    return [model for model in kinds() if model.is_reviewed]


@cache
def whole_links() -> dict[type[Record], dict[type[Record], str]]:
    """Return, by kind of part, the kinds it may be a part of, each with the field that names the whole."""
    found: dict[type[Record], dict[type[Record], str]] = defaultdict(dict)
    for whole in reviewed_kinds():
        for part, link in part_links(whole):
            found[part][whole] = link
    return found


def page_of(record: Record) -> str | None:
    """Return the address of the page on which a record stands: its own, or that of what it is a part of."""
    if record.page_url is not None:
        return record.page_url
    for link in dict.fromkeys(whole_links()[type(record)].values()):
        whole = getattr(record, link.removesuffix("_id"))
        if whole is not None:
            return page_of(whole)
    return None


@dataclass
class Entry:
    """One record that waits: ``parts`` are the identifiers of what is checked with it."""

    model: type[Record]
    pk: uuid.UUID
    state: str
    author_id: uuid.UUID | None
    since: dt.datetime
    whole: uuid.UUID | None = None
    parts: list[uuid.UUID] = field(default_factory=list)


@dataclass
class Queue:
    """The entries, oldest first; ``is_whole`` tells whether they are all there are."""

    entries: list[Entry]
    is_whole: bool

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, part: slice) -> list[Entry]:
        return self.entries[part]


def unfinished(model: type[Record], most: int) -> QuerySet:
    """Return rows of the records of a kind that are neither drafts nor verified, those entered first."""
    links = list(dict.fromkeys(whole_links()[model].values()))
    wholes = [F(name if name == "record_id" else f"{name}_id") for name in links]
    none = Value(None, output_field=UUIDField(null=True))
    found = model.objects.current().filter(review_state__in=UNFINISHED, draft_of=None)
    return (
        found.annotate(
            table=Value(model._meta.db_table, output_field=CharField()),
            whole=Coalesce(*wholes) if len(wholes) > 1 else (*wholes, none)[0],
        )
        .order_by("recorded_at", "pk")
        .values_list(*COLUMNS)[:most]
    )


@composed_once
def unfinished_of_all(most: int) -> QuerySet:
    """Return the rows of ``unfinished`` of every kind; one statement."""
    first, *others = [unfinished(model, most) for model in reviewed_kinds()]
    return first.union(*others, all=True)


def waiting(*, most: int = MOST_OF_A_KIND, with_since: bool = True) -> Queue:
    """Return what waits for a reviewer, of what the reader may see; three statements.

    Without ``with_since`` the entries are not ordered by since when they wait but by when they were entered: enough
    to count them.
    """
    models = {model._meta.db_table: model for model in reviewed_kinds()}
    entries, full = {}, defaultdict(int)
    for table, pk, state, author, at, whole in unfinished_of_all(most):
        entries[pk] = Entry(models[table], pk, state, author, at, whole)
        full[table] += 1
    is_whole = max(full.values(), default=0) < most
    folded = by_themselves(entries, held_back(entries))
    if with_since:
        since = begun_to_wait(entry.pk for entry in folded)
        for entry in folded:
            entry.since = since.get(entry.pk, entry.since)
    return Queue(sorted(folded, key=lambda entry: (entry.since, entry.pk)), is_whole)


def by_themselves(entries: dict[uuid.UUID, Entry], wholes: set[uuid.UUID]) -> list[Entry]:
    """Return the entries that wait and are no part of another that does; the parts are noted there.

    ``wholes`` are the records whose parts wait with them although they are not among the entries.
    """
    found = []
    for entry in entries.values():
        top, seen = entry, {entry.pk}
        while top.whole in entries and top.whole not in seen:
            top = entries[top.whole]
            seen.add(top.pk)
        if top is not entry:
            top.parts.append(entry.pk)
        elif entry.state in WAITING and entry.whole not in wholes:
            found.append(entry)
    return found


@composed_once
def held_back_of_all() -> QuerySet:
    """Return which of the wholes that are asked about wait or were withdrawn, of every kind; one statement."""
    held = Q(review_state__in=UNFINISHED) | Q(withdrawn_at__isnull=False)
    wholes = dict.fromkeys(whole for links in whole_links().values() for whole in links)
    first, *others = [model.objects.filter(held, pk__in=[ASKED]).order_by().values_list("pk") for model in wholes]
    return first.union(*others, all=True)


def held_back(entries: dict[uuid.UUID, Entry]) -> set[uuid.UUID]:
    """Return what the entries are parts of, where it waits too, beyond what was looked at, or was withdrawn."""
    asked = {entry.whole for entry in entries.values()} - {None, *entries}
    return {pk for (pk,) in held_back_of_all(asked=asked)} if asked else set()


def begun_to_wait(pks: Iterable[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
    """Return since when records wait: when they last came into a state that waits; one statement."""
    came = HistoryEntry.objects.filter(record_id__in=list(pks), after__review_state__in=WAITING)
    came = came.filter(Q(before=None) | ~Q(before__review_state__in=WAITING))
    rows = came.order_by().values_list("record_id").annotate(since=Max("at", output_field=DateTimeField()))
    return dict(rows)


def number_to_review(actor: Reader) -> int:
    """Return how many records that the actor did not enter wait for a reviewer, of the first of each kind."""
    return sum(entry.author_id != actor.user_id for entry in waiting(most=MOST_COUNTED, with_since=False).entries)


@dataclass
class Shown:
    """An entry with what a list says of it."""

    entry: Entry
    record: Record
    people: list[Assignment] = field(default_factory=list)
    queries: int = 0


def shown(entries: list[Entry]) -> list[Shown]:
    """Return entries with their records, who is asked to check them and how many queries are open.

    One statement for each kind, and two more. An entry whose record is gone meanwhile is left out.
    """
    records: dict[uuid.UUID, Record] = {}
    by_kind: dict[type[Record], list] = defaultdict(list)
    for entry in entries:
        by_kind[entry.model].append(entry.pk)
    for model, pks in by_kind.items():
        records |= named(model).select_related("author").in_bulk(pks)
    people = defaultdict(list)
    asked = Assignment.objects.current().filter(record_id__in=list(records), done_at=None, is_mention=False)
    for one in asked.select_related("to", "label").order_by("recorded_at", "pk"):
        people[one.record_id].append(one)
    open_about = open_queries(pk for entry in entries for pk in (entry.pk, *entry.parts))
    return [
        Shown(
            entry,
            records[entry.pk],
            people[entry.pk],
            sum(open_about.get(pk, 0) for pk in (entry.pk, *entry.parts)),
        )
        for entry in entries
        if entry.pk in records
    ]


def open_queries(pks: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many queries about each of these records nobody has answered yet; one statement."""
    found: dict[uuid.UUID, int] = defaultdict(int)
    open_ones = Query.objects.current().filter(record_id__in=list(pks), answered_at=None)
    for pk in open_ones.order_by().values_list("record_id", flat=True):
        found[pk] += 1
    return found


def assigned(pks: Iterable[uuid.UUID], person: uuid.UUID | None) -> set[uuid.UUID]:
    """Return which of these records somebody is asked to check, and has not yet; ``person`` None is anybody."""
    found = Assignment.objects.current().filter(record_id__in=list(pks), done_at=None, is_mention=False)
    found = found if person is None else found.filter(to_id=person)
    return set(found.order_by().values_list("record_id", flat=True))
