"""The API's resources of the analysis: the pages' own figures, computed for each reader."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, viewsets
from rest_framework.response import Response

from exchanges.models import Outcome, RunningTotal
from negotiations.models import Channel, Commitment
from records.known_views import PARAMETERS, AsKnownResource
from reports import filters, measure_serializers
from reports.selectors import measures


class MeasureViewSet(AsKnownResource, viewsets.GenericViewSet):
    """A list that is computed from the records matching the filters. Subclasses give ``measured``."""

    http_method_names = ["get", "head", "options"]
    queryset = Outcome.objects.all()
    filterset_class = filters.EventFilter
    pagination_class = None

    def get_queryset(self):
        return super().get_queryset().counted(self.known)

    @property
    def today(self) -> dt.date:
        """The day that silence and delay are counted to."""
        return self.known.day if self.known else timezone.localdate()

    def measured(self, records) -> list:
        raise NotImplementedError

    @extend_schema(parameters=PARAMETERS)
    def list(self, request, *args, **kwargs):
        unknown = set(request.query_params) - set(self.filterset_class.base_filters) - self.other_parameters
        if unknown:
            raise exceptions.ValidationError({name: [_("There is no such filter.")] for name in sorted(unknown)})
        found = self.measured(self.filter_queryset(self.get_queryset()))
        return Response(self.get_serializer(found, many=True).data)


class ParityViewSet(MeasureViewSet):
    """What went each way in every exchange and transfer of remains, event by event and so far."""

    filterset_class = filters.ParityFilter
    serializer_class = measure_serializers.ParitySerializer

    def measured(self, records):
        return measures.parity(records, self.known)


class LagViewSet(MeasureViewSet):
    """Days from promise to delivery and from meeting to outcome: medians and the cases themselves."""

    serializer_class = measure_serializers.LagSerializer

    def measured(self, records):
        return measures.lags(records, self.known)


class SilenceViewSet(MeasureViewSet):
    """How long every channel has been silent, against its own usual gap; muted alarms say why."""

    queryset = Channel.objects.all()
    filterset_class = filters.SilenceFilter
    serializer_class = measure_serializers.SilenceSerializer

    def measured(self, records):
        return measures.silences(records, self.today, self.request.query_params.get("state", ""), self.known)


class OverdueViewSet(MeasureViewSet):
    """Promises past the day they were due and known to be lacking, by direction; muted alarms say why."""

    queryset = Commitment.objects.all()
    filterset_class = filters.OverdueFilter
    serializer_class = measure_serializers.OverdueSerializer

    def measured(self, records):
        return measures.overdue(records, self.today, self.known)


class CreditViewSet(MeasureViewSet):
    """In how many events who is credited by whom, by kind of event."""

    serializer_class = measure_serializers.CreditSerializer

    def measured(self, records):
        return measures.credit(records, self.known)


class GapViewSet(MeasureViewSet):
    """Every running total in force against the events in its window; never added to them."""

    queryset = RunningTotal.objects.all()
    filterset_class = filters.GapFilter
    serializer_class = measure_serializers.GapSerializer

    def get_queryset(self):
        return super().get_queryset().in_force(self.known)

    def measured(self, records):
        return measures.gaps(records, self.known)
