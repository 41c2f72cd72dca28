"""What a record's page and form say of its review to whoever writes: the note it came back with, queries, what next."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import permissions
from access.context import Reader
from records.checking import WAITING, Past, about, parts_of, written_by_me
from records.display import field_label
from records.models import HistoryEntry, Query, Record, ReviewState
from records.reviewing import may_submit

UNFINISHED = (*WAITING, ReviewState.RETURNED)
STATES = {
    ReviewState.SUBMITTED: gettext_lazy("Waits for a second person; until then it is in no figure."),
    ReviewState.CHANGED: gettext_lazy(
        "Verified before, changed since: it is in no figure until a second person has verified it again."
    ),
    ReviewState.RETURNED: gettext_lazy("Returned to whoever wrote it; it is in no figure until it is verified."),
}


def returned_entry(record: Record) -> HistoryEntry | None:
    """Return the entry by which the record came back to whoever wrote it; its reason is the reviewer's note."""
    return Past([record]).last(record, ReviewState.RETURNED)


def query_about(query: Query) -> str:
    """Return what a query is about, in words: the field, or the record or part as a whole."""
    record = query.record
    kind = str(record._meta.verbose_name)
    if query.field:
        return _("Query on “%(field)s”") % {"field": field_label(type(record), query.field)}
    return _("Query on the %(kind)s as a whole") % {"kind": kind}


def query_told(actor: Reader, query: Query) -> dict:
    """Return a query as pages show it: its heading, whose it is, where it is answered."""
    return {
        "query": query,
        "about": query_about(query),
        "is_own": query.author_id is not None and query.author_id == actor.user_id,
        "url": query.get_absolute_url(),
    }


def review_told(actor: Reader, record: Record) -> dict | None:
    """Return what is said above a record; None where there is nothing to say.

    To whoever only reads: that it is in no figure, and why. Of an unfinished record those who write are also told the
    queries about its parts.
    """
    if not record.is_reviewed or record.is_withdrawn:
        return None
    is_unfinished = record.review_state in UNFINISHED and record.draft_of is None
    if not permissions.may(permissions.WRITE, actor):
        return {"state": STATES[record.review_state]} if is_unfinished else None
    parts = parts_of(record) if is_unfinished else []
    by_record = about(Query, [record, *parts])
    told = {one.pk: one for one in (record, *parts)}
    queries = []
    for pk, found in by_record.items():
        for query in found:
            if query.settled_at is None:
                query.record = told[pk]
                queries.append(query_told(actor, query))
    if not is_unfinished and not queries:
        return None
    returned = returned_entry(record) if record.review_state == ReviewState.RETURNED else None
    waits = record.review_state in WAITING and permissions.may(permissions.REVIEW, actor)
    return {
        "state": STATES[record.review_state] if is_unfinished else "",
        "returned": returned,
        "queries": queries,
        "may_submit": returned is not None and may_submit(actor, record),
        "may_check": waits and record.pk not in written_by_me([record]),
    }
