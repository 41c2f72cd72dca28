"""The API's resource of merges: adding one merges two records, withdrawing it undoes that."""

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.decorators import action

from access import permissions
from access.context import current_reader
from records import guard
from records.api.serializers import LINKED, RecordKindField, RecordSerializer, VersionSerializer, api_url
from records.api.viewsets import IF_MATCH, RecordViewSet
from records.filters import MergeFilter
from records.merging import merge_records, undo_merge
from records.models import Merge, Record
from records.querysets import kinds, named, with_records

LARGEST = 2**31 - 1  # of what the column of a version holds


def mergeable() -> list[type[Record]]:
    """Return the kinds of which two may be merged."""
    return [kind for kind in kinds() if kind.is_mergeable]


class MergeSerializer(RecordSerializer):
    """``record_id`` is the record that goes away, ``into_id`` the one that is kept."""

    record_kind = RecordKindField(mergeable, source="record_type")
    record_version = serializers.IntegerField(
        write_only=True, min_value=1, max_value=LARGEST, help_text="The version of it that you looked at."
    )
    into_version = serializers.IntegerField(
        write_only=True, min_value=1, max_value=LARGEST, help_text="The version of it that you looked at."
    )
    take = serializers.ListField(
        child=serializers.CharField(max_length=60),
        write_only=True,
        required=False,
        help_text="Fields in which the value of the record that goes away stands in the kept one.",
    )
    merged_into = serializers.SerializerMethodField(help_text="The kept record.")

    class Meta:
        model = Merge
        fields = (
            *RecordSerializer.base_fields, "record_kind", "record_id", "record_version", "into_id", "into_version",
            "take", "reason", "part_of", "taken_version", "merged_into",
        )  # fmt: skip
        # It is as secret as the more secret of the two records.
        read_only_fields = ("level", "compartments", "part_of", "taken_version")

    @extend_schema_field(LINKED)
    def get_merged_into(self, merge) -> dict:
        kept = merge.into
        return {"kind": kept.kind, "id": str(kept.pk), "name": str(kept), "url": api_url(kept, self.context["request"])}

    def to_internal_value(self, data):
        if self.instance is not None and isinstance(data, dict):
            sayable = {"external_id", "version", guard.REASON}
            stated = {name for name in data if name in self.fields and not self.fields[name].read_only} - sayable
            if stated:
                told = _("What a merge says is never changed. Undo it and merge again.")
                raise exceptions.ValidationError({name: [told] for name in sorted(stated)})
        return super().to_internal_value(data)

    def validate(self, attrs):
        """Find both records. One that the reader may not see is answered like one that does not exist."""
        attrs = super().validate(attrs)
        if self.instance is None:
            model = attrs["record_type"].model_class()
            for name in ("record_id", "into_id"):
                found = named(model).filter(pk=attrs[name]).first()
                if found is None:
                    raise serializers.ValidationError({name: [_("There is no record with this identifier.")]})
                attrs[name.removesuffix("_id")] = found
        return attrs


class MergeViewSet(RecordViewSet):
    queryset = Merge.objects.all()
    serializer_class = MergeSerializer
    filterset_class = MergeFilter
    ordering_fields = ("recorded_at", "updated_at")
    related = ("record_type", "part_of")
    actions_needed = {"create": permissions.MERGE, "withdraw": permissions.MERGE, "partial_update": permissions.MERGE}
    marking = None
    restore = None

    def get_queryset(self):
        return super().get_queryset().prefetch_related(with_records(kinds(), "into"))

    def make(self, fields):
        """Merge the two, as the page does."""
        return merge_records(
            current_reader(),
            fields["record"],
            fields["into"],
            reason=fields["reason"],
            version=fields["record_version"],
            into_version=fields["into_version"],
            take=fields.get("take", ()),
            external_id=fields.get("external_id", ""),
        )

    @extend_schema(request=VersionSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def withdraw(self, request, *args, **kwargs):
        """Undo a merge: what it moved goes back, as far as nobody has changed it since."""
        merge = self.get_object()
        body = VersionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reason, version = body.validated_data["reason"], self.expected_version()
        undo_merge(current_reader(), merge, reason=reason, expected_version=version)
        return self.answer(merge)
