"""What a reviewer compares with the sources: a record field by field, and each of its parts, as far as it is new.

A field stands to be checked until somebody found that it matches, or a query about it was answered; any later change
of it makes it open again. What was verified and has not changed since is not asked for twice.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from records.changes import HOUSEKEEPING, LONG, Names, difference
from records.display import field_label
from records.models import FieldCheck, HistoryEntry, Query, Record, ReviewState
from records.querysets import named

WAITING = (ReviewState.SUBMITTED, ReviewState.CHANGED)
# Shown and checked as one: the property that says it in words, and the fields that belong to it.
TOGETHER = {"started_on": ("when", ("ended_on", "date_precision")), "number": ("stated", ("quantifier", "number_high"))}
# Who may see the record is decided, not found in a source.
NOT_CHECKED = HOUSEKEEPING | {"level", "compartments", "external_id", "record_type_id", "record_id"}
# What access_private.content leaves out of a row: decisions about the record, not what it says.
DECISIONS = frozenset(
    {"label_id", "draft_of", "level", "compartments", "version", "updated_at", "review_state", "withdrawn_at"}
    | {"withdrawn_reason", "refuted_at", "refuted_reason"}
)


class ItemState(StrEnum):
    """How far the comparison of one field, or one part, has come."""

    OPEN = "open"
    MATCHES = "matches"
    QUERIED = "queried"
    ANSWERED = "answered"


STATE_WORDS = {
    ItemState.OPEN: ("no", _("To check")),
    ItemState.MATCHES: ("ok", _("Matches source")),
    ItemState.QUERIED: ("diff", _("Query")),
    ItemState.ANSWERED: ("ok", _("Query answered")),
}


def content(row: dict | None) -> dict:
    """Return what a row of the history says, without the decisions about it."""
    return {column: value for column, value in (row or {}).items() if column not in DECISIONS}


@dataclass
class Item:
    """One thing to check: a field of the record, or, with an empty ``name``, a part of it as a whole.

    ``pieces`` are its words since the last verification, as ``records.changes.difference`` gives them; empty where
    nothing changed or nothing was verified yet. ``rows`` are a part's own fields, with their labels.
    """

    record: Record
    name: str
    label: str
    words: str
    state: ItemState = ItemState.OPEN
    pieces: list[tuple[str, str]] = field(default_factory=list)
    rows: list["Item"] = field(default_factory=list)
    check: FieldCheck | None = None
    queries: list[Query] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Its name in a form: the record's identifier and the field."""
        return f"{self.record.pk}:{self.name}"

    @property
    def is_settled(self) -> bool:
        return self.state in {ItemState.MATCHES, ItemState.ANSWERED}

    @property
    def css(self) -> str:
        return STATE_WORDS[self.state][0]

    @property
    def word(self) -> str:
        return STATE_WORDS[self.state][1]


@dataclass
class Sheet:
    """All there is to check of a record: its fields, the parts that go with it, and the parts left to somebody else.

    ``is_own`` tells whether the reader wrote it and so checks nothing of it; ``everything`` are all its parts, verified
    ones too.
    """

    record: Record
    fields: list[Item]
    parts: list[Item]
    own_parts: list[Record]
    queries: list[Query]
    is_own: bool
    everything: list[Record] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        return [*self.fields, *self.parts]

    @property
    def unsettled(self) -> list[Item]:
        return [item for item in self.items if not item.is_settled]

    @property
    def is_settled(self) -> bool:
        """Whether nothing stands in the way of verifying; a query about the whole record must be answered too."""
        return not self.unsettled and not any(query.is_open for query in self.queries)


def part_links(model: type[Record]) -> list[tuple[type[Record], str]]:
    """Return the kinds that are parts of this one, each with the field that names it."""
    names = model.parts if model.citations is None else (*model.parts, "citations")
    relations = [model._meta.get_field(name) for name in names]
    found = [
        (one.related_model, one.object_id_field_name if hasattr(one, "object_id_field_name") else one.field.name)
        for one in relations
    ]
    return [(part, link) for part, link in found if part.is_reviewed]


def parts_of(record: Record, *, lock: bool = False) -> list[Record]:
    """Return the current parts of a record and their parts, each once; see ``parts_by_whole``."""
    return parts_by_whole([record], lock=lock)[record.pk]


def parts_by_whole(records: Iterable[Record], *, lock: bool = False) -> dict:
    """Return, by the identifier of each of these records, its current parts and their parts, each once.

    One statement for each kind and step, however many records. ``lock`` holds the rows until the transaction ends.
    """
    records = list(records)
    found: dict = {record.pk: [] for record in records}
    top = {record.pk: record.pk for record in records}
    step: list[Record] = records
    while step:
        by_kind: dict[type[Record], list] = defaultdict(list)
        for one in step:
            by_kind[type(one)].append(one.pk)
        step = []
        for model, pks in by_kind.items():
            for part, link in part_links(model):
                parts = named(part).current().filter(**{f"{link}__in": pks}).order_by("recorded_at", "pk")
                if link == "record_id":
                    parts = parts.filter(record_type=ContentType.objects.get_for_model(model))
                for one in parts.select_for_update(of=("self",)) if lock else parts:
                    if one.pk not in top:
                        whole = getattr(one, link if link == "record_id" else f"{link}_id")
                        top[one.pk] = top[whole]
                        found[top[whole]].append(one)
                        step.append(one)
    return found


def written_by_me(records: Iterable[Record]) -> set:
    """Return the identifiers of those that the reader wrote since they were last verified; the author always did.

    The same question as ``access_private.has_written`` asks in the database when a record is verified.
    """
    records = list(records)
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.my_user(), ARRAY(SELECT records.written_by_me(%s::uuid[])::text)",
                       [[str(one.pk) for one in records]])  # fmt: skip
        me, written = cursor.fetchone()
    return {one.pk for one in records if str(one.pk) in set(written) or (me is not None and one.author_id == me)}


class Past:
    """What the history tells of some records: as they were last verified, and what changed after a version."""

    def __init__(self, records: Iterable[Record]):
        self.entries: dict = defaultdict(list)
        entries = HistoryEntry.objects.filter(record_id__in=[one.pk for one in records]).select_related("user")
        for entry in entries.order_by("id"):
            self.entries[entry.record_id].append(entry)

    def verified(self, record: Record) -> HistoryEntry | None:
        """Return the entry after which the record was last verified; None where it never was."""
        found = [one for one in self.entries[record.pk] if one.after["review_state"] == ReviewState.VERIFIED]
        return found[-1] if found else None

    def has_changed(self, record: Record, version: int, columns: set[str] | None) -> bool:
        """Whether a column changed after a version; without ``columns``, anything that the record says.

        Where the reader does not see every change since, it may have.
        """
        since = [one for one in self.entries[record.pk] if one.version > version]
        if len({one.version for one in since}) < record.version - version:
            return True
        for one in since:
            before, after = content(one.before), content(one.after)
            asked = {*before, *after} if columns is None else columns
            if any(before.get(column) != after.get(column) for column in asked):
                return True
        return False

    def last(self, record: Record, state: str) -> HistoryEntry | None:
        """Return the entry by which the record last came into a state of the review."""
        for one in reversed(self.entries[record.pk]):
            if one.after["review_state"] == state and (one.before or {}).get("review_state") != state:
                return one
        return None


def as_it_was(record: Record, row: dict) -> Record:
    """Return the record as a row of its history holds it; not to be saved."""
    model = type(record)
    fields = model._meta.local_concrete_fields
    return model(**{one.attname: from_row(one, row[one.column]) for one in fields if one.column in row})


def from_row(one: models.Field, value):
    return value if value is None or isinstance(one, ArrayField | models.ForeignKey) else one.to_python(value)


def columns_of(model: type[Record], name: str) -> set[str]:
    """Return the columns that are checked under a field's name."""
    names = (name, *TOGETHER.get(name, ("", ()))[1])
    there = {one.name: one.column for one in model._meta.local_concrete_fields}
    return {there[one] for one in names if one in there}


def checked_fields(model: type[Record]) -> list[models.Field]:
    """Return the fields of a kind that are compared with a source, without those that are shown with another."""
    fields = [
        one
        for one in model._meta.local_concrete_fields
        if one.editable and one.column not in NOT_CHECKED and one.name not in NOT_CHECKED and not is_order(one)
    ]
    names = {one.name for one in fields}
    within = {other for name, (_words, others) in TOGETHER.items() if name in names for other in others}
    return [one for one in fields if one.name not in within]


def is_order(one: models.Field) -> bool:
    """Whether the field only says where a row stands in a list; a representative's position is words."""
    return one.name == "position" and isinstance(one, models.PositiveSmallIntegerField)


def words_of(record: Record, one: models.Field, names: Names) -> str:
    """Return a field of a record in words; empty where there is nothing to check."""
    if one.name in TOGETHER and hasattr(record, TOGETHER[one.name][0]):
        said = str(getattr(record, TOGETHER[one.name][0]))
        if one.name != "started_on":
            return said
        return f"{said}, {record.get_date_precision_display()}" if record.started_on else ""
    value = getattr(record, one.attname)
    return "" if value is False else names.words(one, value)


def field_items(record: Record, past: Past, names: Names, skipped: Iterable = ()) -> list[Item]:
    """Return the fields of a record that say something now, or did when it was verified, each with what changed.

    Links to the records in ``skipped`` are left out: a part shown with its record does not name it again.
    """
    entry = past.verified(record)
    before = as_it_was(record, entry.after) if entry else None
    found = []
    for one in checked_fields(type(record)):
        if isinstance(one, models.ForeignKey) and getattr(record, one.attname) in skipped:
            continue
        words, was = words_of(record, one, names), words_of(before, one, names) if before else ""
        if words or was:
            item = Item(record, one.name, field_label(type(record), one.name), words)
            if before is not None and words != was:
                item.pieces = pieces_of(was, words)
            found.append(item)
    return found


def pieces_of(was: str, words: str) -> list[tuple[str, str]]:
    """Return the words before and after as pieces: a long text word by word, a short value as a whole."""
    if was and words and max(len(was), len(words)) > LONG:
        return difference(was, words) or [("removed", was), ("added", words)]
    return [(kind, text) for kind, text in (("removed", was), ("added", words)) if text]


def sheet_of(record: Record, *, lock: bool = False) -> Sheet:
    """Return what is to check of a record for the reader of this context, in a bounded number of statements."""
    everything = parts_of(record, lock=lock)
    parts = [one for one in everything if one.review_state in WAITING]
    own = written_by_me([*parts, record])
    past, names = Past([record, *parts]), Names()
    checks, queries = about(FieldCheck, [record, *parts]), about(Query, [record, *parts])
    tree = {record.pk, *(one.pk for one in parts)}
    fields = []
    if record.review_state in WAITING:
        verified = past.verified(record)
        for item in field_items(record, past, names):
            judge(item, past, checks[record.pk], queries[record.pk], verified)
            fields.append(item)
    shown = []
    for part in parts:
        if part.pk not in own:
            item = Item(part, "", str(part._meta.verbose_name).capitalize(), str(part))
            item.rows = field_items(part, past, names, tree)
            judge(item, past, checks[part.pk], queries[part.pk], None)
            shown.append(item)
    whole = [one for one in queries[record.pk] if one.settled_at is None]
    own_parts = [one for one in parts if one.pk in own]
    return Sheet(record, fields, shown, own_parts, whole, record.pk in own, everything)


def about(model, records: list[Record]) -> dict:
    """Return the current queries, or checks, about some records, by identifier; one statement."""
    found = defaultdict(list)
    asked = model.objects.current().filter(record_id__in=[one.pk for one in records])
    for one in asked.select_related("label", "author").order_by("recorded_at", "pk"):
        found[one.record_id].append(one)
    return found


def judge(item: Item, past: Past, checks: list, queries: list, verified: HistoryEntry | None) -> None:
    """Set how far an item has come, from the checks and queries about its record."""
    record = item.record
    columns = columns_of(type(record), item.name) if item.name else None
    # A part is one item: whatever is asked about it is asked there.
    item.queries = [one for one in queries if item.name in {"", one.field} and one.settled_at is None]
    for check in checks:
        covers = check.field == item.name or check.field == ""
        if covers and not past.has_changed(record, check.checked_version, columns if check.field else None):
            item.check = check
    if any(one.is_open for one in item.queries):
        item.state = ItemState.QUERIED
    elif item.check is not None:
        item.state = ItemState.MATCHES
    elif any(not changed_after(past, record, one, columns) for one in item.queries):
        item.state = ItemState.ANSWERED
    elif verified is not None and not past.has_changed(record, verified.version, columns):
        item.state = ItemState.MATCHES


def changed_after(past: Past, record: Record, query: Query, columns: set[str] | None) -> bool:
    """Whether what a query is about was changed after it was answered."""
    versions = [one.version for one in past.entries[record.pk] if one.at <= query.answered_at]
    return past.has_changed(record, max(versions, default=0), columns)
