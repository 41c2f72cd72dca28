"""The API's resources of the sources room."""

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.fields import CharField
from rest_framework.response import Response

from access.context import current_reader
from records.api.files import FilesMixin
from records.api.viewsets import RecordViewSet
from sources import filters, models, serializers
from sources.archiving import ask_for_copy, give_copy
from sources.copy_views import is_given_out
from sources.querysets import with_kept_copies


class SourceViewSet(RecordViewSet):
    queryset = models.Source.objects.all()
    serializer_class = serializers.SourceSerializer
    filterset_class = filters.SourceFilter
    ordering_fields = ("publisher", "title", "published_on", "reliability", "recorded_at", "updated_at")
    related = ("derived_from",)
    prefetch = (with_kept_copies(),)


class CitationViewSet(RecordViewSet):
    queryset = models.Citation.objects.all()
    serializer_class = serializers.CitationSerializer
    filterset_class = filters.CitationFilter
    ordering_fields = ("position", "credibility", "recorded_at", "updated_at")
    related = ("source", "record_type")


class ArchivedCopyViewSet(FilesMixin, RecordViewSet):
    """Copies of sources. Sent with a file, it is kept; without one, the source is fetched from its address.

    The answer comes at once and the copy waits for the worker: read it again until its ``state`` is ``kept`` or
    ``failed``. To try again, send another.
    """

    queryset = models.ArchivedCopy.objects.all()
    serializer_class = serializers.ArchivedCopySerializer
    filterset_class = filters.ArchivedCopyFilter
    ordering_fields = ("received_at", "size", "recorded_at", "updated_at")
    related = ("source",)

    def make(self, fields: dict[str, Any]) -> models.ArchivedCopy:
        given, source, actor = fields.pop("given", None), fields.pop("source"), current_reader()
        is_agreed = fields.pop("is_agreed", False)
        if given is None:
            return ask_for_copy(actor, source, is_agreed=is_agreed, **fields)
        return self.written(given, lambda content, name: give_copy(actor, source, content, name, **fields))

    def is_given_out(self, record) -> bool:
        return is_given_out(record)

    @extend_schema(responses=inline_serializer("CopyText", {"text": CharField(), "told": CharField()}), filters=False)
    @action(detail=True, methods=["get"], filter_backends=[])
    def text(self, request, *args, **kwargs):
        """The text that was read out of the copy, and what is to be said of it."""
        copy = self.get_object()
        if not copy.text_file or not is_given_out(copy):
            raise exceptions.NotFound
        return Response({"text": copy.text(), "told": copy.text_told})
