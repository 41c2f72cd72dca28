"""Summary for a period: what happened, what is said of it, who met, what was agreed, what nobody has said.

Made in named steps, each a few statements whatever the length of the period, so that each can run in a short
transaction of its own. Steps only read; what they have read is carried in ``Gathered``.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.levels import Level
from exchanges.models import Outcome
from exchanges.querysets import took_place
from exchanges.vocabulary import OutcomeKind
from negotiations.models import Agreement, Channel, Conflict, Meeting
from records.dates import Dated
from records.models import Attachment, Record
from reports.selectors import summary_sections as sections
from reports.selectors.alarms import events_linked, meetings_held
from reports.selectors.periods import within
from reports.selectors.ranges import Stated, ranges_of


@dataclass
class Gathered:
    """What has been read so far, and the labels of all of it."""

    conflict: Conflict
    first: dt.date
    last: dt.date
    outcomes: list[Outcome] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    attached_to: list[Record] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    contacts: dict[Any, list[Dated]] = field(default_factory=lambda: defaultdict(list))
    ranges: dict[Any, list[Stated]] = field(default_factory=dict)
    labels: set[int] = field(default_factory=set)
    level: int = Level.PUBLIC
    compartments: list[int] = field(default_factory=list)

    def use(self, records: list[Record]) -> list:
        """Remember how secret the records are that the report is made from."""
        self.labels.update(record.label_id for record in records)
        return records

    @property
    def as_of(self) -> dt.date:
        """The day silence is counted to."""
        return min(self.last, timezone.now().date())


@dataclass(frozen=True)
class Step:
    """One step of the work: its words on the page and what it reads."""

    title: Any
    run: Callable[[Gathered], None]


def choose_events(gathered: Gathered) -> None:
    chosen = Outcome.objects.counted().filter(conflict=gathered.conflict).select_related("place")
    gathered.outcomes = gathered.use(within(chosen, gathered.first, gathered.last))


def read_claims(gathered: Gathered) -> None:
    gathered.ranges, labels = ranges_of(gathered.outcomes, gathered.conflict)
    gathered.labels |= labels


def choose_meetings(gathered: Gathered) -> None:
    of_conflict = {"channel__conflict": gathered.conflict, "channel__withdrawn_at": None}
    meetings = Meeting.objects.counted().filter(**of_conflict).select_related("channel")
    gathered.meetings = gathered.use(within(meetings, gathered.first, gathered.last))
    agreements = Agreement.objects.counted().filter(**of_conflict).select_related("channel")
    gathered.agreements = gathered.use(within(agreements, gathered.first, gathered.last))
    of_records = {record.pk: record for record in (*gathered.outcomes, *gathered.meetings, *gathered.agreements)}
    gathered.attachments = gathered.use(list(Attachment.objects.counted().filter(record_id__in=of_records)))
    gathered.attached_to = [of_records[attachment.record_id] for attachment in gathered.attachments]


def find_last_contacts(gathered: Gathered) -> None:
    begun = Q(started_on=None) | Q(started_on__lte=gathered.as_of)
    gathered.channels = gathered.use(list(Channel.objects.counted().filter(begun, conflict=gathered.conflict)))
    links = events_linked(gathered.channels, gathered.as_of).select_related("outcome")
    for link in gathered.use(list(links)):
        gathered.contacts[link.channel_id].extend(gathered.use([link.outcome]))
    for meeting in gathered.use(list(meetings_held(gathered.channels, gathered.as_of).select_related("channel"))):
        gathered.contacts[meeting.channel_id].append(meeting)


def check_readers(gathered: Gathered) -> None:
    """The report is at least as secret as each record in it."""
    gathered.use([gathered.conflict])
    with connection.cursor() as cursor:
        cursor.execute("SELECT level, compartments FROM access.join_labels(%s)", [sorted(gathered.labels)])
        gathered.level, gathered.compartments = cursor.fetchone()


STEPS = (
    Step(_("Choose the events"), choose_events),
    Step(_("Read what is claimed of each"), read_claims),
    Step(_("Choose meetings and agreements"), choose_meetings),
    Step(_("Find the last contact of each channel"), find_last_contacts),
    Step(_("Check who may read the report"), check_readers),
)
WRITE = _("Write the report")


def step_titles() -> list[str]:
    """Return the words of all steps in their order, as they are kept on the run."""
    return [*(str(step.title) for step in STEPS), str(WRITE)]


def sections_of(gathered: Gathered) -> list[dict]:
    """Return the sections of the report, of what has been gathered."""
    happened = [outcome for outcome in gathered.outcomes if took_place(outcome)]
    ahead = [outcome for outcome in gathered.outcomes if outcome.status in sections.AHEAD]
    others = [outcome for outcome in gathered.outcomes if not took_place(outcome) and outcome not in ahead]
    kinds = [kind for kind in OutcomeKind.values if any(outcome.outcome_kind == kind for outcome in happened)]
    return [
        sections.events_by_kind_and_state(gathered.outcomes),
        *(
            sections.events_of_kind(kind, [o for o in happened if o.outcome_kind == kind], gathered.ranges)
            for kind in kinds
        ),
        sections.events_apart(
            "not-happened",
            _("Did not take place"),
            _("Aborted, postponed, refused or denied. What was planned or offered delivered nothing."),
            others,
            gathered.ranges,
        ),
        *([sections.events_apart("ahead", _("Announced or planned"), "", ahead, gathered.ranges)] if ahead else []),
        sections.meetings_by_channel(gathered.meetings),
        sections.agreements_made(gathered.agreements),
        *([sections.attached(gathered.attachments, gathered.attached_to)] if gathered.attachments else []),
        sections.last_contacts(gathered.channels, gathered.contacts, gathered.as_of),
        sections.not_disclosed(happened, gathered.ranges, gathered.meetings),
    ]
