"""Checks the whole history: every entry, every link, every event, every seal, and every record against its history."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connections
from django.utils.translation import gettext_lazy as _

from access.installation import classified_tables
from records.models import HistorySeal, Record

# Beyond this many, something is wrong with the whole and not with its parts.
MOST = 10_000

SENTENCES = {
    "entry_changed": _("%(record)s: entry %(number)s no longer gives its hash; it was changed after it was written."),
    "first_entry_missing": _("%(record)s: what came before entry %(number)s was removed."),
    "entry_link": _(
        "%(record)s: entry %(number)s does not follow entry %(detail)s; one was removed, put in, changed or moved."
    ),
    "entry_step": _(
        "%(record)s: entry %(number)s does not begin with what the one before it (%(detail)s) ended with; one was put"
        " in, removed or rewritten."
    ),
    "history_missing": _("%(record)s has no history; it was removed, or the record was put in behind its back."),
    "record_changed": _(
        "%(record)s is not what its last entry, %(number)s, says (%(detail)s); it was changed behind the history's"
        " back, or its last entries were removed."
    ),
    "record_missing": _("%(record)s has a history up to entry %(number)s and is no longer there."),
    "record_deleted": _("%(record)s was deleted, as entry %(number)s says; Parley never deletes a record."),
    "entry_seen_by_others": _("%(record)s: entry %(number)s is shown to other people than the record."),
    "trigger_off": _("%(table)s: the triggers that keep the history are missing or switched off."),
    "event_changed": _("Event %(number)s no longer gives its hash; it was changed after it was written."),
    "first_event_missing": _("What came before event %(number)s of the same person was removed."),
    "event_link": _(
        "Event %(number)s does not follow event %(detail)s of the same person; one was removed, put in, changed or"
        " moved."
    ),
    "seal_missing": _("The seal before seal %(number)s was removed."),
    "seal_link": _("Seal %(number)s does not follow the one before it; one of them was changed."),
    "sealed_entries_missing": _("Seal %(number)s: of the entries it covers %(detail)s were removed."),
    "sealed_events_missing": _("Seal %(number)s: of the events it covers %(detail)s were removed."),
    "seal_broken": _(
        "Seal %(number)s is broken: it, or something it covers, was changed and given a new hash; compare with a"
        " backup."
    ),
    "seal_unknown": _("There is no seal %(detail)s; the seals, or everything since, were replaced."),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; ``problem`` is a key of SENTENCES."""

    problem: str
    table: str = ""
    record_id: str = ""
    reference: str = ""
    number: int | None = None
    detail: str = ""

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.problem]) % {
            "record": self.record,
            "table": self.table,
            "number": self.number,
            "detail": numbers_in_words(self.detail) if self.problem.startswith("sealed_") else self.detail,
        }

    @property
    def record(self) -> str:
        """The record in words: its kind and its reference, for example ``Claim 7KQ2X-F4HMP``."""
        kinds = {model._meta.db_table: model for model in apps.get_models() if issubclass(model, Record)}
        model = kinds.get(self.table)
        name = str(model._meta.verbose_name) if model else self.table
        return f"{name[:1].upper()}{name[1:]} {self.reference or self.record_id}"


def numbers_in_words(multirange: str) -> str:
    """Return PostgreSQL's ``{[3,4),[7,9)}`` as ``3, 7–8``."""
    found = []
    for part in multirange.strip("{}").replace("),", ") ").split():
        low, high = (int(end) for end in part.strip("[)").split(","))
        found.append(str(low) if high == low + 1 else f"{low}–{high - 1}")
    return ", ".join(found)


def findings(since: dt.datetime | None = None, seals: Iterable[str] = (), using: str = "default") -> Iterator[Finding]:
    """Yield what is wrong, at most MOST findings; nothing where the history is whole.

    ``since`` leaves out entries, events and seals from before; ``seals`` are hashes kept elsewhere, in hexadecimal,
    each of which must be the hash of a seal. Only for the system: raises ``django.db.ProgrammingError`` (42501) in the
    name of anybody else.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT problem, coalesce(record_table, ''), coalesce(record_id::text, ''), coalesce(reference, ''),"
            " number, coalesce(detail, '') FROM records.verify_history(%s, coalesce(%s, '-infinity'::timestamptz))"
            " LIMIT %s",
            [classified_tables(), since, MOST],
        )
        for row in cursor:
            yield Finding(*row)
    kept = HistorySeal.objects.using(using).values_list("hash", flat=True) if seals else ()
    known = {bytes(one).hex() for one in kept}
    yield from (Finding("seal_unknown", detail=seal) for seal in seals if seal.lower() not in known)
