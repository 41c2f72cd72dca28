"""The API's resource of reports: ask, look, try again. Everybody sees their own and nobody else's."""

from django.db import transaction
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from access import permissions
from access.context import current_reader
from reports.filters import ReportRunFilter
from reports.models import ReportRun
from reports.serializers import ReportRunDetailSerializer, ReportRunSerializer
from reports.services import request_report, retry_report

NEEDED = ("list", "retrieve", "create", "retry")


class ReportRunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Reports made by the worker with the asker's rights.

    Ask with POST, then GET the address in `Location` until `state` is `done` or `failed`.
    """

    queryset = ReportRun.objects.all()
    filterset_class = ReportRunFilter
    http_method_names = ["get", "head", "options", "post"]
    actions_needed = dict.fromkeys(NEEDED, permissions.REPORT)

    def get_queryset(self):
        runs = super().get_queryset().with_names()
        return runs.defer("result") if self.action == "list" else runs

    def get_serializer_class(self):
        return ReportRunSerializer if self.action in {"list", "create"} else ReportRunDetailSerializer

    @extend_schema(responses={201: ReportRunSerializer})
    @transaction.atomic
    def create(self, request, *args, **kwargs):
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        run = request_report(current_reader(), **asked.validated_data)
        body = self.get_serializer(self.get_queryset().get(pk=run.pk)).data
        return Response(body, status=status.HTTP_201_CREATED, headers={"Location": body["url"]})

    @extend_schema(request=None, responses={200: OpenApiResponse(ReportRunDetailSerializer)})
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def retry(self, request, *args, **kwargs):
        """Put a failed report back into the queue; any other stays as it is."""
        run = retry_report(current_reader(), self.get_object())
        return Response(self.get_serializer(self.get_queryset().get(pk=run.pk)).data)
