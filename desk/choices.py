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
# What stands where in a row; see ``Findable.rows``.
PK, LABEL, SHOWN, NOTE, OTHER, NAME_ID = range(6)
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
        the further name (None for the record itself). Identities are texts: ten thousand UUIDs take their time.
        """
        own = Cast(Value(None), CharField())
        rows = self.model.objects.current().order_by()
        rows = rows.values_list(text("pk"), "label_id", self.shown, self.note, self.other, own)
        if self.also:
            model, link, name = self.also
            names = model.objects.current().order_by()
            rows = rows.union(
                names.values_list(text(link), "label_id", F(name), NOTHING, NOTHING, text("pk")), all=True
            )
        return rows


def text(name: str) -> Cast:
    return Cast(name, CharField())


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
    records, names, ranks, through = {}, [], {}, {}
    for row in found.rows():
        if row[NAME_ID] is None:
            records[row[PK]] = row
            ranks[row[PK]] = rank_of_record(query, row) if query else BEGINS
        else:
            names.append(row)
    for name in names if query else ():
        rank = query.rank(name[SHOWN])
        # A further name of a record that is withdrawn has no record here.
        if rank < ranks.get(name[PK], BEGINS):
            ranks[name[PK]], through[name[PK]] = rank, name
    if sum(rank < NOT_AT_ALL for rank in ranks.values()) < most:
        for row in chain(records.values(), names):
            if ranks.get(row[PK]) == NOT_AT_ALL and query.resembles(row[SHOWN]):
                ranks[row[PK]] = RESEMBLES
                if row[NAME_ID] is not None:
                    through[row[PK]] = row
    answers = ((rank, spelling(records[pk][SHOWN]).latin, pk) for pk, rank in ranks.items() if rank < NOT_AT_ALL)
    best = heapq.nsmallest(most, answers)
    return [told(found, records[pk], through.get(pk)) for _rank, _sorts, pk in best]


def rank_of_record(query: Query, row: tuple) -> int:
    """Return how well a record answers; what it is found by besides its name counts as contained, whatever begins."""
    rank = query.rank(row[SHOWN])
    if rank == NOT_AT_ALL and any(query.rank(row[at]) < NOT_AT_ALL for at in (NOTE, OTHER) if row[at]):
        return CONTAINS
    return rank


def told(found: Findable, row: tuple, name: tuple | None) -> dict[str, str]:
    """Return one answer as the page gets it, and remember that the reader has read it.

    ``name`` is the further name by which the record was found.
    """
    note_read(found.model._meta.db_table, uuid.UUID(row[PK]), row[LABEL])
    note = row[NOTE]
    if name:
        note_read(found.also[0]._meta.db_table, uuid.UUID(name[NAME_ID]), name[LABEL])
        note = _("also called %(name)s") % {"name": name[SHOWN]}
    return {"value": row[PK], "text": row[SHOWN], "note": "" if note == row[SHOWN] else note}


def option_of(record: Record) -> dict[str, str]:
    """Return a record as an option."""
    return {"value": str(record.pk), "text": str(record), "note": ""}
