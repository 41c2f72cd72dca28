"""Addresses of the desk: entering, checking, one's own work."""

app_name = "desk"

urlpatterns: list = []
