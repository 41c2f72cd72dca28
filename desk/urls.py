"""Addresses of the desk: entering, checking, one's own work."""

from django.urls import path

from desk.views import drafts, meetings, shortcuts

app_name = "desk"

urlpatterns = [
    path("desk/drafts/", drafts.Drafts.as_view(), name="drafts"),
    path("desk/kept/<uuid:pk>/", drafts.KeepForm.as_view(), name="kept"),
    path("desk/kept/<uuid:pk>/discard/", drafts.DiscardForm.as_view(), name="kept-discard"),
    path("desk/shortcuts/", shortcuts.Shortcuts.as_view(), name="shortcuts"),
    path("meetings/add/", meetings.MeetingEntry.as_view(), name="meeting-add"),
    path("meetings/<uuid:pk>/edit/", meetings.MeetingEntry.as_view(), name="meeting-edit"),
]
