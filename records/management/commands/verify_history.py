"""``manage.py verify_history``: check every entry, link, event, seal and record; exit 1 where something is wrong."""

import json
import sys
import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.context import SYSTEM, acting_as
from access.models import Event
from records import verifying
from records.models import HistoryEntry, HistorySeal


class Command(BaseCommand):
    help = "Check that nothing in the history, the events and the seals was changed, removed or put in."

    def add_arguments(self, parser):
        parser.add_argument(
            "--seal", action="append", default=[], metavar="HASH", help="a seal kept elsewhere that must be there"
        )
        parser.add_argument("--since", metavar="DAY", help="leave out what was written before: 2026-11-23, or a time")
        parser.add_argument("--json", action="store_true", help="print the findings for a program")

    def handle(self, *args, seal: list[str], since: str | None, **options):
        began = time.monotonic()
        with acting_as(SYSTEM):
            found = list(verifying.findings(moment(since), seal))
            counts = {
                "entries": HistoryEntry.objects.count(),
                "events": Event.objects.count(),
                "seals": HistorySeal.objects.count(),
            }
        seconds = round(time.monotonic() - began, 1)
        if options["json"]:
            told = {"whole": not found, **counts, "seconds": seconds, "findings": [as_dict(one) for one in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            for one in found:
                self.stdout.write(one.sentence)
            self.stdout.write(summary(len(found), counts, seconds))
        if found:
            sys.exit(1)


def moment(given: str | None):
    """Return a day or a time as a moment in UTC; raise CommandError for anything else."""
    if given is None:
        return None
    try:
        found = parse_datetime(given)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(_("--since: give a day such as 2026-11-23, or a time such as 2026-11-23T10:00."))
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def as_dict(one: verifying.Finding) -> dict:
    return {
        "problem": one.problem,
        "table": one.table,
        "record_id": one.record_id,
        "reference": one.reference,
        "number": one.number,
        "detail": one.detail,
        "sentence": one.sentence,
    }


def summary(wrong: int, counts: dict, seconds: float) -> str:
    told = _("%(entries)s entries, %(events)s events and %(seals)s seals checked in %(seconds)s s: ") % {
        **{name: f"{number:,}" for name, number in counts.items()},
        "seconds": seconds,
    }
    if not wrong:
        return told + _("all of it is whole.")
    if wrong >= verifying.MOST:
        return told + _("more is wrong than is worth listing; restore a backup.")
    return told + ngettext("%(count)s thing is wrong.", "%(count)s things are wrong.", wrong) % {"count": wrong}
