"""Which records are found for what somebody types into a combobox: by their names, and by the names they also have."""

import heapq
import uuid
from dataclasses import dataclass, field
from itertools import chain

from django.db.models import CharField, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext as _

from access.context import note_read
from intermediaries.models import Actor, ActorName, Representative
from negotiations.models import Channel, Place
from records.models import Record
from records.spelling import BEGINS, CONTAINS, NOT_AT_ALL, RESEMBLES, Query, spelling
from sources.models import Source

MOST = 20
NOTHING = Value("", output_field=CharField())


@dataclass(frozen=True)
class Findable:
    """A kind that can be chosen: what is shown of a record, what stands beside it, what else it is found by.

    ``also`` is the model of further names, with its link to the kind and its field.
    """

    model: type[Record]
    shown: Combinable = field(default_factory=lambda: F("name"))
    note: Combinable = NOTHING
    other: Combinable = NOTHING
    also: tuple[type[Record], str, str] | None = None

    def rows(self):
        """Return what the reader may see of the kind in one query: records, and their further names.

        Each row: identity of the record, label, what is shown, note, what else it is found by, and the identity of
        the further name (None for the record itself).
        """
        own = Cast(Value(None), CharField())
        rows = self.model.objects.current().order_by()
        rows = rows.values_list("pk", "label_id", self.shown, self.note, self.other, own)
        if self.also:
            model, link, name = self.also
            names = model.objects.current().order_by()
            rows = rows.union(
                names.values_list(link, "label_id", F(name), NOTHING, NOTHING, Cast("pk", CharField())), all=True
            )
        return rows


FINDABLE = {
    found.model.kind_of(): found
    for found in (
        Findable(Actor, other=F("iso_code"), also=(ActorName, "actor_id", "name")),
        Findable(Representative, note=F("actor__name"), other=F("position")),
        Findable(Place, note=F("country_code")),
        Findable(Channel),
        Findable(
            Source,
            shown=Coalesce(NullIf("title", NOTHING), "publisher"),
            note=F("publisher"),
            other=F("url"),
        ),
    )
}


def find(kind: str, typed: str, most: int = MOST) -> list[dict[str, str]]:
    """Return at most ``most`` records of the kind that answer what was typed, best first; with nothing typed the first.

    A name that begins with it comes before one with words that do, before one that contains it, before one that
    resembles it. Each answer has ``value``, ``text`` and ``note``. What is answered counts as read.
    """
    found, query = FINDABLE[kind], Query(typed)
    records, names = {}, []
    for pk, label, *row, name_id in found.rows():
        if name_id is None:
            records[pk] = (label, *row)
        else:
            names.append((pk, label, row[0], name_id))
    through: dict[uuid.UUID, tuple[str, int, str]] = {}
    ranks = dict.fromkeys(records, BEGINS)
    if query:
        ranks = {pk: rank_of_record(query, *row) for pk, (_label, *row) in records.items()}
        for pk, label, name, name_id in names:
            rank = query.rank(name)
            # A further name of a record that is withdrawn, or of a draft, has no record here.
            if pk in ranks and rank < ranks[pk]:
                ranks[pk], through[pk] = rank, (name, label, name_id)
    if sum(rank < NOT_AT_ALL for rank in ranks.values()) < most:
        own = ((pk, None, row[1], None) for pk, row in records.items())
        for pk, label, name, name_id in chain(own, names):
            if ranks.get(pk) == NOT_AT_ALL and query.resembles(name):
                ranks[pk] = RESEMBLES
                if name_id is not None:
                    through[pk] = (name, label, name_id)
    answers = ((rank, spelling(records[pk][1]).latin, pk) for pk, rank in ranks.items() if rank < NOT_AT_ALL)
    return [told(found, pk, records[pk], through.get(pk)) for _rank, _sorts, pk in heapq.nsmallest(most, answers)]


def rank_of_record(query: Query, shown: str, note: str, other: str) -> int:
    """Return how well a record answers; what it is found by besides its name counts as contained, whatever begins."""
    rank = query.rank(shown)
    if rank == NOT_AT_ALL and any(query.rank(text) < NOT_AT_ALL for text in (note, other) if text):
        return CONTAINS
    return rank


def told(found: Findable, pk: uuid.UUID, record: tuple, through: tuple[str, int, str] | None) -> dict[str, str]:
    """Return one answer as the page gets it, and remember that the reader has read it."""
    label, shown, note, _other = record
    note_read(found.model._meta.db_table, pk, label)
    if through:
        name, label_of_name, name_id = through
        note_read(found.also[0]._meta.db_table, uuid.UUID(name_id), label_of_name)
        note = _("also called %(name)s") % {"name": name}
    return {"value": str(pk), "text": shown, "note": "" if note == shown else note}


def option_of(record: Record) -> dict[str, str]:
    """Return a record as an option."""
    return {"value": str(record.pk), "text": str(record), "note": ""}
