"""Addresses of what reads across rooms."""

from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("", views.Overview.as_view(), name="overview"),
]
