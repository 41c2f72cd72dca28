"""Channels that have fallen silent, and who muted the alarm and why; a bounded number of statements."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from exchanges.measures.lag import usual_gap
from exchanges.models import OutcomeChannel
from exchanges.querysets import NOT_TAKEN_PLACE
from negotiations.models import Channel, Meeting, Mute
from negotiations.vocabulary import ChannelStatus, MeetingStatus
from records.models import ReviewState
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
    def is_alarm(self) -> bool:
        """Whether the silence is told as an alarm: the channel has stalled and nobody muted it."""
        return self.since.state == Silence.STALLED and not self.mutes


def contacts_of(channels: Iterable[Channel], today: dt.date) -> dict[uuid.UUID, set[dt.date]]:
    """Return the days of contact of each channel: meetings held and outcomes that took place; two statements."""
    channels = [channel.pk for channel in channels]
    contacts: dict[uuid.UUID, set[dt.date]] = defaultdict(set)
    meetings = Meeting.objects.counted().filter(channel__in=channels, status=MeetingStatus.HELD, started_on__lte=today)
    for channel_id, day in meetings.values_list("channel_id", "started_on"):
        contacts[channel_id].add(day)
    links = OutcomeChannel.objects.counted().filter(
        channel__in=channels, outcome__withdrawn_at=None, outcome__started_on__lte=today
    )
    links = links.exclude(outcome__status__in=NOT_TAKEN_PLACE).exclude(outcome__review_state=ReviewState.DRAFT)
    for channel_id, day in links.values_list("channel_id", "outcome__started_on"):
        contacts[channel_id].add(day)
    return contacts


def silences_of(channels: Iterable[Channel], today: dt.date) -> list[ChannelSilence]:
    """Return how long each channel has been silent on ``today``: alarms first, the longest silence first."""
    channels = list(channels)
    contacts = contacts_of(channels, today)
    muted: dict[uuid.UUID, list[Mute]] = defaultdict(list)
    for mute in Mute.objects.in_force(today).filter(channel__in=channels).select_related("label", "author"):
        muted[mute.channel_id].append(mute)
    lines = []
    for channel in channels:
        days = contacts[channel.pk]
        last, gap = max(days, default=None), usual_gap(days)
        since = since_contact(last, today, has_ended=channel.status == ChannelStatus.ENDED, usual_gap=gap)
        lines.append(ChannelSilence(channel, len(days), last, gap, since, muted[channel.pk]))
    return sorted(
        lines,
        key=lambda line: (
            not line.is_alarm, ORDER.index(line.since.state), -(line.since.days or 0), line.channel.name,
            line.channel.pk,
        ),
    )  # fmt: skip
