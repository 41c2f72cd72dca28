"""Silent channels and overdue promises, and who muted the alarm and why; a bounded number of statements."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from exchanges.measures.lag import usual_gap
from exchanges.models import Outcome, OutcomeChannel
from exchanges.promises import LedgerLine, ledger
from exchanges.querysets import NOT_TAKEN_PLACE
from exchanges.vocabulary import LedgerState
from negotiations.models import Channel, Commitment, Meeting, Mute
from negotiations.vocabulary import ChannelStatus, MeetingStatus
from records.known import KnownOn
from reports.selectors.silence import Silence, SinceContact, since_contact

ORDER = (Silence.STALLED, Silence.QUIET, Silence.NO_CONTACT, Silence.ACTIVE, Silence.ENDED)


@dataclass(frozen=True)
class ChannelSilence:
    """A channel, its contacts, its own usual gap, how long it has been silent, and the mutes in force."""

    channel: Channel
    contacts: int
    last: dt.date | None
    usual_gap: float | None
    since: SinceContact
    mutes: list[Mute]

    @property
    def about(self) -> Channel:
        return self.channel

    @property
    def is_alarm(self) -> bool:
        """Whether the silence is told as an alarm: the channel has stalled and nobody muted it."""
        return self.since.state == Silence.STALLED and not self.mutes


@dataclass(frozen=True)
class Overdue:
    """A promise overdue in one direction, by how many days, and the mutes in force."""

    told: LedgerLine
    days: int
    mutes: list[Mute]

    @property
    def about(self) -> Commitment:
        return self.told.commitment

    @property
    def is_alarm(self) -> bool:
        """Whether it is told as an alarm: nobody muted it."""
        return not self.mutes


def mutes_of(kind: str, records: Iterable, today: dt.date, known: KnownOn | None) -> dict[uuid.UUID, list[Mute]]:
    """Return the mutes in force of channels or of commitments, as ``kind`` says, by identity; one statement."""
    found: dict[uuid.UUID, list[Mute]] = defaultdict(list)
    mutes = Mute.objects.in_force(today, known).filter(**{f"{kind}__in": [record.pk for record in records]})
    for mute in mutes.select_related("label", "author"):
        found[getattr(mute, f"{kind}_id")].append(mute)
    return found


def meetings_held(channels: Iterable[Channel], today: dt.date, known: KnownOn | None = None) -> QuerySet[Meeting]:
    """Return the meetings of channels that are contacts: those held, begun by ``today``."""
    found = Meeting.objects.counted(known).filter(channel__in=channels, started_on__lte=today)
    return found.filter(status=MeetingStatus.HELD)


def events_linked(
    channels: Iterable[Channel], today: dt.date, known: KnownOn | None = None
) -> QuerySet[OutcomeChannel]:
    """Return the ties of channels to outcomes that are contacts: those that took place, begun by ``today``."""
    happened = Outcome.objects.counted(known).filter(started_on__lte=today).exclude(status__in=NOT_TAKEN_PLACE)
    return OutcomeChannel.objects.counted(known).filter(channel__in=channels, outcome__in=happened.values("pk"))


def contacts_of(
    channels: Iterable[Channel], today: dt.date, known: KnownOn | None = None
) -> dict[uuid.UUID, set[dt.date]]:
    """Return the days of contact of each channel: meetings held and outcomes that took place; two statements."""
    channels = [channel.pk for channel in channels]
    contacts: dict[uuid.UUID, set[dt.date]] = defaultdict(set)
    for channel_id, day in meetings_held(channels, today, known).values_list("channel_id", "started_on"):
        contacts[channel_id].add(day)
    for channel_id, day in events_linked(channels, today, known).values_list("channel_id", "outcome__started_on"):
        contacts[channel_id].add(day)
    return contacts


def has_ended(channel: Channel, today: dt.date) -> bool:
    """Return whether the channel was declared ended by a day; where no day is known, at any time."""
    return channel.status == ChannelStatus.ENDED and (channel.ended_on is None or channel.ended_on <= today)


def silences_of(channels: Iterable[Channel], today: dt.date, known: KnownOn | None = None) -> list[ChannelSilence]:
    """Return how long each channel has been silent on ``today``: alarms first, the longest silence first.

    With ``known``, from what was known on that day.
    """
    channels = list(channels)
    contacts = contacts_of(channels, today, known)
    muted = mutes_of("channel", channels, today, known)
    lines = []
    for channel in channels:
        days = contacts[channel.pk]
        last, gap = max(days, default=None), usual_gap(days)
        since = since_contact(last, today, has_ended=has_ended(channel, today), usual_gap=gap)
        lines.append(ChannelSilence(channel, len(days), last, gap, since, muted[channel.pk]))
    return sorted(
        lines,
        key=lambda line: (
            not line.is_alarm, ORDER.index(line.since.state), -(line.since.days or 0), line.channel.name,
            line.channel.pk,
        ),
    )  # fmt: skip


def overdue_of(promises: Iterable[Commitment], today: dt.date, known: KnownOn | None = None) -> list[Overdue]:
    """Return the promises that the ledger tells as overdue on ``today``, alarms first, the longest overdue first."""
    lines = [told for told in ledger(promises, known, today) if told.line.state == LedgerState.OVERDUE]
    muted = mutes_of("commitment", {told.commitment for told in lines}, today, known)
    found = [Overdue(told, (today - told.commitment.due_on).days, muted[told.commitment.pk]) for told in lines]
    return sorted(
        found, key=lambda one: (not one.is_alarm, -one.days, str(one.about), one.about.pk, one.told.line.direction)
    )
