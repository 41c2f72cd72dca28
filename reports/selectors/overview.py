"""What the overview shows, in a bounded number of statements, all of it computed from what the reader may see."""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import ngettext

from exchanges.credit import credits_given
from exchanges.measures.lag import usual_gap
from exchanges.models import Claim, Outcome, OutcomeAgreement
from exchanges.querysets import took_place
from exchanges.reconciling import Agreement as Agree
from exchanges.reconciling import headline
from exchanges.vocabulary import OutcomeKind, OutcomeStatus
from exchanges.whole_record import Reconciled, reconcile
from intermediaries.models import Actor
from negotiations.models import Agreement, Channel, Commitment, Conflict, Meeting, Party
from negotiations.vocabulary import AgreementStatus, MeetingStatus
from records.dates import DatePrecision
from records.models import ReviewState
from reports.charts import BarChart, Strip, bar_chart, strip
from reports.selectors.alarms import contacts_of, has_ended
from reports.selectors.silence import SinceContact, since_contact

# The kinds the overview is about, with the class of their colour. The dead are grey, children plum.
KINDS = [
    (OutcomeKind.EXCHANGE, "a"),
    (OutcomeKind.REMAINS_TRANSFER, "d"),
    (OutcomeKind.CHILD_RETURN, "k"),
    (OutcomeKind.SAFE_PASSAGE, ""),
]
LATEST = 6
PROMISES = 8


@dataclass(frozen=True)
class Direction:
    """One direction of a figure: its words, its colour, the figures stated in it."""

    label: str
    swatch: str
    figures: list[Reconciled]


@dataclass
class Event:
    """One outcome with its figures in each direction, in the order of the conflict's parties."""

    outcome: Outcome
    directions: list[Direction]
    sources: int = 0
    intermediaries: list[str] = field(default_factory=list)

    @property
    def agreements(self) -> set[Agree]:
        """How the claims stand to one another, over all figures shown."""
        return {figure.agreement for direction in self.directions for figure in direction.figures}

    @property
    def agreement(self) -> Agree:
        """The one word for the event: differing claims before single ones, and those before agreement."""
        order = (Agree.DISPUTED, Agree.SINGLE_SOURCE, Agree.COMPATIBLE, Agree.AGREED)
        return next((state for state in order if state in self.agreements), Agree.UNDISCLOSED)

    @property
    def is_disclosed(self) -> bool:
        return any(figure.low is not None for direction in self.directions for figure in direction.figures)


@dataclass
class KindSummary:
    """How many events of a kind there are, how many of them differ or are undisclosed, and the latest with a figure."""

    kind: str
    label: str
    count_words: str
    swatch: str
    url: str
    events: int
    aborted: int
    disputed: int
    undisclosed: int
    first_on: dt.date | None
    latest: Event | None


@dataclass(frozen=True)
class ChannelLine:
    """A channel, how long it has been silent, and the strip of its contacts."""

    channel: Channel
    contacts: int
    last: dt.date | None
    silence: SinceContact
    strip: Strip


@dataclass(frozen=True)
class Promise:
    """An agreement: what was promised, in words, and what followed under it, event by event."""

    agreement: Agreement
    commitments: list[Commitment]
    events: list[Event]


@dataclass(frozen=True)
class CreditRow:
    """An intermediary and the number of events of each kind in which somebody credits it."""

    actor: Actor
    counts: list[tuple[str, int, str]]


def parties_of(conflict: Conflict) -> list[Party]:
    return list(Party.objects.current().filter(conflict=conflict).select_related("actor").order_by("position"))


def events_of(conflict: Conflict, parties: list[Party]) -> list[Event]:
    """Return all counted outcomes of the conflict, newest first, with their figures; a bounded number of statements."""
    of_conflict = Outcome.objects.counted().filter(conflict=conflict)
    outcomes = of_conflict.select_related("label", "place").order_by("-started_on", "-recorded_at", "pk")
    figures = dict(reconcile(of_conflict))
    return [event_of(outcome, figures.get(outcome.pk, []), parties) for outcome in outcomes]


def event_of(outcome: Outcome, figures: list[Reconciled], parties: list[Party]) -> Event:
    """Arrange an outcome's headline figures by direction."""
    directions = []
    for party in parties:
        stated = headline(figures, party.direction)
        directions.append(Direction(party.direction_label, swatch_of(outcome, party), stated))
    return Event(outcome, directions)


def swatch_of(outcome: Outcome, party: Party) -> str:
    """Return the colour: the party's for the living, grey for the dead, plum for children."""
    if outcome.outcome_kind == OutcomeKind.REMAINS_TRANSFER:
        return "d"
    return "k" if outcome.outcome_kind == OutcomeKind.CHILD_RETURN else party.colour


def kind_summaries(events: list[Event]) -> list[KindSummary]:
    """Return the summary of each kind. Events are counted; figures are never added."""
    found = []
    for kind, swatch in KINDS:
        of_kind = [event for event in events if event.outcome.outcome_kind == kind]
        happened = [event for event in of_kind if took_place(event.outcome)]
        exact = [event.outcome.started_on for event in of_kind if event.outcome.started_on]
        found.append(
            KindSummary(
                kind=kind.value,
                label=str(kind.label),
                count_words=count_words(kind, len(of_kind)),
                swatch=swatch,
                url=f"{reverse('exchanges:outcome-list')}?outcome_kind={kind.value}",
                events=len(of_kind),
                aborted=sum(event.outcome.status == OutcomeStatus.ABORTED for event in of_kind),
                disputed=sum(event.agreement == Agree.DISPUTED for event in happened),
                undisclosed=sum(not event.is_disclosed for event in happened),
                first_on=min(exact) if exact else None,
                latest=next((event for event in happened if event.is_disclosed), None),
            )
        )
    return found


def count_words(kind: OutcomeKind, n: int) -> str:
    """Return a number of events of a kind in words."""
    told = {
        OutcomeKind.EXCHANGE: ngettext("%(n)s exchange", "%(n)s exchanges", n),
        OutcomeKind.REMAINS_TRANSFER: ngettext("%(n)s transfer of remains", "%(n)s transfers of remains", n),
        OutcomeKind.CHILD_RETURN: ngettext("%(n)s return of children", "%(n)s returns of children", n),
        OutcomeKind.SAFE_PASSAGE: ngettext("%(n)s safe passage", "%(n)s safe passages", n),
    }
    return told[kind] % {"n": f"{n:,}"}


def with_sources(events: list[Event]) -> list[Event]:
    """Add to a few events how many sources they cite and who is credited: two statements."""
    ids = [event.outcome.pk for event in events]
    cited = dict(
        Outcome.objects.filter(pk__in=ids)
        .annotate(n=Count("citations", filter=Q(citations__withdrawn_at=None), distinct=True))
        .values_list("pk", "n")
    )
    credited: dict[uuid.UUID, list[str]] = defaultdict(list)
    roles = credits_given().filter(outcome__in=ids).select_related("actor").order_by("position")
    for role in roles:
        if role.actor.name not in credited[role.outcome_id]:
            credited[role.outcome_id].append(role.actor.name)
    for event in events:
        event.sources = cited.get(event.outcome.pk, 0)
        event.intermediaries = credited[event.outcome.pk]
    return events


def channel_lines(conflict: Conflict, today: dt.date) -> list[ChannelLine]:
    """Return the channels, the most recently used first: contacts are meetings held and outcomes that happened."""
    channels = list(Channel.objects.counted().filter(conflict=conflict).select_related("label"))
    contacts = contacts_of(channels, today)
    days = [day for found in contacts.values() for day in found]
    first = min(days, default=today)
    lines = []
    for channel in channels:
        last = max(contacts[channel.pk], default=None)
        silence = since_contact(
            last, today, has_ended=has_ended(channel, today), usual_gap=usual_gap(contacts[channel.pk])
        )
        lines.append(
            ChannelLine(channel, len(contacts[channel.pk]), last, silence, strip(contacts[channel.pk], first, today))
        )
    return sorted(lines, key=lambda line: (line.last is None, -(line.last or today).toordinal(), line.channel.name))


def promises(conflict: Conflict, events: list[Event]) -> list[Promise]:
    """Return the latest agreements with what was promised and what followed, in words: three statements."""
    agreements = list(
        Agreement.objects.counted()
        .filter(channel__conflict=conflict)
        .exclude(status=AgreementStatus.PROPOSED)
        .select_related("label", "meeting", "channel")
        .order_by(Coalesce("started_on", "meeting__started_on").desc(nulls_last=True), "-recorded_at")[: PROMISES * 3]
    )
    commitments: dict[uuid.UUID, list[Commitment]] = defaultdict(list)
    for commitment in Commitment.objects.counted().filter(agreement__in=agreements).order_by("position"):
        commitments[commitment.agreement_id].append(commitment)
    by_id = {event.outcome.pk: event for event in events}
    followed: dict[uuid.UUID, list[Event]] = defaultdict(list)
    links = OutcomeAgreement.objects.counted().filter(agreement__in=agreements)
    for agreement_id, outcome_id in links.values_list("agreement_id", "outcome_id"):
        if outcome_id in by_id and took_place(by_id[outcome_id].outcome):
            followed[agreement_id].append(by_id[outcome_id])
    found = [
        Promise(
            agreement,
            commitments[agreement.pk],
            sorted(followed[agreement.pk], key=lambda event: event.outcome.started_on or dt.date.min),
        )
        for agreement in agreements
        if commitments[agreement.pk]
    ]
    return found[:PROMISES]


def credit_matrix(conflict: Conflict) -> list[CreditRow]:
    """Return who is credited in how many events of each kind: one statement and the actors."""
    counted = (
        credits_given()
        .filter(outcome__conflict=conflict)
        .order_by()
        .values("actor", "outcome__outcome_kind")
        .annotate(n=Count("outcome", distinct=True))
    )
    numbers: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    for row in counted:
        numbers[row["actor"]][row["outcome__outcome_kind"]] = row["n"]
    actors = Actor.objects.counted().filter(pk__in=numbers)
    rows = []
    for actor in actors:
        counts = [(str(kind.label), numbers[actor.pk].get(kind.value, 0), kind.value) for kind, _css in KINDS]
        rows.append(CreditRow(actor, counts))
    return sorted(rows, key=lambda row: (-sum(n for _label, n, _kind in row.counts), row.actor.name))


def months_chart(events: list[Event]) -> tuple[BarChart, list[dict]] | None:
    """Return the number of events in each month by kind, one row of bars each, and the table beside it.

    Events known only to the year stand in no month; the table says how many they are.
    """
    kinds = [kind for kind, _css in KINDS[:3]]
    exact = [
        event
        for event in events
        if took_place(event.outcome)
        and event.outcome.outcome_kind in kinds
        and event.outcome.started_on
        and event.outcome.date_precision in {DatePrecision.DAY, DatePrecision.MONTH}
    ]
    if not exact:
        return None
    first = min(event.outcome.started_on for event in exact).replace(day=1)
    last = max(event.outcome.started_on for event in exact).replace(day=1)
    months = []
    while first <= last:
        months.append(first)
        first = (first + dt.timedelta(days=32)).replace(day=1)
    counted = defaultdict(int)
    for event in exact:
        counted[event.outcome.outcome_kind, event.outcome.started_on.replace(day=1)] += 1
    base = reverse("exchanges:outcome-list")
    urls = [[month_url(base, kind, month) for month in months] for kind in kinds]
    chart = bar_chart(
        titles=[(str(kind.label), css) for kind, css in KINDS[:3]],
        columns=[date_format(month, "YEAR_MONTH_FORMAT") for month in months],
        values=[[counted[kind.value, month] for month in months] for kind in kinds],
        years=[(index, str(month.year)) for index, month in enumerate(months) if month.month == 1 or index == 0],
        urls=urls,
    )
    table = [
        {
            "month": date_format(month, "YEAR_MONTH_FORMAT"),
            "counts": [{"n": counted[kind.value, month], "url": urls[row][index]} for row, kind in enumerate(kinds)],
        }
        for index, month in enumerate(months)
    ]
    return chart, table


def month_url(base: str, kind: OutcomeKind, month: dt.date) -> str:
    """Return the list of the kind's outcomes in a month."""
    last = (month + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return f"{base}?outcome_kind={kind.value}&since={month}&until={last}"


def next_meetings(conflict: Conflict, today: dt.date) -> list[Meeting]:
    """Return the meetings announced for today or later."""
    planned = (MeetingStatus.ANNOUNCED, MeetingStatus.CONFIRMED, MeetingStatus.RUMOURED, MeetingStatus.IN_PROGRESS)
    return list(
        Meeting.objects.counted()
        .filter(channel__conflict=conflict, status__in=planned, started_on__gte=today)
        .select_related("label", "channel", "place")
        .order_by("started_on")[:LATEST]
    )


def changed_since(conflict: Conflict) -> dict:
    """Return how many outcomes, and claims about outcomes, were verified and have changed since: they count nowhere."""
    claims = Claim.objects.standing().filter(outcome__conflict=conflict, review_state=ReviewState.CHANGED)
    outcomes = Outcome.objects.standing().filter(conflict=conflict, review_state=ReviewState.CHANGED)
    return {"outcomes": outcomes.count(), "claims": claims.count()}


def meeting_span(conflict: Conflict) -> dict:
    """Return how many meetings are recorded, from when to when."""
    return (
        Meeting.objects.counted()
        .filter(channel__conflict=conflict)
        .aggregate(n=Count("pk"), first=Min("started_on"), last=Max("started_on"))
    )
