"""The API's resource of the inbox."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action

from access.context import current_reader
from intake import inbox
from intake.filters import CandidateFilter
from intake.models import Candidate
from intake.serializers import AcceptSerializer, CandidateSerializer, MergeIntoSerializer
from records.api.serializers import VersionSerializer
from records.api.viewsets import IF_MATCH, RecordViewSet


class CandidateViewSet(RecordViewSet):
    """Candidates of the inbox: proposed by scripts, decided about by people. Whoever may not write sees none."""

    queryset = Candidate.objects.all()
    serializer_class = CandidateSerializer
    filterset_class = CandidateFilter
    ordering_fields = ("recorded_at", "updated_at", "decided_at")
    related = ("conflict", "decided_by")
    became: dict | None = None

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        self.became = inbox.became_of(page)
        return page

    def get_serializer_context(self):
        return super().get_serializer_context() | {"became": self.became}

    def make(self, fields):
        fields.setdefault("level", inbox.usual_level(current_reader()))
        token = self.request._request.api_token
        if token is not None and not fields.get("origin_words"):
            fields["origin_words"] = token.name
        return inbox.propose(current_reader(), self.model_of()(**fields))

    def change(self, record, *, expected_version, reason):
        return inbox.amend(current_reader(), record, expected_version=expected_version, reason=reason)

    @extend_schema(request=AcceptSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def accept(self, request, *args, **kwargs):
        """Record a candidate as it is, submitted in your name."""
        candidate = self.get_object()
        inbox.accept(current_reader(), candidate, expected_version=self.expected_version())
        return self.answer(candidate)

    @extend_schema(request=MergeIntoSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def merge(self, request, *args, **kwargs):
        """Put a candidate's claims and sources onto the record it duplicates."""
        candidate = self.get_object()
        body = MergeIntoSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        version = self.expected_version()
        inbox.merge(current_reader(), candidate, body.find(candidate), expected_version=version)
        return self.answer(candidate)

    @extend_schema(request=VersionSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def refuse(self, request, *args, **kwargs):
        """Refuse a candidate; it is kept with the reason."""
        candidate = self.get_object()
        body = VersionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reason, version = body.validated_data["reason"], self.expected_version()
        inbox.refuse(current_reader(), candidate, reason=reason, expected_version=version)
        return self.answer(candidate)

    @extend_schema(request=AcceptSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def undo(self, request, *args, **kwargs):
        """Take a decision back: what came of it is withdrawn, and the candidate waits again."""
        candidate = self.get_object()
        inbox.undo(current_reader(), candidate, expected_version=self.expected_version())
        return self.answer(candidate)
