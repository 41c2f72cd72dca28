"""What each page and API resource of the analysis reads, from records already filtered."""

import datetime as dt

from django.db.models import QuerySet

from exchanges.filters import LEDGER_RELATED
from exchanges.models import Outcome, RunningTotal
from negotiations.models import Channel, Commitment
from records.known import KnownOn
from reports.selectors.alarms import ChannelSilence, Overdue, overdue_of, silences_of
from reports.selectors.credit import Credit, credits_in
from reports.selectors.gaps import TotalGap, gaps_of
from reports.selectors.lags import Lag, lags_in
from reports.selectors.parity import Parity, parity_of


def parity(outcomes: QuerySet[Outcome], known: KnownOn | None = None) -> list[Parity]:
    return parity_of(outcomes.select_related("label"), known)


def lags(outcomes: QuerySet[Outcome], known: KnownOn | None = None) -> list[Lag]:
    return lags_in(outcomes.select_related("label"), known)


def silences(
    channels: QuerySet[Channel], today: dt.date, state: str = "", known: KnownOn | None = None
) -> list[ChannelSilence]:
    found = silences_of(channels.select_related("label"), today, known)
    return [line for line in found if not state or line.since.state == state]


def overdue(promises: QuerySet[Commitment], today: dt.date, known: KnownOn | None = None) -> list[Overdue]:
    promises = promises.filter(due_on__lt=today).select_related("label", *LEDGER_RELATED)
    return overdue_of(promises.order_by("due_on", "pk"), today, known)


def credit(outcomes: QuerySet[Outcome], known: KnownOn | None = None) -> list[Credit]:
    return credits_in(outcomes, known)


def gaps(totals: QuerySet[RunningTotal], known: KnownOn | None = None) -> list[TotalGap]:
    totals = totals.select_related("label", "claimant", "conflict").prefetch_related("conflict__parties")
    return gaps_of(totals.order_by("-as_of", "recorded_at", "pk"), known)
