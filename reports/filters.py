"""Filters of the list of one's own reports."""

import django_filters

from reports.models import ReportRun, ReportTemplate, RunState


class ReportRunFilter(django_filters.FilterSet):
    """By what was asked for and by how far it is."""

    state = django_filters.ChoiceFilter(choices=RunState.choices)
    template = django_filters.ChoiceFilter(choices=ReportTemplate.choices)

    class Meta:
        model = ReportRun
        fields = ["conflict"]
