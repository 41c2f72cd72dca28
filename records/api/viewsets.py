"""What every API resource does."""

import re
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.filters import OrderingFilter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from access import permissions
from access.context import current_reader
from records import guard
from records.api.errors import Precondition
from records.api.history import HistorySerializer, as_told, entries_asked
from records.api.review_actions import ReviewActions
from records.api.schema import IF_MATCH
from records.api.serializers import MarkingSerializer, VersionSerializer, api_url
from records.marking import Readers
from records.merging import kept_of
from records.models import Record
from records.reviewing import restore as restore_record
from records.services import add_record, change_marking, change_record, withdraw_record

ALIKE = OpenApiParameter(
    "Possible-Duplicates",
    str,
    OpenApiParameter.HEADER,
    response=[201],
    description="Addresses of records you may see that may be the one just made, each in angle brackets, after commas. "
    "Left out where there are none.",
)
MOST_ALIKE = 5

# A version alone, or an ETag as it was given: "3-1f0c5a9b2e47", weak or not.
VERSION = re.compile(r'(?:W/)?"?(?P<version>[0-9]{1,10})(?:-[0-9a-f]{12})?"?')


def etag_of(record: Record) -> str:
    """Return the version with a digest of who reads: two readers may be shown different parts of one version.

    Keyed, because the numbers of the labels would tell how many others there are.
    """
    reader = current_reader()
    told = f"{reader.role} {reader.user_id} {reader.labels}"
    return f'"{record.version}-{salted_hmac("parley.etag", told).hexdigest()[:12]}"'


PARAMETERS_OF_LISTS = frozenset({"ordering", "page", "page_size"})


class RecordOrdering(OrderingFilter):
    """``?ordering=-started_on``; an ordering that is not offered is refused by name. Ties by identity."""

    def get_ordering(self, request, queryset, view):
        asked = request.query_params.get(self.ordering_param)
        if not asked:
            return [*queryset.model._meta.ordering, "pk"]
        offered = {name for name, _label in self.get_valid_fields(queryset, view)}
        terms = [term.strip() for term in asked.split(",")]
        wrong = [term for term in terms if term.removeprefix("-") not in offered]
        if wrong:
            told = _("Cannot order by %(wrong)s. Choose from: %(offered)s.")
            raise exceptions.ValidationError(
                {"ordering": [told % {"wrong": ", ".join(wrong), "offered": ", ".join(sorted(offered))}]}
            )
        return [*terms, "pk"]


class KnownFiltersMixin:
    """Refuses a filter that there is none of: one that is mistyped and ignored would answer with everything."""

    other_parameters: frozenset[str] = frozenset()  # of lists, besides the filters

    def filter_queryset(self, queryset):
        # Filters belong to the list: a withdrawn record, left out there, is still found by its address.
        if self.action != "list":
            return queryset
        unknown = set(self.request.query_params) - set(self.filterset_class.base_filters)
        unknown -= PARAMETERS_OF_LISTS | self.other_parameters
        if unknown:
            raise exceptions.ValidationError({name: [_("There is no such filter.")] for name in sorted(unknown)})
        return super().filter_queryset(queryset)


class RecordViewSet(
    ReviewActions,
    KnownFiltersMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet,
):
    """List, read, create, change, review and withdraw one kind of record; the pages' rules and errors.

    Subclasses give ``queryset``, ``serializer_class``, ``filterset_class``, ``ordering_fields``, ``related`` and
    ``prefetch``.
    """

    http_method_names = ["get", "head", "options", "post", "patch"]
    filter_backends = [DjangoFilterBackend, RecordOrdering]
    ordering_fields: tuple[str, ...] = ("recorded_at", "updated_at")
    actions_needed = {"withdraw": permissions.WITHDRAW, "restore": permissions.REVIEW}
    related: tuple[str, ...] = ()
    prefetch: tuple = ()

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        # In whatever is written: why what looks like personal data must stay in it.
        if self.action and request.method not in SAFE_METHODS and isinstance(request.data, dict):
            guard.allow(str(request.data.get(guard.REASON) or "")[:400])

    def get_queryset(self):
        return super().get_queryset().select_related("label", "author", *self.related).prefetch_related(*self.prefetch)

    @cached_property
    def readers(self) -> Readers:
        """Who can see the records of this answer, asked once for all of them."""
        return Readers()

    def get_serializer_context(self):
        return super().get_serializer_context() | {"readers": self.readers}

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        self.readers.add([*page, *prefetched(page)])
        return page

    def expected_version(self) -> int:
        """Return the version the client changed; raise Precondition where it does not say."""
        told: Any = self.request.headers.get("If-Match")
        if told is None and isinstance(self.request.data, dict):
            told = self.request.data.get("version")
        if told is None:
            raise Precondition
        found = VERSION.fullmatch(str(told))
        if found is None:
            raise exceptions.ValidationError({"version": [_('Give the number of the version, for example "3".')]})
        return int(found["version"])

    def retrieve(self, request, *args, **kwargs):
        """One record. The address of a record that was merged leads to the kept one: 301."""
        record = self.get_object()
        kept = kept_of(record)
        if kept is not None:
            url = api_url(kept, request)
            told = {"merged_into": {"kind": kept.kind, "id": str(kept.pk), "name": str(kept), "url": url}}
            return Response(told, status=status.HTTP_301_MOVED_PERMANENTLY, headers={"Location": url})
        return Response(self.get_serializer(record).data, headers={"ETag": etag_of(record)})

    @extend_schema(parameters=[ALIKE])
    @transaction.atomic
    def create(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        record = self.make(serializer.validated_data)
        record = self.get_queryset().get(pk=record.pk)
        body = self.get_serializer(record).data
        headers = {"Location": body["url"], "ETag": etag_of(record)}
        if alike := record.alike():
            headers[ALIKE.name] = ", ".join(f"<{api_url(one, request)}>" for one in alike[:MOST_ALIKE])
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    def make(self, fields: dict[str, Any]) -> Record:
        """Write a new record of these fields; resources that write several records at once override this."""
        return self.add(self.model_of()(**fields))

    def add(self, record: Record) -> Record:
        """Write a new record; resources whose records are written by a service of their own call that instead."""
        return add_record(current_reader(), record)

    @extend_schema(parameters=[IF_MATCH])
    @transaction.atomic
    def partial_update(self, request, *args, **kwargs):
        record = self.get_object()
        serializer = self.get_serializer(record, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        for name, value in serializer.validated_data.items():
            setattr(record, name, value)
        # Why it is changed; where the kind has a reason of its own, that field is meant.
        reason = "" if "reason" in serializer.fields else str(request.data.get("reason") or "")[:2000]
        self.change(record, expected_version=self.expected_version(), reason=reason)
        return self.answer(record)

    def change(self, record: Record, *, expected_version: int, reason: str) -> Record:
        """Write a changed record; resources whose records are changed by a service of their own call that instead."""
        return change_record(current_reader(), record, expected_version=expected_version, reason=reason)

    @extend_schema(request=MarkingSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def marking(self, request, *args, **kwargs):
        """Change who can see a record; what hangs on it follows. Lowering is a reviewer's act and needs a reason."""
        record = self.get_object()
        body = MarkingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        change_marking(
            current_reader(),
            record,
            level=body.validated_data["level"],
            compartments=body.validated_data.get("compartments", record.compartments),
            reason=body.validated_data["reason"],
            expected_version=self.expected_version(),
        )
        return self.answer(record)

    @extend_schema(request=VersionSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def withdraw(self, request, *args, **kwargs):
        record = self.get_object()
        body = VersionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        withdraw_record(
            current_reader(), record, reason=body.validated_data["reason"], expected_version=self.expected_version()
        )
        return self.answer(record)

    @extend_schema(request=VersionSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def restore(self, request, *args, **kwargs):
        """Take back a withdrawal, with a reason: the record is what it was before. A reviewer's act."""
        record = self.get_object()
        body = VersionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reason, version = body.validated_data["reason"], self.expected_version()
        restore_record(current_reader(), record, reason=reason, expected_version=version)
        return self.answer(record)

    @extend_schema(
        responses=HistorySerializer(many=True),
        parameters=[
            OpenApiParameter("field", str, description="Only changes of this field."),
            OpenApiParameter("person", str, description="Only of this account, by user name; `-` is the system."),
        ],
        filters=False,
    )
    @action(detail=True, methods=["get"], filter_backends=[])
    def history(self, request, *args, **kwargs):
        """Every change of the record that you may see, newest first, in sentences and field by field."""
        record = self.get_object()
        entries, field = entries_asked(record, request.query_params)
        page = self.paginator.paginate_queryset(entries, request, view=self)
        return self.get_paginated_response(as_told(page, record, field))

    def answer(self, record: Record) -> Response:
        record = self.get_queryset().get(pk=record.pk)
        return Response(self.get_serializer(record).data, headers={"ETag": etag_of(record)})

    def model_of(self) -> type[Record]:
        return self.queryset.model


def prefetched(records: list[Record]) -> list[Record]:
    """Return the records that were fetched with these, as parts of them, labels and all."""
    return [
        part
        for record in records
        for parts in getattr(record, "_prefetched_objects_cache", {}).values()
        for part in parts
        if isinstance(part, Record) and "label" in part._state.fields_cache
    ]
