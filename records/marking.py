"""Who can see a record: its marking, what it inherits, how many people that is, and what would lower it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils.translation import gettext as _

from access import permissions
from access.context import SYSTEM, Reader
from access.levels import Level
from access.models import Label
from records.models import Record
from records.querysets import named


@dataclass(frozen=True)
class Marking:
    """A level and a set of compartments, and the order between two: one covers another or does not."""

    level: int
    compartments: frozenset[int]

    @classmethod
    def of(cls, marked: Record | Label) -> "Marking":
        """The marking of a label, or a record's own one without what it inherits."""
        return cls(int(marked.level), frozenset(marked.compartments))

    def covers(self, other: "Marking") -> bool:
        """Whether this is at least as strict as the other."""
        return self.level >= other.level and self.compartments >= other.compartments

    def joined(self, other: "Marking") -> "Marking":
        return Marking(max(self.level, other.level), self.compartments | other.compartments)


def link_names(model: type[Record]) -> list[str]:
    """Return the names of the links through which a record of this kind inherits: to records of one kind, or of any."""
    names = [
        field.name
        for field in model._meta.local_fields
        if field.is_relation and issubclass(field.remote_field.model, Record)
    ]
    return [*names, *generic_names(model)]


def generic_names(model: type[Record]) -> list[str]:
    """Return the names of the links to a record of any kind: ``record``, and ``into`` of a merge."""
    return [field.name for field in model._meta.private_fields if isinstance(field, GenericForeignKey)]


def parents_of(record: Record) -> list[Record]:
    """Return the records it inherits from. Whoever sees the record sees them all."""
    found = (getattr(record, name) for name in link_names(type(record)))
    return [parent for parent in found if parent is not None]


def effective(record: Record) -> Marking:
    """Return the marking the record has, or would have if it were saved as it stands."""
    marking = Marking.of(record)
    for parent in parents_of(record):
        marking = marking.joined(Marking.of(parent.label))
    return marking


def lowered_fields(before: Record, after: Record) -> list[str]:
    """Return through which fields ``after`` could be read by more people than ``before``, the row as stored.

    The same question as ``access_private.guard_record`` asks in the database, answered by field.
    """
    own = []
    if after.level < before.level:
        own.append("level")
    if not set(after.compartments) >= set(before.compartments):
        own.append("compartments")
    if own:
        return own
    moved = [name for name in link_names(type(after)) if link_value(before, name) != link_value(after, name)]
    return moved if moved and not effective(after).covers(Marking.of(before.label)) else []


def link_value(record: Record, name: str):
    """Return what a link of the record points to, without fetching it."""
    if name in generic_names(type(record)):
        return record.record_type_id, getattr(record, f"{name}_id")
    return getattr(record, record._meta.get_field(name).attname)


def may_lower(actor: Reader, record: Record) -> bool:
    """Whether the actor may lower this record: a reviewer, or the author of a draft nobody else but reviewers sees."""
    return permissions.may(permissions.LOWER, actor) or is_own_draft(actor, record)


def is_own_draft(actor: Reader, record: Record) -> bool:
    return record.draft_of is not None and record.draft_of == actor.user_id


def beyond_reach(actor: Reader, level: int, compartments: Iterable[int]) -> dict[str, list[str]]:
    """Return, by field, why the actor could not see what is marked so; empty where they could.

    Nobody marks a record above their own clearance or out of their own sight.
    """
    if actor.principal == SYSTEM:
        return {}
    errors = {}
    if level > actor.clearance:
        errors["level"] = [
            _("You are cleared up to “%(level)s”. Choose a level you can read yourself.")
            % {"level": Level(actor.clearance).label}
        ]
    if not set(compartments) <= set(actor.compartments):
        errors["compartments"] = [_("Choose only compartments you belong to yourself.")]
    return errors


class Readers:
    """Who can see some records, for a page or an answer: asked once for all of them, whatever their number."""

    def __init__(self, records: Iterable[Record] = ()):
        self.people: dict[int, int] = {}
        self.parents: dict[type[Record], dict] = defaultdict(dict)
        self.add(list(records))

    def add(self, records: list[Record]) -> None:
        """Ask for what is not known yet of these records: one statement for labels, one for each kind of parent."""
        self.count_people({record.label_id for record in records if record.label.is_raised})
        wanted: dict[type[Record], set] = defaultdict(set)
        for record in records:
            if inherits(record):
                for model, pk in links_of(record):
                    wanted[model].add(pk)
        for model, pks in wanted.items():
            missing = pks - self.parents[model].keys()
            if missing:
                self.parents[model] |= named(model).in_bulk(missing)

    def count_people(self, labels: set[int]) -> None:
        missing = sorted(labels - self.people.keys())
        if missing:
            with connection.cursor() as cursor:
                cursor.execute("SELECT l, access.readers_of(l) FROM unnest(%s::int[]) l", [missing])
                self.people |= dict(cursor.fetchall())

    def number(self, record: Record) -> int | None:
        """Return how many people with an account can read it; None for what is public, which is not counted."""
        if not record.label.is_raised:
            return None
        self.count_people({record.label_id})
        return self.people[record.label_id]

    def raised_by(self, record: Record) -> list[Record]:
        """Return the records that make this one more secret than its own marking says."""
        if not inherits(record):
            return []
        self.add([record])
        own = Marking.of(record)
        parents = [self.parents[model].get(pk) for model, pk in links_of(record)]
        return list({p.pk: p for p in parents if p is not None and not own.covers(Marking.of(p.label))}.values())


def inherits(record: Record) -> bool:
    """Whether the record is more secret than its own marking says."""
    return not Marking.of(record).covers(Marking.of(record.label))


def links_of(record: Record) -> list[tuple[type[Record], object]]:
    """Return kind and identifier of every record it inherits from."""
    found = []
    for name in link_names(type(record)):
        value = link_value(record, name)
        if name in generic_names(type(record)):
            kind, pk = value
            found.append((ContentType.objects.get_for_id(kind).model_class(), pk))
        elif value is not None:
            found.append((record._meta.get_field(name).remote_field.model, value))
    return found
