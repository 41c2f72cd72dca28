"""What hangs on a record: its parts, and what else names it. Found from the models' own links, never listed by hand."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, ForeignKey, QuerySet, Value
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _

from records.marking import generic_names, link_names
from records.models import Record
from records.querysets import kinds


@dataclass(frozen=True)
class Link:
    """A field by which records of one kind name records of another. ``is_part``: what names is a part of the named."""

    kind: type[Record]
    name: str
    is_part: bool

    def naming(self, record: Record) -> QuerySet:
        """Return the current records that name ``record`` by this field."""
        found = self.kind.objects.current()
        if self.name in generic_names(self.kind):
            about = ContentType.objects.get_for_model(record)
            return found.filter(**{"record_type": about, f"{self.name}_id": record.pk})
        return found.filter(**{self.name: record})


@cache
def links_to(model: type[Record]) -> tuple[Link, ...]:
    """Return every link to records of a kind, but for those of talk about one record and no other."""
    found = []
    for kind in kinds():
        if kind.follows_merge:
            found += [
                Link(kind, one.name, is_part_of(kind, one.name, model))
                for one in kind._meta.local_fields
                if isinstance(one, ForeignKey) and one.remote_field.model is model
            ]
            found += [Link(kind, name, is_part_of(kind, name, model)) for name in generic_names(kind)]
    return tuple(found)


def is_part_of(kind: type[Record], name: str, model: type[Record]) -> bool:
    """Whether records of ``kind`` are parts of the one of ``model`` that they name by this field."""
    return any(kind is part and name == link for part, link in relations(model))


def relations(model: type[Record]) -> list[tuple[type[Record], str]]:
    """Return the kinds that are parts of this one, each with the name of the field that names it."""
    names = model.parts if model.citations is None else (*model.parts, "citations")
    found = [model._meta.get_field(name) for name in names]
    return [(one.related_model, one.field.name if hasattr(one, "field") else "record") for one in found]


def wholes_of(record: Record) -> list[Record]:
    """Return the records that this one is a part of."""
    found = [(name, getattr(record, name)) for name in link_names(type(record))]
    return [whole for name, whole in found if whole is not None and is_part_of(type(record), name, type(whole))]


@cache
def part_kinds() -> frozenset[type[Record]]:
    """Return every kind that is a part of some other."""
    return frozenset(part for model in kinds() for part, _link in relations(model))


@dataclass(frozen=True)
class Hanging:
    """How many current records, of those the reader may see, name a record by one link."""

    link: Link
    number: int

    @property
    def words(self) -> str:
        """For example ``3 claims``."""
        meta = self.link.kind._meta
        return f"{self.number:,} {meta.verbose_name if self.number == 1 else meta.verbose_name_plural}"


def hanging_on(record: Record) -> list[Hanging]:
    """Return what hangs on a record, parts first, the most of them first; one statement."""
    links = links_to(type(record))
    counted = [
        link.naming(record).order_by().annotate(which=Value(place)).values("which").annotate(number=Count("pk"))
        for place, link in enumerate(links)
    ]
    numbers = counted[0].union(*counted[1:], all=True)
    found = [Hanging(links[one["which"]], one["number"]) for one in numbers if one["number"]]
    return sorted(found, key=lambda one: (not one.link.is_part, -one.number, one.words))


def in_words(found: Iterable[Hanging]) -> str:
    """Return what hangs on a record as a list in words: ``3 claims, 1 citation``; what names it twice is said once."""
    return ", ".join(dict.fromkeys(one.words for one in found))


def withdrawal_told(record: Record) -> list[str]:
    """Return in sentences what becomes of what hangs on a record when it is withdrawn, of what the reader may see."""
    found = hanging_on(record)
    uncounted = [one for one in found if one.link.is_part and not one.link.kind.counts_alone]
    shown_here = [
        one for one in found if one.link.is_part and one.link.kind.counts_alone and not has_pages(one.link.kind)
    ]
    groups = [
        (uncounted, _("With it these count in no figure any longer: %(what)s.")),
        (shown_here, _("These are shown with it only, and go with it: %(what)s.")),
        (
            [one for one in found if one not in uncounted and one not in shown_here],
            _("These name it and stay as they are: %(what)s. Withdraw or correct them too where they are wrong."),
        ),
    ]
    return [sentence % {"what": in_words(those)} for those, sentence in groups if those]


def has_pages(kind: type[Record]) -> bool:
    """Whether records of a kind have pages of their own, and are no mere part on the page of another."""
    with suppress(NoReverseMatch):
        return bool(kind.list_url())
    return False
