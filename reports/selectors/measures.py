"""What each page and API resource of the analysis reads, from records already filtered."""

import datetime as dt

from django.db.models import QuerySet

from exchanges.models import Outcome, RunningTotal
from negotiations.models import Channel
from reports.selectors.alarms import ChannelSilence, silences_of
from reports.selectors.credit import Credit, credits_in
from reports.selectors.gaps import TotalGap, gaps_of
from reports.selectors.lags import Lag, lags_in
from reports.selectors.parity import Parity, parity_of


def parity(outcomes: QuerySet[Outcome]) -> list[Parity]:
    return parity_of(outcomes.select_related("label"))


def lags(outcomes: QuerySet[Outcome]) -> list[Lag]:
    return lags_in(outcomes.select_related("label"))


def silences(channels: QuerySet[Channel], today: dt.date, state: str = "") -> list[ChannelSilence]:
    found = silences_of(channels.select_related("label"), today)
    return [line for line in found if not state or line.since.state == state]


def credit(outcomes: QuerySet[Outcome]) -> list[Credit]:
    return credits_in(outcomes)


def gaps(totals: QuerySet[RunningTotal]) -> list[TotalGap]:
    totals = totals.select_related("label", "claimant", "conflict").prefetch_related("conflict__parties")
    return gaps_of(totals.order_by("-as_of", "recorded_at", "pk"))
