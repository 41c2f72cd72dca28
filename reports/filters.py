"""Filters of the list of one's own reports, and of what is measured over many records."""

import uuid

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exchanges.models import Outcome, OutcomeChannel, RunningTotal
from exchanges.vocabulary import Category, OutcomeKind
from intermediaries.models import Actor
from negotiations.models import Channel, Commitment, Conflict
from records.filters import among, choice, since, until
from records.queued import RunState
from reports.models import ReportRun, ReportTemplate
from reports.selectors.parity import HEADS
from reports.selectors.silence import Silence


class ReportRunFilter(django_filters.FilterSet):
    """By what was asked for and by how far it is."""

    state = django_filters.ChoiceFilter(choices=RunState.choices)
    template = django_filters.ChoiceFilter(choices=ReportTemplate.choices)

    class Meta:
        model = ReportRun
        fields = ["conflict"]


class EventFilter(django_filters.FilterSet):
    """Which events are measured: of a conflict, through a channel, of a kind, in a period."""

    conflict = among(_("Conflict"), Conflict)
    channel = among(_("Channel"), Channel, method="filter_channel")
    outcome_kind = choice(_("Kind"), OutcomeKind.choices)
    since = since(_("Since"))
    until = until(_("Until"))

    class Meta:
        model = Outcome
        fields = []

    def filter_channel(self, queryset, name, value: uuid.UUID):
        return queryset.filter(pk__in=OutcomeChannel.objects.counted().filter(channel=value).values("outcome"))


class ParityFilter(EventFilter):
    """Only of the kinds that have two directions to compare."""

    outcome_kind = choice(_("Kind"), [(kind.value, kind.label) for kind in HEADS])


class SilenceFilter(django_filters.FilterSet):
    """Which channels are asked for; ``state`` is computed, so the list itself is filtered by it."""

    conflict = among(_("Conflict"), Conflict)
    state = choice(_("State"), Silence.choices, method="leave")

    class Meta:
        model = Channel
        fields = []

    def leave(self, queryset, name, value):
        return queryset


class OverdueFilter(django_filters.FilterSet):
    """Whose overdue promises are asked for: those made in the talks of a conflict, or in one channel."""

    conflict = among(_("Conflict"), Conflict, method="filter_conflict")
    channel = among(_("Channel"), Channel, method="filter_channel")

    class Meta:
        model = Commitment
        fields = []

    def filter_conflict(self, queryset, name, value: Conflict):
        return queryset.filter(made_in("channel__conflict", value))

    def filter_channel(self, queryset, name, value: Channel):
        return queryset.filter(made_in("channel", value))


def made_in(path: str, value) -> Q:
    """Return the condition that a promise's agreement, or else its meeting, is of this."""
    return Q(**{f"agreement__{path}": value}) | Q(**{"agreement": None, f"meeting__{path}": value})


class GapFilter(django_filters.FilterSet):
    """Which running totals are compared with events."""

    conflict = among(_("Conflict"), Conflict)
    claimant = among(_("Claimed by"), Actor)
    category = choice(_("Of what"), Category.choices)
    since = since(_("Since"), "as_of")
    until = until(_("Until"), "as_of")

    class Meta:
        model = RunningTotal
        fields = []
