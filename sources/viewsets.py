"""The API's resources of the sources room."""

from records.api.viewsets import RecordViewSet
from sources import filters, models, serializers


class SourceViewSet(RecordViewSet):
    queryset = models.Source.objects.all()
    serializer_class = serializers.SourceSerializer
    filterset_class = filters.SourceFilter
    ordering_fields = ("publisher", "title", "published_on", "reliability", "recorded_at", "updated_at")
    related = ("derived_from",)


class CitationViewSet(RecordViewSet):
    queryset = models.Citation.objects.all()
    serializer_class = serializers.CitationSerializer
    filterset_class = filters.CitationFilter
    ordering_fields = ("position", "credibility", "recorded_at", "updated_at")
    related = ("source", "record_type")
