"""What one history entry changed, field by field: values for programs, words for people, differences of texts."""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from access.models import Compartment
from records.display import field_label, shown
from records.models import HistoryEntry, Record

# Kept by the database itself, or where a file lies in the store; they say nothing to a reader of the history. What a
# server said with a page stands on the page of its copy.
HOUSEKEEPING = frozenset(
    {"id", "version", "recorded_at", "updated_at", "label_id", "draft_of", "author_id", "reference", "file",
     "text_file", "headers"}
)  # fmt: skip
LONG = 60  # characters of a value that still fits a sentence
MOST_WORDS = 1500  # longer texts are shown whole, before and after


@dataclass(frozen=True)
class Change:
    """One field: ``before`` and ``after`` for programs, ``words_before`` and ``words_after`` as a page shows them."""

    field: str
    label: str
    name: str  # within a sentence
    before: Any
    after: Any
    words_before: str
    words_after: str
    is_new: bool
    is_text: bool = False  # typed by somebody: quoted within a sentence
    before_names: list[str] = field(default_factory=list)
    after_names: list[str] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        """Whether the values are too long for a sentence."""
        return max(len(self.words_before), len(self.words_after)) > LONG

    def said(self, name: str) -> dict[str, str]:
        """Return name and values as a sentence says them."""
        quoted = _("“%(text)s”") if self.is_text else "%(text)s"
        cut = [Truncator(words).chars(LONG) for words in (self.words_before, self.words_after)]
        return {"field": name, "before": quoted % {"text": cut[0]}, "after": quoted % {"text": cut[1]}}

    @property
    def act(self) -> str:
        """What was done, as a phrase that follows the name of who did it."""
        told = self.said(self.name)
        if self.is_long:
            return _("changed %(field)s") % told
        if not self.words_before:
            return _("set %(field)s to %(after)s") % told
        if not self.words_after:
            return _("emptied %(field)s, which was %(before)s") % told
        return _("changed %(field)s from %(before)s to %(after)s") % told

    @property
    def sentence(self) -> str:
        """The change alone: ``Number changed from 150 to 160.``"""
        told = self.said(self.label)
        if self.is_new:
            return _("%(field)s: %(after)s.") % told
        if not self.words_before:
            return _("%(field)s set to %(after)s.") % told
        if not self.words_after:
            return _("%(field)s emptied; it was %(before)s.") % told
        return _("%(field)s changed from %(before)s to %(after)s.") % told

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The words of a changed long text as (``same``, ``removed`` or ``added``, text); empty for anything else."""
        if self.is_new or not self.is_long or not self.words_before or not self.words_after:
            return []
        return difference(self.words_before, self.words_after)


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """Return two texts as one, in pieces that are the same, removed or added; empty where they are very long."""
    one, other = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    if max(len(one), len(other)) > MOST_WORDS:
        return []
    pieces = []
    for operation, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if operation == "equal":
            pieces.append(("same", "".join(one[a:b])))
            continue
        if b > a:
            pieces.append(("removed", "".join(one[a:b])))
        if d > c:
            pieces.append(("added", "".join(other[c:d])))
    return pieces


class Names:
    """The names of linked records that the reader may see, asked once for each kind."""

    def __init__(self):
        self.wanted: dict[type[models.Model], set] = defaultdict(set)
        self.found: dict[type[models.Model], dict] = defaultdict(dict)
        self.coded: dict[Callable, dict[str, str]] = {}

    def expect_values(self, model: type[Record], entry: HistoryEntry) -> None:
        """Remember what an entry links to, to ask for it together with the rest."""
        self.wanted[model].add(str(entry.record_id))
        generic = generic_links(model)
        for row in (entry.before or {}, entry.after or {}):
            for one in model._meta.local_concrete_fields:
                value = row.get(one.column)
                if value is None:
                    continue
                if one.name in generic:
                    self.wanted[linked_model(generic[one.name], row)].add(str(value))
                elif isinstance(one, models.ForeignKey) and one.column not in HOUSEKEEPING:
                    self.wanted[one.remote_field.model].add(str(value))
                elif one.name == "compartments":
                    self.wanted[Compartment].update(map(str, value))

    def of(self, model: type[models.Model], pk: Any) -> models.Model | None:
        """Return the object if there is one that the reader may see."""
        pk = str(pk)
        if pk not in self.found[model]:
            self.wanted[model].add(pk)
            asked = self.wanted.pop(model) - set(self.found[model])
            needed = [
                one.name for one in model._meta.local_concrete_fields
                if isinstance(one, models.ForeignKey) and not one.null and issubclass(one.remote_field.model, Record)
            ]  # fmt: skip
            queryset = model._default_manager.filter(pk__in=asked)
            there = {str(one.pk): one for one in (queryset.select_related(*needed) if needed else queryset)}
            self.found[model] |= {key: there.get(key) for key in asked}
        return self.found[model][pk]

    def words(self, one: models.Field, value: Any, target: type[models.Model] | None = None) -> str:
        """Return a stored value as a reader knows it: choices and dates in words, of a link its name or nothing."""
        if value is None or value == []:
            return ""
        if target is None and isinstance(one, models.ForeignKey):
            target = one.remote_field.model
        if target is not None:
            linked = self.of(target, value)
            return str(linked) if linked else ""
        if one.name == "compartments":
            return ", ".join(self.compartments(value))
        if isinstance(one, ArrayField):
            choices = dict(one.base_field.flatchoices)
            return ", ".join(str(choices.get(item, item)) for item in value)
        if one.name in one.model.coded:
            return str(self.codes(one).get(value, value))
        if one.choices:
            return str(dict(one.flatchoices).get(value, value))
        if isinstance(one, models.DateField):
            value = one.to_python(value)
        return str(shown(value))

    def data(self, one: models.Field, value: Any, target: type[models.Model] | None = None) -> Any:
        """Return a stored value for programs: of a link identifier and name; null where the reader may not see it."""
        if target is None and isinstance(one, models.ForeignKey):
            target = one.remote_field.model
        if value is None:
            return None
        if target is not None:
            linked = self.of(target, value)
            if linked is None:
                return None
            return {"id": str(linked.pk), "name": str(linked)} if isinstance(linked, Record) else str(linked)
        if one.name == "compartments":
            return [pk for pk in value if self.of(Compartment, pk)]
        return value

    def codes(self, one: models.Field) -> dict[str, str]:
        """Return the words of a coded field, asked once."""
        words = one.model.coded[one.name]
        if words not in self.coded:
            self.coded[words] = words()
        return self.coded[words]

    def compartments(self, ids: list[int]) -> list[str]:
        """Return the names of the compartments the reader knows of."""
        return [str(found) for found in (self.of(Compartment, pk) for pk in ids) if found]


def is_typed(one: models.Field) -> bool:
    """Whether a field holds what somebody typed, not a code."""
    return isinstance(one, models.CharField | models.TextField) and not one.choices and one.name not in one.model.coded


def generic_links(model: type[Record]) -> dict[str, GenericForeignKey]:
    """Return the generic links of a model by the name of the field that holds the identifier."""
    return {one.fk_field: one for one in model._meta.private_fields if isinstance(one, GenericForeignKey)}


def linked_model(link: GenericForeignKey, row: dict) -> type[models.Model]:
    """Return what kind of record a stored row's generic link points to."""
    column = link.model._meta.get_field(link.ct_field).column
    return ContentType.objects.get_for_id(row[column]).model_class()


def changes_of(model: type[Record], entry: HistoryEntry, names: Names) -> list[Change]:
    """Return the fields an entry changed; of a new record those that were filled in. Without what the reader may not
    see, on either side."""
    before, after = entry.before or {}, entry.after or {}
    generic = generic_links(model)
    kinds = {link.ct_field for link in generic.values()}
    found = []
    for one in model._meta.local_concrete_fields:
        column = one.column
        if column in HOUSEKEEPING or one.name in kinds or column not in (after or before):
            continue
        if before.get(column) == after.get(column):
            continue
        link = generic.get(one.name)
        targets = [linked_model(link, row) if link and row else None for row in (before, after)]
        words = [names.words(one, row.get(column), to) for row, to in zip((before, after), targets, strict=True)]
        if words[0] == words[1]:
            continue
        label = field_label(model, one.name)
        found.append(
            Change(
                field=one.name,
                label=label,
                name=str(one.verbose_name),
                before=names.data(one, before.get(column), targets[0]),
                after=names.data(one, after.get(column), targets[1]),
                words_before=words[0],
                words_after=words[1],
                is_new=entry.operation == "INSERT",
                is_text=is_typed(one),
                before_names=names.compartments(before.get(column) or []) if one.name == "compartments" else [],
                after_names=names.compartments(after.get(column) or []) if one.name == "compartments" else [],
            )
        )
    return found
