"""One's own work: drafts, what came back, what is asked of one, what one undertook to do."""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.apps import apps
from django.db.models import CharField, DateField, Exists, F, OuterRef, UUIDField, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from access.context import Reader
from desk import keeping
from negotiations.models import FollowUp
from records.marking import generic_names
from records.models import Assignment, HistoryEntry, Query, Record, ReviewState
from records.querysets import ASKER, composed_once, named, with_records
from records.waiting import reviewed_kinds

# As much of each sort is shown and counted.
MOST = 200


class Sort(StrEnum):
    """What something on "My work" is."""

    RETURNED = "returned"
    QUERY = "query"
    MENTION = "mention"
    CHECK = "check"
    FOLLOW_UP = "follow_up"


def form_address(form: str, record_id=None) -> str:
    """Return where a form is filled in. Raises NoReverseMatch for a form that does not exist."""
    return reverse(f"desk:{form}-add") if record_id is None else reverse(f"desk:{form}-edit", args=[record_id])


@cache
def entered_kinds() -> list[type[Record]]:
    """Return the kinds of record that are entered by a form of the desk."""
    found = []
    for model in apps.get_models():
        if issubclass(model, Record):
            try:
                reverse(f"desk:{model.kind_of()}-add")
            except NoReverseMatch:
                continue
            found.append(model)
    return found


# Drafts ---------------------------------------------------------------------------------------------------------------


def own_drafts(model: type[Record], user_id: uuid.UUID):
    """Return somebody's own records of a kind that were never submitted."""
    return model.objects.current().filter(author_id=user_id, review_state=ReviewState.DRAFT)


def drafts_of(actor: Reader) -> list[Record]:
    """Return the reader's own drafts of every kind, those changed last first."""
    found = [
        record
        for model in entered_kinds()
        for record in own_drafts(model, actor.user_id).select_related("label").order_by("-updated_at")[:50]
    ]
    return sorted(found, key=lambda record: record.updated_at, reverse=True)


@composed_once
def all_drafts():
    """Return the identifiers of the forms and records that wait on the page of drafts; one statement."""
    waiting = [own_drafts(model, ASKER).order_by().values("pk") for model in entered_kinds()]
    return keeping.unfinished(ASKER).order_by().values("pk").union(*waiting, all=True)


def number_of_drafts(actor: Reader) -> int:
    """Return how many forms and records wait on the page of drafts."""
    return len(all_drafts(asker=actor.user_id))


# What waits for the reader --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """One thing that waits for somebody: ``table`` and ``pk`` of the record that says so, ``about`` what it concerns.

    ``day`` is when it is due; of what has no such day, when it came.
    """

    sort: Sort
    table: str
    pk: uuid.UUID
    about: uuid.UUID
    day: dt.date | None

    @property
    def is_overdue(self) -> bool:
        return self.sort == Sort.FOLLOW_UP and self.day is not None and self.day < timezone.localdate()


def told(rows, sort: Sort, about, day):
    """Return the rows of one sort, in the columns that all sorts have."""
    columns = {
        "sort": Value(sort.value, output_field=CharField()),
        "told_table": Value(rows.model._meta.db_table, output_field=CharField()),
        "told_about": Cast(about, UUIDField()),
        "told_day": Cast(day, DateField(null=True)),
    }
    return rows.order_by().annotate(**columns).values_list("sort", "told_table", "pk", "told_about", "told_day")[:MOST]


@composed_once
def all_tasks():
    """Return the rows of ``told`` of every sort; one statement."""
    own = {"author_id": ASKER, "review_state": ReviewState.RETURNED}
    asked = Assignment.objects.current().filter(to_id=ASKER, done_at=None)
    first, *others = [
        told(open_follow_ups(ASKER), Sort.FOLLOW_UP, F("meeting_id"), F("due_on")),
        told(queries_to_answer(ASKER), Sort.QUERY, F("record_id"), TruncDate("recorded_at")),
        told(asked.filter(is_mention=True), Sort.MENTION, F("record_id"), TruncDate("recorded_at")),
        told(asked.filter(is_mention=False), Sort.CHECK, F("record_id"), TruncDate("recorded_at")),
        *(
            told(model.objects.current().filter(**own), Sort.RETURNED, F("pk"), TruncDate("updated_at"))
            for model in reviewed_kinds()
        ),
    ]
    return first.union(*others, all=True)


def tasks_of(actor: Reader) -> list[Task]:
    """Return what waits for the reader, as far as they may see it; one statement.

    Somebody who is named in a query that is theirs to answer anyway is told of it once.
    """
    if actor.user_id is None:
        return []
    found = [Task(Sort(sort), *row) for sort, *row in all_tasks(asker=actor.user_id)]
    to_answer = {task.about for task in found if task.sort == Sort.QUERY}
    kept, seen = [], set()
    for task in found:
        key = task.sort, task.about
        is_double = (task.sort == Sort.MENTION and task.about in to_answer) or (
            task.sort in {Sort.MENTION, Sort.CHECK} and key in seen
        )
        if not is_double:
            seen.add(key)
            kept.append(task)
    return kept


def open_follow_ups(user_id: uuid.UUID):
    """Return the follow-ups that are somebody's to do."""
    mine = FollowUp.objects.current().filter(owner_id=user_id, draft_of=None, meeting__withdrawn_at=None)
    return mine.filter(done_on=None)


def queries_to_answer(user_id: uuid.UUID):
    """Return the open queries of others about what somebody entered."""
    entered = HistoryEntry.objects.filter(record_id=OuterRef("record_id"), operation="INSERT", user_id=user_id)
    return Query.objects.current().filter(Exists(entered), answered_at=None).exclude(author_id=user_id)


def records_of(tasks: list[Task]) -> dict[uuid.UUID, Record]:
    """Return the records that tasks are, by identifier; one statement for each kind."""
    models = {model._meta.db_table: model for model in (*reviewed_kinds(), FollowUp, Query, Assignment)}
    by_table = defaultdict(list)
    for task in tasks:
        by_table[task.table].append(task.pk)
    found: dict[uuid.UUID, Record] = {}
    for table, pks in by_table.items():
        rows = named(models[table]).select_related("author")
        if generic_names(models[table]):
            rows = rows.prefetch_related(with_records(reviewed_kinds()))
        found |= rows.in_bulk(pks)
    return found
