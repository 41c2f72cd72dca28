"""Addresses of the desk: entering, checking, one's own work."""

from django.urls import path

from desk.choices import FINDABLE
from desk.views import choices

app_name = "desk"

urlpatterns: list = [
    *(path(f"desk/choices/{kind}/", choices.Choices.as_view(kind=kind), name=f"choices-{kind}") for kind in FINDABLE),
]
