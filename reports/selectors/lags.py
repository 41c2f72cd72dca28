"""How long from promise to delivery, and from meeting to outcome; a bounded number of statements."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from exchanges.measures.lag import Days, Typical, Window, days_between, typical
from exchanges.models import Delivery, Outcome, OutcomeMeeting
from exchanges.querysets import took_place
from negotiations.models import Commitment, Meeting
from negotiations.vocabulary import MeetingStatus
from records.dates import Dated, DatePrecision
from records.models import Record, ReviewState
from reports.selectors.periods import last_day


class LagKind(TextChoices):
    """From what to what the days are counted."""

    FIRST_DELIVERY = "first_delivery", _("Promise to first delivery")
    LAST_DELIVERY = "last_delivery", _("Promise to last delivery")
    MEETING_OUTCOME = "meeting_outcome", _("Meeting to outcome")


@dataclass(frozen=True)
class LagCase:
    """One span: from which record to which, and how many days at the least and at the most."""

    start: Record
    end: Outcome
    days: Days


@dataclass(frozen=True)
class Lag:
    """All spans of a kind, longest first, with their median and how many had no date at all."""

    kind: LagKind
    cases: list[LagCase]
    typical: Typical
    undated: int


def lags_in(outcomes: Iterable[Outcome]) -> list[Lag]:
    """Return the lags that end in the given outcomes, of those that took place."""
    ends = {outcome.pk: outcome for outcome in outcomes if took_place(outcome)}
    delivered: dict[uuid.UUID, list[Outcome]] = defaultdict(list)
    commitments: dict[uuid.UUID, Commitment] = {}
    links = Delivery.objects.counted().filter(outcome__in=list(ends), commitment__withdrawn_at=None)
    links = links.exclude(commitment__review_state=ReviewState.DRAFT)
    for link in links.select_related("commitment__label", "commitment__agreement__meeting", "commitment__meeting"):
        commitments[link.commitment_id] = link.commitment
        delivered[link.commitment_id].append(ends[link.outcome_id])
    first, last, undated = [], [], 0
    for pk, commitment in commitments.items():
        made = promised(commitment)
        dated = [(window, outcome) for outcome in delivered[pk] if (window := first_window(outcome))]
        if made is None or not dated:
            undated += 1
            continue
        one = min(
            (outcome for _window, outcome in dated), key=lambda outcome: (first_window(outcome).first, outcome.pk)
        )
        other = max((outcome for _w, outcome in dated), key=lambda outcome: (last_window(outcome).last, outcome.pk))
        first.append(LagCase(commitment, one, days_between(made, first_window(one))))
        last.append(LagCase(commitment, other, days_between(made, last_window(other))))
    talks, without = [], 0
    meetings = OutcomeMeeting.objects.counted().filter(
        outcome__in=list(ends), meeting__withdrawn_at=None, meeting__status=MeetingStatus.HELD
    )
    for link in meetings.select_related("meeting__label", "meeting__channel"):
        start, end = last_window(link.meeting), first_window(ends[link.outcome_id])
        if start is None or end is None:
            without += 1
            continue
        talks.append(LagCase(link.meeting, ends[link.outcome_id], days_between(start, end)))
    return [
        lag_of(LagKind.FIRST_DELIVERY, first, undated),
        lag_of(LagKind.LAST_DELIVERY, last, undated),
        lag_of(LagKind.MEETING_OUTCOME, talks, without),
    ]


def lag_of(kind: LagKind, cases: list[LagCase], undated: int) -> Lag:
    ordered = sorted(cases, key=lambda case: (-case.days.high, str(case.start), case.start.pk, case.end.pk))
    return Lag(kind, ordered, typical(case.days for case in cases), undated)


def promised(commitment: Commitment) -> Window | None:
    """Return the day of the agreement in which a promise was made, or else of its meeting."""
    agreement: Dated | None = commitment.agreement
    meeting: Meeting | None = commitment.meeting or (agreement.meeting if agreement else None)
    return next((found for one in (agreement, meeting) if one is not None and (found := last_window(one))), None)


def first_window(record: Dated) -> Window | None:
    """Return the day on which something began, or the days between which it must have happened."""
    if record.started_on is None or record.date_precision == DatePrecision.UNKNOWN:
        return None
    if record.date_precision == DatePrecision.DAY:
        return Window(record.started_on, record.started_on)
    return Window(record.started_on, last_day(record))


def last_window(record: Dated) -> Window | None:
    """Return the day on which something ended, or the days between which it must have happened."""
    if record.started_on is None or record.date_precision == DatePrecision.UNKNOWN:
        return None
    if record.date_precision == DatePrecision.DAY:
        return Window(last_day(record), last_day(record))
    return Window(record.started_on, last_day(record))
