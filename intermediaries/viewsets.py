"""The API's resources of the intermediaries room."""

from django.apps import apps

from intermediaries import filters, models, serializers
from records.api.viewsets import RecordViewSet
from records.querysets import current

# By name: this room lies below the one that holds the sources.
CITATIONS = current("citations", apps.get_model("sources", "Citation"), "source")


class ActorViewSet(RecordViewSet):
    queryset = models.Actor.objects.all()
    serializer_class = serializers.ActorSerializer
    filterset_class = filters.ActorFilter
    ordering_fields = ("name", "kind_of_actor", "recorded_at", "updated_at")
    prefetch = (
        current("names", models.ActorName, "actor"),
        current("mandates", models.Mandate, "actor"),
        current("representatives", models.Representative, "actor"),
        CITATIONS,
    )


class ActorNameViewSet(RecordViewSet):
    queryset = models.ActorName.objects.all()
    serializer_class = serializers.ActorNameSerializer
    filterset_class = filters.ActorNameFilter
    ordering_fields = ("name", "recorded_at", "updated_at")
    related = ("actor",)


class MandateViewSet(RecordViewSet):
    queryset = models.Mandate.objects.all()
    serializer_class = serializers.MandateSerializer
    filterset_class = filters.MandateFilter
    ordering_fields = ("started_on", "role", "recorded_at", "updated_at")
    related = ("actor",)
    prefetch = (CITATIONS,)


class RepresentativeViewSet(RecordViewSet):
    queryset = models.Representative.objects.all()
    serializer_class = serializers.RepresentativeSerializer
    filterset_class = filters.RepresentativeFilter
    ordering_fields = ("name", "started_on", "recorded_at", "updated_at")
    related = ("actor",)
    prefetch = (CITATIONS,)
