"""Addresses of what reads across rooms."""

from django.urls import path

from reports.views import about, overview, search

app_name = "reports"

urlpatterns = [
    path("", overview.Overview.as_view(), name="overview"),
    path("search/", search.Search.as_view(), name="search"),
    path("method/", about.Method.as_view(), name="method"),
    path("accessibility/", about.Accessibility.as_view(), name="accessibility"),
]
