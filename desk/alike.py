"""What may be recorded already: told beside a form while it is filled in, asked once when it is sent."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from desk.work import form_address
from records.display import state_of
from records.models import Record

MOST = 5


@dataclass(frozen=True)
class Twin:
    """A record that may be the one that is entered; ``add_url`` is where the form can be added to it."""

    record: Record
    add_url: str | None

    @property
    def entered(self) -> str:
        """When, by whom, and how far it is, in words."""
        when, state = date_format(self.record.recorded_at), state_of(self.record)["word"].lower()
        if self.record.author is None:
            return _("entered %(when)s (%(state)s)") % {"when": when, "state": state}
        who = self.record.author.username
        return _("entered %(when)s by %(who)s (%(state)s)") % {"when": when, "who": who, "state": state}


def told_alike(found: Collection[Record], kind: type[Record]) -> dict:
    """Return what was found for the form of one kind: the first records, how many more, and the word for all."""
    twins = [
        Twin(record, form_address(record.kind, record.pk) if isinstance(record, kind) else None)
        for record in list(found)[:MOST]
    ]
    return {"twins": twins, "more": len(found) - len(twins), "word": word_for(found)}


def word_for(found: Iterable[Record]) -> str:
    """Return a word for what was found: whoever sends it with the form was shown it. Empty where nothing was."""
    told = ",".join(sorted(str(record.pk) for record in found))
    return hashlib.sha256(told.encode()).hexdigest()[:16] if told else ""
