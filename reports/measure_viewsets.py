"""The API's resources of the analysis: the pages' own figures, computed for each reader."""

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, viewsets
from rest_framework.response import Response

from exchanges.models import Outcome, RunningTotal
from negotiations.models import Channel
from reports import filters, measure_serializers
from reports.selectors import measures


class MeasureViewSet(viewsets.GenericViewSet):
    """A list that is computed from the records matching the filters. Subclasses give ``measured``."""

    http_method_names = ["get", "head", "options"]
    queryset = Outcome.objects.all()
    filterset_class = filters.EventFilter
    pagination_class = None

    def get_queryset(self):
        return super().get_queryset().counted()

    def measured(self, records) -> list:
        raise NotImplementedError

    def list(self, request, *args, **kwargs):
        unknown = set(request.query_params) - set(self.filterset_class.base_filters)
        if unknown:
            raise exceptions.ValidationError({name: [_("There is no such filter.")] for name in sorted(unknown)})
        found = self.measured(self.filter_queryset(self.get_queryset()))
        return Response(self.get_serializer(found, many=True).data)


class ParityViewSet(MeasureViewSet):
    """What went each way in every exchange and transfer of remains, event by event and so far."""

    filterset_class = filters.ParityFilter
    serializer_class = measure_serializers.ParitySerializer

    def measured(self, records):
        return measures.parity(records)


class LagViewSet(MeasureViewSet):
    """Days from promise to delivery and from meeting to outcome: medians and the cases themselves."""

    serializer_class = measure_serializers.LagSerializer

    def measured(self, records):
        return measures.lags(records)


class SilenceViewSet(MeasureViewSet):
    """How long every channel has been silent, against its own usual gap; muted alarms say why."""

    queryset = Channel.objects.all()
    filterset_class = filters.SilenceFilter
    serializer_class = measure_serializers.SilenceSerializer

    def measured(self, records):
        return measures.silences(records, timezone.localdate(), self.request.query_params.get("state", ""))


class CreditViewSet(MeasureViewSet):
    """In how many events who is credited by whom, by kind of event."""

    serializer_class = measure_serializers.CreditSerializer

    def measured(self, records):
        return measures.credit(records)


class GapViewSet(MeasureViewSet):
    """Every running total in force against the events in its window; never added to them."""

    queryset = RunningTotal.objects.all()
    filterset_class = filters.GapFilter
    serializer_class = measure_serializers.GapSerializer

    def get_queryset(self):
        return super().get_queryset().in_force()

    def measured(self, records):
        return measures.gaps(records)
