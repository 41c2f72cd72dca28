"""What every template may know of the reader."""

from django.http import HttpRequest

from access import permissions
from access.context import has_reader


def reader(request: HttpRequest) -> dict:
    """Return the user, the role's words and what the reader may do; empty outside the door (early error pages)."""
    if not has_reader() or not hasattr(request, "reader"):
        return {}
    return {
        "user": request.user,
        "reader": request.reader,
        "may_write": permissions.may(permissions.WRITE),
        "may_report": permissions.may(permissions.REPORT),
    }
