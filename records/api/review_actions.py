"""What the API does with any record in its review: what is to check, submit, return, verify."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from access import permissions
from access.context import current_reader
from records import reviewing
from records.api.schema import IF_MATCH
from records.api.serializers import LookedAtSerializer
from records.checking import Item, ItemState, sheet_of


class ReturnSerializer(LookedAtSerializer):
    """Why a record is returned."""

    note = serializers.CharField(max_length=2000, help_text="What is to be mended; the history keeps it.")


class WordsSerializer(serializers.Serializer):
    """One field of a part, in words."""

    field = serializers.CharField(source="name")
    label = serializers.CharField()
    words = serializers.CharField()


class ItemSerializer(serializers.Serializer):
    """One thing to compare with the sources: a field, or a part as a whole."""

    record_kind = serializers.CharField(source="record.kind")
    record_id = serializers.UUIDField(source="record.pk")
    version = serializers.IntegerField(source="record.version")
    field = serializers.CharField(source="name", help_text="Empty: the part as a whole.")
    label = serializers.CharField()
    words = serializers.CharField()
    before = serializers.SerializerMethodField(help_text="What was verified, where it differs now; else null.")
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in ItemState])
    rows = WordsSerializer(many=True, help_text="The part's own fields.")
    queries = serializers.SerializerMethodField(help_text="Queries about it that are not settled, by identifier.")

    def get_before(self, item: Item) -> str | None:
        if not item.pieces:
            return None
        return "".join(text for kind, text in item.pieces if kind != "added")

    def get_queries(self, item: Item) -> list[str]:
        return [str(query.pk) for query in item.queries]


class SheetSerializer(serializers.Serializer):
    """Everything there is to check of a record, for this reader."""

    version = serializers.IntegerField(source="record.version")
    is_settled = serializers.BooleanField(help_text="Whether it can be verified now.")
    is_own = serializers.BooleanField(help_text="Whether the reader entered or changed it: then another verifies it.")
    items = ItemSerializer(many=True)
    left_to_others = serializers.SerializerMethodField(help_text="Parts that the reader wrote, by identifier.")

    def get_left_to_others(self, sheet) -> list[str]:
        return [str(part.pk) for part in sheet.own_parts]


class ReviewActions:
    """The steps of the review, for kinds that a second person verifies; see docs/review.md."""

    @classmethod
    def get_extra_actions(cls):
        found = super().get_extra_actions()
        if cls.queryset is not None and not cls.queryset.model.is_reviewed:
            return [one for one in found if one.__name__ not in REVIEW_ACTIONS]
        return found

    @extend_schema(responses=SheetSerializer, filters=False)
    @action(detail=True, methods=["get"], filter_backends=[])
    def review(self, request, *args, **kwargs):
        """What is to compare with the sources, field by field, and how far that is. For reviewers."""
        record = self.get_object()
        permissions.demand(permissions.REVIEW)
        return Response(SheetSerializer(sheet_of(record)).data)

    @extend_schema(request=LookedAtSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def submit(self, request, *args, **kwargs):
        """Send a draft, or a returned record, to review: whoever wrote it does."""
        record = self.get_object()
        reviewing.submit(current_reader(), record, expected_version=self.expected_version())
        return self.answer(record)

    @extend_schema(request=LookedAtSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def verify(self, request, *args, **kwargs):
        """Verify a record as it is now, with its parts, once everything matches or has an answered query.

        A reviewer's act, never of somebody who wrote any of it since it was last verified.
        """
        record = self.get_object()
        reviewing.verify(current_reader(), record, expected_version=self.expected_version())
        return self.answer(record)

    @extend_schema(request=ReturnSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    @transaction.atomic
    def return_record(self, request, *args, **kwargs):
        """Return a record that waits to whoever wrote it, with a note. A reviewer's act."""
        record = self.get_object()
        body = ReturnSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        note, version = body.validated_data["note"], self.expected_version()
        reviewing.return_record(current_reader(), record, note=note, expected_version=version)
        return self.answer(record)


REVIEW_ACTIONS = frozenset({"review", "submit", "verify", "return_record"})
