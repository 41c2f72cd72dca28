"""The API's resources of the exchanges room."""

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from access import permissions
from access.context import current_reader
from exchanges import filters, models, serializers
from exchanges.deliveries import allocate_delivery, suggest
from exchanges.promises import ledger
from exchanges.querysets import with_claims
from exchanges.services import set_estimate, supersede_claim
from negotiations.models import Commitment
from records.api.viewsets import KnownFiltersMixin, RecordOrdering, RecordViewSet
from records.known_views import PARAMETERS, AsKnownResource
from records.querysets import current
from sources.querysets import with_citations

KEPT = ("recorded_at", "updated_at")


@extend_schema_view(list=extend_schema(parameters=PARAMETERS), retrieve=extend_schema(parameters=PARAMETERS))
class OutcomeViewSet(AsKnownResource, RecordViewSet):
    queryset = models.Outcome.objects.all()
    serializer_class = serializers.OutcomeSerializer
    filterset_class = filters.OutcomeFilter
    ordering_fields = ("started_on", "title", "outcome_kind", "status", *KEPT)
    related = ("conflict", "place", "place_to", "parent")
    prefetch = (
        current("roles", models.OutcomeRole, "actor", "credited_by"),
        current("channel_links", models.OutcomeChannel, "channel"),
        current("meeting_links", models.OutcomeMeeting, "meeting__channel"),
        current("agreement_links", models.OutcomeAgreement, "agreement"),
        current("tranches", models.Outcome),
        with_citations(),
    )

    def get_queryset(self):
        return super().get_queryset().prefetch_related(with_claims(self.known))

    @extend_schema(responses=serializers.SuggestionSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], url_path="suggested-deliveries", pagination_class=None, filter_backends=[])
    def suggested_deliveries(self, request, *args, **kwargs):
        """The promises this outcome may deliver, the likeliest first, each with the reasons."""
        found = suggest(self.get_object())
        return Response(serializers.SuggestionSerializer(found, many=True, context={"request": request}).data)


@extend_schema_view(list=extend_schema(parameters=PARAMETERS), retrieve=extend_schema(parameters=PARAMETERS))
class ClaimViewSet(AsKnownResource, RecordViewSet):
    queryset = models.Claim.objects.all()
    serializer_class = serializers.ClaimSerializer
    filterset_class = filters.ClaimFilter
    ordering_fields = ("number", "said_on", "as_of", *KEPT)
    related = ("outcome", "commitment", "claimant", "supersedes__claimant")
    prefetch = (with_citations(),)

    def get_queryset(self):
        claims = super().get_queryset()
        return (claims if self.known is None else claims.standing(self.known)).with_state(self.known)

    def add(self, record):
        if record.supersedes:
            return supersede_claim(current_reader(), record.supersedes, record)
        return super().add(record)


class RunningTotalViewSet(ClaimViewSet):
    queryset = models.RunningTotal.objects.all()
    serializer_class = serializers.RunningTotalSerializer
    filterset_class = filters.RunningTotalFilter
    related = ("conflict", "claimant", "supersedes__claimant")


class ReviewedViewSet(RecordViewSet):
    """What only a reviewer may write."""

    actions_needed = dict.fromkeys(["create", "partial_update", "withdraw", "marking"], permissions.ESTIMATE)


@extend_schema_view(list=extend_schema(parameters=PARAMETERS), retrieve=extend_schema(parameters=PARAMETERS))
class EstimateViewSet(AsKnownResource, ReviewedViewSet):
    queryset = models.Estimate.objects.all()
    serializer_class = serializers.EstimateSerializer
    filterset_class = filters.EstimateFilter
    ordering_fields = ("low", "best", "high", *KEPT)
    related = ("outcome", "supersedes")
    prefetch = (current("claim_links", models.EstimateClaim, "claim__claimant"),)

    def get_queryset(self):
        """Estimates as they were made by the end of the day asked for; a judgement is known when it is recorded."""
        estimates = super().get_queryset()
        return estimates if self.known is None else estimates.filter(recorded_at__lt=self.known.end)

    def make(self, fields):
        weighed = [(one["claim"], one.get("use", ""), one.get("reason", "")) for one in fields.pop("claim_links")]
        supersedes = fields.pop("supersedes", None)
        return set_estimate(current_reader(), models.Estimate(**fields), weighed, supersedes=supersedes)


class EstimateClaimViewSet(ReviewedViewSet):
    queryset = models.EstimateClaim.objects.all()
    serializer_class = serializers.EstimateClaimSerializer
    filterset_class = filters.EstimateClaimFilter
    related = ("estimate", "claim__claimant")


class OutcomeChannelViewSet(RecordViewSet):
    queryset = models.OutcomeChannel.objects.all()
    serializer_class = serializers.OutcomeChannelSerializer
    filterset_class = filters.OutcomeChannelFilter
    related = ("outcome", "channel")


class OutcomeMeetingViewSet(RecordViewSet):
    queryset = models.OutcomeMeeting.objects.all()
    serializer_class = serializers.OutcomeMeetingSerializer
    filterset_class = filters.OutcomeMeetingFilter
    related = ("outcome", "meeting__channel")


class OutcomeAgreementViewSet(RecordViewSet):
    queryset = models.OutcomeAgreement.objects.all()
    serializer_class = serializers.OutcomeAgreementSerializer
    filterset_class = filters.OutcomeAgreementFilter
    related = ("outcome", "agreement")


@extend_schema_view(list=extend_schema(parameters=PARAMETERS), retrieve=extend_schema(parameters=PARAMETERS))
class OutcomeRoleViewSet(AsKnownResource, RecordViewSet):
    queryset = models.OutcomeRole.objects.all()
    serializer_class = serializers.OutcomeRoleSerializer
    filterset_class = filters.OutcomeRoleFilter
    ordering_fields = ("position", "role", *KEPT)
    related = ("outcome", "actor", "credited_by")

    def get_queryset(self):
        roles = super().get_queryset()
        return roles if self.known is None else roles.standing(self.known)


class DeliveryViewSet(RecordViewSet):
    queryset = models.Delivery.objects.all()
    serializer_class = serializers.DeliverySerializer
    filterset_class = filters.DeliveryFilter
    ordering_fields = ("share", *KEPT)
    related = ("outcome", "commitment__agreement__channel", "commitment__meeting__channel")

    def add(self, record):
        return allocate_delivery(current_reader(), record)

    def change(self, record, *, expected_version, reason):
        return allocate_delivery(current_reader(), record, expected_version=expected_version, reason=reason)


@extend_schema_view(list=extend_schema(parameters=PARAMETERS))
class LedgerViewSet(AsKnownResource, KnownFiltersMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Promises against what was delivered of them, computed for each reader from what they may see."""

    queryset = Commitment.objects.all()
    serializer_class = serializers.LedgerSerializer
    filterset_class = filters.LedgerFilter
    filter_backends = [DjangoFilterBackend, RecordOrdering]
    ordering_fields = ("due_on", *KEPT)
    http_method_names = ["get", "head", "options"]

    def get_queryset(self):
        promises = super().get_queryset().select_related("label", *filters.LEDGER_RELATED)
        return promises if self.known is None else promises.standing(self.known)

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        self.lines = ledger(page, self.known)
        return page

    def get_serializer_context(self):
        return super().get_serializer_context() | {"lines": getattr(self, "lines", [])}
