"""Addresses of the desk: entering, checking, one's own work."""

from django.urls import path

from desk.views import meetings

app_name = "desk"

urlpatterns = [
    path("meetings/add/", meetings.MeetingEntry.as_view(), name="meeting-add"),
    path("meetings/<uuid:pk>/edit/", meetings.MeetingEntry.as_view(), name="meeting-edit"),
]
