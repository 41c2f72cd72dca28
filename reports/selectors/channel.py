"""What a channel's page tells across rooms: what was said, what was promised, what followed, where claims differ."""

import datetime as dt
import uuid
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from exchanges.models import Claim, Outcome
from exchanges.promises import LedgerLine, ledger
from exchanges.querysets import figures_of, took_place
from exchanges.reconciling import FigureRange, headline
from exchanges.vocabulary import OutcomeKind, Stage
from negotiations.models import Channel, Commitment, Meeting, Party
from negotiations.vocabulary import MeetingStatus
from records.dates import Dated, DatePrecision
from records.known import KnownOn
from reports.lanes import Event, Lanes, lanes_of
from reports.selectors.alarms import ChannelSilence, silences_of
from reports.selectors.parity import Parity, parity_of

COLOURS = {OutcomeKind.EXCHANGE: "a", OutcomeKind.REMAINS_TRANSFER: "d", OutcomeKind.CHILD_RETURN: "k"}
DIFFERENCES = 3  # on the channel's page; all are on the page of claims


@dataclass(frozen=True)
class Differing:
    """An outcome about which claims differ, with the claims in force about what differs."""

    outcome: Outcome
    claims: list[Claim]


@dataclass(frozen=True)
class ChannelStory:
    """Everything is from what the reader may see; with ``known``, as it was known on that day."""

    channel: Channel
    silence: ChannelSilence
    meetings: list[Meeting]
    commitments: list[Commitment]
    outcomes: list[Outcome]
    lines: list[LedgerLine]
    parity: list[Parity]
    differing: list[Differing]
    lanes: Lanes | None
    table: list[Event]

    @property
    def held(self) -> list[Meeting]:
        return [meeting for meeting in self.meetings if meeting.status == MeetingStatus.HELD]

    @property
    def states(self) -> list[tuple[str, int]]:
        """How many lines of the ledger stand in each state, in words."""
        found: dict[str, int] = defaultdict(int)
        for told in self.lines:
            found[str(told.line.state.label)] += 1
        return list(found.items())


def channel_story(channel: Channel, known: KnownOn | None = None, today: dt.date | None = None) -> ChannelStory:
    """Return what a channel's page tells; a bounded number of statements, however much the channel brought about."""
    today = today or (known.day if known else timezone.localdate())
    meetings = Meeting.objects.counted().filter(channel=channel).select_related("label", "place")
    commitments = (
        Commitment.objects.counted()
        .filter(Q(agreement__channel=channel) | Q(agreement=None, meeting__channel=channel))
        .select_related("label", "agreement__channel", "agreement__meeting", "meeting__channel", "owed_by", "owed_to")
    )
    links = channel.outcome_links.counted().filter(outcome__withdrawn_at=None)
    outcomes = Outcome.objects.counted().filter(pk__in=links.values("outcome")).select_related("label", "conflict")
    if known is not None:
        meetings, outcomes = (
            one.filter(Q(started_on=None) | Q(started_on__lte=known.day)) for one in (meetings, outcomes)
        )
        if known.recorded_only:
            meetings, commitments, outcomes = (
                one.filter(recorded_at__lt=known.end) for one in (meetings, commitments, outcomes)
            )
    held = list(meetings.order_by("started_on", "pk"))
    promised = sorted(
        (one for one in commitments if known is None or (made_on(one) or known.day) <= known.day),
        key=lambda one: (made_on(one) or dt.date.max, one.position, str(one.pk)),
    )
    followed = list(outcomes.order_by("started_on", "recorded_at", "pk"))
    figures = figures_of(followed, known)
    (silence,) = silences_of([channel], today)
    rows = lanes_rows(held, promised, followed, figures, parties_of(channel))
    return ChannelStory(
        channel=channel,
        silence=silence,
        meetings=held,
        commitments=promised,
        outcomes=followed,
        lines=ledger(promised, known, today),
        parity=parity_of(followed, known),
        differing=differing_of(followed, figures, known),
        lanes=lanes_of(rows, today, silence.last),
        table=sorted((one for _t, _c, row in rows for one in row), key=lambda one: (one.first, one.words)),
    )


def parties_of(channel: Channel) -> list[Party]:
    return list(Party.objects.current().filter(conflict=channel.conflict_id).order_by("position", "pk"))


def made_on(commitment: Commitment) -> dt.date | None:
    """Return the day on which a promise was made: its agreement's, else its meeting's."""
    agreement = commitment.agreement
    meeting = commitment.meeting or (agreement.meeting if agreement else None)
    return (agreement.started_on if agreement else None) or (meeting.started_on if meeting else None)


def span(dated: Dated) -> tuple[dt.date, dt.date]:
    """Return the first and the last day that a date may mean."""
    first, last = dated.started_on, dated.ended_on
    if dated.date_precision == DatePrecision.YEAR:
        return first, dt.date(first.year, 12, 31)
    if dated.date_precision in {DatePrecision.MONTH, DatePrecision.QUARTER}:
        year, month = first.year, first.month + (0 if dated.date_precision == DatePrecision.MONTH else 2)
        return first, dt.date(year, month, monthrange(year, month)[1])
    return first, last or first


def lanes_rows(
    meetings: list[Meeting],
    commitments: list[Commitment],
    outcomes: list[Outcome],
    figures: dict[uuid.UUID, list[FigureRange]],
    parties: list[Party],
) -> list[tuple[str, str, list[Event]]]:
    """Return the lanes as title, class and events: meetings, promises, then each kind of outcome that occurs."""
    said = [
        Event(
            "meeting", *span(one), str(one.started_on.day), f"{one.get_status_display()}, {one.when}", one.page_url,
            counts=one.status == MeetingStatus.HELD,
        )
        for one in meetings
        if one.started_on
    ]  # fmt: skip
    made: dict[tuple, list[Commitment]] = defaultdict(list)
    for one in commitments:
        if made_on(one):
            made[made_on(one), one.agreement or one.meeting].append(one)
    promised = [
        Event(
            "promise",
            day,
            day,
            f"{together[0].quantity:,}" if together[0].quantity else "",
            "; ".join(map(str, together)),
            where.page_url,
        )
        for (day, where), together in made.items()
    ]
    rows = [(_("Meetings"), "ink", said), (_("Promises made"), "ink", promised)]
    for kind in OutcomeKind:
        events = [
            event_of(one, figures[one.pk], parties) for one in outcomes if one.outcome_kind == kind and one.started_on
        ]
        if events:
            rows.append((str(kind.label), COLOURS.get(kind, "ink"), events))
    return rows


def event_of(outcome: Outcome, figures: list[FigureRange], parties: list[Party]) -> Event:
    """Return an outcome as an event: in short the same number each way, or the numbers in the order of the parties."""
    told = [headline(figures, party.direction) for party in parties]
    numbers = [found[0].stated if found and found[0].low is not None else "–" for found in told]
    is_undisclosed = took_place(outcome) and all(number == "–" for number in numbers)
    words = [
        f"{party.direction_label} {', '.join(f'{one.stated} {one.category_label}' for one in found)}"
        for party, found in zip(parties, told, strict=True)
        if found
    ]
    if not took_place(outcome):
        words, numbers = [str(outcome.get_status_display())], []
    elif is_undisclosed:
        words, numbers = [_("count not disclosed")], []
    short = numbers[0] if len(set(numbers)) == 1 else " : ".join(numbers)
    return Event(
        "event", *span(outcome), short, f"{outcome}: {'; '.join(words)}", outcome.page_url,
        undisclosed=is_undisclosed, counts=took_place(outcome),
    )  # fmt: skip


def differing_of(
    outcomes: list[Outcome], figures: dict[uuid.UUID, list[FigureRange]], known: KnownOn | None
) -> list[Differing]:
    """Return the outcomes about which claims of what was delivered differ, the latest first, with those claims."""
    keys = {
        one.pk: {figure.key for figure in figures[one.pk] if figure.differs and figure.stage == Stage.DELIVERED}
        for one in outcomes
    }
    claims: dict[uuid.UUID, list[Claim]] = defaultdict(list)
    stated = Claim.objects.in_force(known).filter(outcome__in=[pk for pk, found in keys.items() if found])
    for claim in stated.select_related("label", "claimant").order_by("recorded_at", "pk"):
        if any((claim.direction, claim.stage) == (key[0], key[2]) for key in keys[claim.outcome_id]):
            claims[claim.outcome_id].append(claim)
    return [Differing(one, claims[one.pk]) for one in reversed(outcomes) if keys[one.pk]]
