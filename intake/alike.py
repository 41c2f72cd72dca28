"""Which records the reader sees look like what is to be recorded: told to a person, who decides; never refused."""

from collections.abc import Collection, Iterator

from exchanges.models import Outcome
from negotiations.models import Meeting
from sources.models import Source

Pair = tuple[str, str]


def sources_at(addresses: Collection[str]) -> Iterator[tuple[str, Source]]:
    """Yield the sources recorded with these very addresses."""
    for source in Source.objects.current().filter(url__in=addresses) if addresses else ():
        yield source.url, source


def meetings_on(pairs: Collection[Pair]) -> Iterator[tuple[Pair, Meeting]]:
    """Yield the meetings in these channels on these days."""
    channels, days = {channel for channel, _day in pairs}, {day for _channel, day in pairs}
    there = Meeting.objects.current().filter(channel__in=channels, started_on__in=days).select_related("channel")
    for meeting in there if pairs else ():
        pair = (str(meeting.channel_id), str(meeting.started_on))
        if pair in pairs:
            yield pair, meeting


def outcomes_on(pairs: Collection[Pair]) -> Iterator[tuple[Pair, Outcome]]:
    """Yield the outcomes of these kinds on these days."""
    kinds, days = {kind for kind, _day in pairs}, {day for _kind, day in pairs}
    there = Outcome.objects.current().filter(outcome_kind__in=kinds, started_on__in=days)
    for outcome in there if pairs else ():
        pair = (outcome.outcome_kind, str(outcome.started_on))
        if pair in pairs:
            yield pair, outcome
