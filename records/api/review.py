"""The API's resources of the review: queries with answers, field checks, who is asked to look, what waits."""

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers, viewsets
from rest_framework.decorators import action

from access import permissions
from access.context import current_reader
from records import filters, reviewing
from records.api.pagination import RecordPagination
from records.api.schema import IF_MATCH
from records.api.serializers import AboutRecordMixin, LookedAtSerializer, RecordKindField, RecordSerializer, api_url
from records.api.viewsets import RecordViewSet
from records.models import Assignment, FieldCheck, Query, Record, ReviewState
from records.waiting import Queue, Shown, reviewed_kinds, shown, waiting

KEPT = ("recorded_at", "updated_at")
OWN = ("level", "compartments", "external_id")


class AboutReviewedSerializer(AboutRecordMixin, RecordSerializer):
    """What is said about a record in its review. It is never changed: answered, done or taken back."""

    record_kind = RecordKindField(reviewed_kinds, source="record_type")

    about = ("record_kind", "record_id")

    def to_internal_value(self, data):
        if self.instance is not None and isinstance(data, dict):
            told = _("What was said in a review is never changed. Withdraw it and say it anew.")
            stated = {name: [told] for name in self.about if name in data}
            if stated:
                raise exceptions.ValidationError(stated)
        return super().to_internal_value(data)


class QuerySerializer(AboutReviewedSerializer):
    answered_by = serializers.CharField(source="answered_by.username", read_only=True, default=None, allow_null=True)

    about = ("record_kind", "record_id", "field", "text")

    class Meta:
        model = Query
        fields = (
            *RecordSerializer.base_fields, "record_kind", "record_id", "field", "text", "answer", "answered_by",
            "answered_at", "settled_at",
        )  # fmt: skip


class FieldCheckSerializer(AboutReviewedSerializer):
    about = ("record_kind", "record_id", "field")

    class Meta:
        model = FieldCheck
        fields = (*RecordSerializer.base_fields, "record_kind", "record_id", "field", "checked_version")


class AssignmentSerializer(AboutReviewedSerializer):
    to = serializers.CharField(source="to.username", help_text="The user name of a reviewer who may see the record.")

    about = ("record_kind", "record_id", "to")

    class Meta:
        model = Assignment
        fields = (*RecordSerializer.base_fields, "record_kind", "record_id", "to", "is_mention", "done_at")


class AnswerSerializer(LookedAtSerializer):
    """An answer to a query, with the version of the query looked at."""

    answer = serializers.CharField(max_length=4000, help_text="People named with @ find it under “My work”.")


class AboutRecordViewSet(RecordViewSet):
    """What is said about records in their review; read by those who may write. Subclasses give ``say``."""

    related = ("record_type",)

    def make(self, fields):
        record = fields["record_type"].model_class().objects.get(pk=fields["record_id"])
        own = {name: fields[name] for name in OWN if name in fields}
        return self.say(record, fields, own)

    def say(self, record: Record, fields: dict, own: dict) -> Record:
        raise NotImplementedError


class QueryViewSet(AboutRecordViewSet):
    queryset = Query.objects.all()
    serializer_class = QuerySerializer
    filterset_class = filters.QueryFilter
    ordering_fields = ("answered_at", *KEPT)
    related = ("record_type", "answered_by")

    def say(self, record, fields, own):
        actor, field = current_reader(), fields.get("field", "")
        return reviewing.raise_query(actor, record, field=field, text=fields["text"], **own)

    @extend_schema(request=AnswerSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="answer", url_name="answer")
    @transaction.atomic
    def answer_query(self, request, *args, **kwargs):
        """Answer somebody else's query, once."""
        query = self.get_object()
        body = AnswerSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, version = body.validated_data["answer"], self.expected_version()
        reviewing.answer_query(current_reader(), query, answer=given, expected_version=version)
        return self.answer(query)


class FieldCheckViewSet(AboutRecordViewSet):
    queryset = FieldCheck.objects.all()
    serializer_class = FieldCheckSerializer
    filterset_class = filters.FieldCheckFilter
    ordering_fields = KEPT
    actions_needed = dict.fromkeys(["create", "partial_update", "withdraw", "marking"], permissions.REVIEW)

    def say(self, record, fields, own):
        return reviewing.check_field(current_reader(), record, fields.get("field", ""), **own)


class AssignmentViewSet(AboutRecordViewSet):
    queryset = Assignment.objects.all()
    serializer_class = AssignmentSerializer
    filterset_class = filters.AssignmentFilter
    ordering_fields = ("done_at", *KEPT)
    related = ("record_type", "to")
    actions_needed = dict.fromkeys(["create", "partial_update", "withdraw", "marking"], permissions.REVIEW)

    def say(self, record, fields, own):
        return reviewing.assign(current_reader(), record, to=fields["to"]["username"], **own)

    @extend_schema(request=LookedAtSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def done(self, request, *args, **kwargs):
        """Say, as whoever was asked or as a reviewer, that it is done."""
        assignment = self.get_object()
        reviewing.finish(current_reader(), assignment, expected_version=self.expected_version())
        return self.answer(assignment)


class ToReviewSerializer(serializers.Serializer):
    """One record that waits for a second person."""

    kind = serializers.CharField(source="record.kind", help_text="As in the API's addresses: outcome, running-total.")
    id = serializers.UUIDField(source="record.pk")
    url = serializers.SerializerMethodField(help_text="The record in the API; its review is at review/.")
    display = serializers.CharField(source="record.__str__", help_text="The record in words.")
    review_state = serializers.ChoiceField(choices=ReviewState.choices, source="record.review_state")
    version = serializers.IntegerField(source="record.version")
    author = serializers.CharField(source="record.author.username", default=None, allow_null=True)
    since = serializers.DateTimeField(source="entry.since", help_text="Since when it waits.")
    assigned_to = serializers.SerializerMethodField(help_text="Who is asked to check it, by user name.")
    queries_open = serializers.IntegerField(source="queries", help_text="About it and its parts.")
    parts = serializers.SerializerMethodField(help_text="How many parts of it wait and are checked with it.")

    def get_url(self, one: Shown) -> str:
        return api_url(one.record, self.context["request"])

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_assigned_to(self, one: Shown) -> list[str]:
        return list(dict.fromkeys(str(asked.to) for asked in one.people))

    def get_parts(self, one: Shown) -> int:
        return len(one.entry.parts)


class QueuePagination(RecordPagination):
    """Pages of what waits; the count is exact unless more waits than is looked at."""

    def counted(self, queue: Queue) -> tuple[int, bool]:
        return len(queue), queue.is_whole


class ToReviewViewSet(viewsets.GenericViewSet):
    """What waits for a second person, oldest first. For reviewers."""

    http_method_names = ["get", "head", "options"]
    queryset = Query.objects.all()
    serializer_class = ToReviewSerializer
    pagination_class = QueuePagination
    filter_backends: list = []
    actions_needed = {"list": permissions.REVIEW}

    def list(self, request, *args, **kwargs):
        unknown = set(request.query_params) - {"page", "page_size"}
        if unknown:
            raise exceptions.ValidationError({name: [_("There is no such filter.")] for name in sorted(unknown)})
        found = shown(self.paginate_queryset(waiting()))
        return self.get_paginated_response(self.get_serializer(found, many=True).data)
