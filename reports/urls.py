"""Addresses of what reads across rooms."""

from django.urls import path

from reports.views import overview

app_name = "reports"

urlpatterns = [
    path("", overview.Overview.as_view(), name="overview"),
]
