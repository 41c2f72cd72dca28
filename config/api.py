"""The API's addresses: one resource for every kind of record."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from negotiations import viewsets as negotiations
from reports.viewsets import ReportRunViewSet

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
]

router = SimpleRouter()
for prefix, viewset in RESOURCES:
    router.register(prefix, viewset, basename=viewset.queryset.model.kind_of())
router.register("report-runs", ReportRunViewSet, basename="report-run")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    *router.urls,
]
