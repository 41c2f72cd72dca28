"""Which records are found for what somebody types into a combobox: by their names, and by the names they also have."""

import heapq
import uuid
from dataclasses import dataclass, field
from itertools import chain

from django.db.models import Case, CharField, F, Func, Q, TextChoices, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext as _

from access.context import note_read
from exchanges.models import Outcome
from exchanges.vocabulary import OutcomeKind
from intermediaries.models import Actor, ActorName, Representative
from negotiations.models import Agreement, Channel, Commitment, Meeting, Place
from records.models import Record
from records.search import found_ids
from records.spelling import BEGINS, CONTAINS, NOT_AT_ALL, RESEMBLES, Query, spelling
from sources.models import Source

MOST = 20
# Of kinds that happen so many are compared with what is typed; the search finds the others by whole words.
NEWEST, MOST_HITS = 2000, 200
# What stands where in a row; see ``Findable.rows``.
PK, LABEL, SHOWN, NOTE, OTHER, NAME_ID = range(6)
NOTHING = Value("", output_field=CharField())


@dataclass(frozen=True)
class Findable:
    """A kind that can be chosen: what is shown of a record, what stands beside it, what else it is found by.

    ``also`` is the model of further names, with its link to the kind and its field. Of kinds that happen ``related``
    names what their own words need: those are shown in place of ``shown``, and looked for is among the ``NEWEST`` and
    among those that the search finds.
    """

    model: type[Record]
    shown: Combinable = field(default_factory=lambda: F("name"))
    note: Combinable = NOTHING
    other: Combinable = NOTHING
    also: tuple[type[Record], str, str] | None = None
    related: tuple[str, ...] | None = None

    def rows(self, typed: str):
        """Return what the reader may see of the kind in one query: records, and their further names.

        Each row: identity of the record, label, what is shown, note, what else it is found by, and the identity of
        the further name (None for the record itself). Identities are texts: ten thousand UUIDs take their time.
        """
        own = Cast(Value(None), CharField())
        rows = self.model.objects.current().order_by()
        if self.related is not None:
            newest = self.model.objects.current().order_by(*self.model._meta.ordering, "pk").values("pk")[:NEWEST]
            hits = [pk for _table, pk in found_ids(typed, self.model._meta.db_table, MOST_HITS)]
            rows = rows.filter(Q(pk__in=newest) | Q(pk__in=hits)).order_by(*self.model._meta.ordering, "pk")
        rows = rows.values_list(text("pk"), "label_id", self.shown, self.note, self.other, own)
        if self.also:
            model, link, name = self.also
            names = model.objects.current().order_by()
            rows = rows.union(
                names.values_list(text(link), "label_id", F(name), NOTHING, NOTHING, text("pk")), all=True
            )
        return rows

    def words(self, pks: list[str]) -> dict[str, str]:
        """Return the own words of records of a kind that happens, by identity; of others none."""
        if self.related is None:
            return {}
        found = self.model.objects.filter(pk__in=pks).select_related(*self.related)
        return {str(record.pk): str(record) for record in found}


def text(name: str) -> Cast:
    return Cast(name, CharField())


def together(*parts: str | Combinable) -> Combinable:
    """Return several fields as one text, with a space between two; what is missing is left out."""
    return Func(
        Value(" "),
        *(F(part) if isinstance(part, str) else part for part in parts),
        function="concat_ws",
        output_field=CharField(),
    )


def day(name: str) -> Combinable:
    """Return a day as somebody may type it: 30 December 2024, or 2024-12-30."""
    return Func(F(name), Value("FMDD FMMonth YYYY YYYY-MM-DD"), function="to_char", output_field=CharField())


def words_of(name: str, choices: type[TextChoices]) -> Combinable:
    """Return the words of a code."""
    return Case(
        *(When(**{name: code}, then=Value(str(label))) for code, label in choices.choices), output_field=CharField()
    )


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
        Findable(Meeting, together("title", "channel__name", day("started_on")), related=("channel",)),
        Findable(Agreement, together("title", day("started_on")), note=F("channel__name"), related=()),
        Findable(
            Commitment,
            together("title", "subject", text("quantity"), "agreement__title", "meeting__title"),
            note=Coalesce("agreement__title", "meeting__title", NOTHING),
            related=(),
        ),
        Findable(
            Outcome,
            together(words_of("outcome_kind", OutcomeKind), "title", day("started_on"), "place__name"),
            note=Coalesce("place__name", NOTHING),
            related=(),
        ),
    )
}


def find(kind: str, typed: str, most: int = MOST) -> list[dict[str, str]]:
    """Return at most ``most`` records of the kind that answer what was typed, best first; with nothing typed any.

    A name that begins with it comes before one with words that do, before one that contains it, before one that
    resembles it. Each answer has ``value``, ``text`` and ``note``. What is answered counts as read.
    """
    found, query = FINDABLE[kind], Query(typed)
    records, names, ranks, through = {}, [], {}, {}
    for row in found.rows(typed):
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
    # Of equal answers what happened last stands first, or else what comes first by name.
    places = {pk: place for place, pk in enumerate(records)}
    answers = (
        (rank, places[pk] if found.related is not None else spelling(records[pk][SHOWN]).latin, pk)
        for pk, rank in ranks.items()
        if rank < NOT_AT_ALL
    )
    best = [pk for _rank, _sorts, pk in heapq.nsmallest(most, answers)]
    words = found.words(best)
    return [told(found, records[pk], through.get(pk), words.get(pk)) for pk in best]


def rank_of_record(query: Query, row: tuple) -> int:
    """Return how well a record answers; what it is found by besides its name counts as contained, whatever begins."""
    rank = query.rank(row[SHOWN])
    if rank == NOT_AT_ALL and any(query.rank(row[at]) < NOT_AT_ALL for at in (NOTE, OTHER) if row[at]):
        return CONTAINS
    return rank


def told(found: Findable, row: tuple, name: tuple | None, words: str | None) -> dict[str, str]:
    """Return one answer as the page gets it, and remember that the reader has read it.

    ``name`` is the further name by which the record was found, ``words`` are the record's own.
    """
    note_read(found.model._meta.db_table, uuid.UUID(row[PK]), row[LABEL])
    note = row[NOTE]
    if name:
        note_read(found.also[0]._meta.db_table, uuid.UUID(name[NAME_ID]), name[LABEL])
        note = _("also called %(name)s") % {"name": name[SHOWN]}
    shown = row[SHOWN] if words is None else words
    return {"value": row[PK], "text": shown, "note": "" if note == shown else note}


def option_of(record: Record) -> dict[str, str]:
    """Return a record as an option."""
    return {"value": str(record.pk), "text": str(record), "note": ""}
