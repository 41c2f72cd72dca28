"""Addresses of what reads across rooms."""

from django.urls import path

from reports.views import about, measures, overview, runs, search

app_name = "reports"

urlpatterns = [
    path("", overview.Overview.as_view(), name="overview"),
    path("search/", search.Search.as_view(), name="search"),
    path("method/", about.Method.as_view(), name="method"),
    path("reports/", runs.ReportRunList.as_view(), name="report-run-list"),
    path("reports/<uuid:pk>/", runs.ReportRunDetail.as_view(), name="report-run-detail"),
    path("reports/<uuid:pk>/progress/", runs.ReportRunProgress.as_view(), name="report-run-progress"),
    path("reports/<uuid:pk>/result.json", runs.ReportRunResult.as_view(), name="report-run-result"),
    path("reports/<uuid:pk>/retry/", runs.ReportRunRetry.as_view(), name="report-run-retry"),
    path("parity/", measures.ParityPage.as_view(), name="parity"),
    path("lag/", measures.LagPage.as_view(), name="lag"),
    path("silence/", measures.SilencePage.as_view(), name="silence"),
    path("credit/", measures.CreditPage.as_view(), name="credit"),
    path("running-totals/gaps/", measures.GapsPage.as_view(), name="gaps"),
    path("accessibility/", about.Accessibility.as_view(), name="accessibility"),
]
