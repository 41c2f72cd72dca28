"""The API's addresses: one resource for every kind of record."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from access.views.tokens import FoundTokenResource
from exchanges import viewsets as exchanges
from intake import viewsets as intake
from intermediaries import viewsets as intermediaries
from negotiations import viewsets as negotiations
from records.api import kinds as records
from records.api import review
from records.api.files import AttachmentViewSet
from records.api.merges import MergeViewSet
from records.api.schema import SchemaMadeOnce
from reports import measure_viewsets as measures
from reports.viewsets import ReportRunViewSet
from sources import viewsets as sources

app_name = "api"

RESOURCES = [
    ("conflicts", negotiations.ConflictViewSet),
    ("parties", negotiations.PartyViewSet),
    ("conflict-mandates", negotiations.ConflictMandateViewSet),
    ("places", negotiations.PlaceViewSet),
    ("channels", negotiations.ChannelViewSet),
    ("channel-parties", negotiations.ChannelPartyViewSet),
    ("channel-intermediaries", negotiations.ChannelIntermediaryViewSet),
    ("meetings", negotiations.MeetingViewSet),
    ("participants", negotiations.ParticipantViewSet),
    ("follow-ups", negotiations.FollowUpViewSet),
    ("agreements", negotiations.AgreementViewSet),
    ("agreement-parties", negotiations.AgreementPartyViewSet),
    ("commitments", negotiations.CommitmentViewSet),
    ("mutes", negotiations.MuteViewSet),
    ("locked-periods", negotiations.LockedPeriodViewSet),
    ("outcomes", exchanges.OutcomeViewSet),
    ("outcome-channels", exchanges.OutcomeChannelViewSet),
    ("outcome-meetings", exchanges.OutcomeMeetingViewSet),
    ("outcome-agreements", exchanges.OutcomeAgreementViewSet),
    ("outcome-roles", exchanges.OutcomeRoleViewSet),
    ("claims", exchanges.ClaimViewSet),
    ("estimates", exchanges.EstimateViewSet),
    ("estimate-claims", exchanges.EstimateClaimViewSet),
    ("deliveries", exchanges.DeliveryViewSet),
    ("running-totals", exchanges.RunningTotalViewSet),
    ("actors", intermediaries.ActorViewSet),
    ("actor-names", intermediaries.ActorNameViewSet),
    ("mandates", intermediaries.MandateViewSet),
    ("representatives", intermediaries.RepresentativeViewSet),
    ("sources", sources.SourceViewSet),
    ("citations", sources.CitationViewSet),
    ("archived-copies", sources.ArchivedCopyViewSet),
    ("attachments", AttachmentViewSet),
    ("candidates", intake.CandidateViewSet),
    ("embargoes", records.EmbargoViewSet),
    ("public-summaries", records.PublicSummaryViewSet),
    ("summary-links", records.SummaryOfViewSet),
    ("queries", review.QueryViewSet),
    ("field-checks", review.FieldCheckViewSet),
    ("assignments", review.AssignmentViewSet),
    ("merges", MergeViewSet),
]

router = SimpleRouter()
for prefix, viewset in RESOURCES:
    router.register(prefix, viewset, basename=viewset.queryset.model.kind_of())
router.register("to-review", review.ToReviewViewSet, basename="to-review")
router.register("ledger", exchanges.LedgerViewSet, basename="ledger")
router.register("report-runs", ReportRunViewSet, basename="report-run")
# What is computed over records; a list only.
router.register("parity", measures.ParityViewSet, basename="parity")
router.register("lag", measures.LagViewSet, basename="lag")
router.register("silence", measures.SilenceViewSet, basename="silence")
router.register("overdue", measures.OverdueViewSet, basename="overdue")
router.register("credit", measures.CreditViewSet, basename="credit")
router.register("running-total-gaps", measures.GapViewSet, basename="running-total-gap")

urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(generator_class=SchemaMadeOnce), name="schema"),
    path("revoke-token/", FoundTokenResource.as_view(), name="revoke-token"),
    *router.urls,
]
