"""Addresses of the inbox and of imports."""

app_name = "intake"

urlpatterns: list = []
