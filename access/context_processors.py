"""What every template may know of the reader."""

from django.http import HttpRequest

from access import permissions
from access.context import has_reader
from access.models import Label


def reader(request: HttpRequest) -> dict:
    """Return the user, the role's words and what the reader may do; empty outside the door (early error pages)."""
    if not has_reader() or not hasattr(request, "reader"):
        return {}
    return {
        "user": request.user,
        "reader": request.reader,
        # Asked anew wherever it stands: at the foot of the page more has been read than at its head.
        "page_label": Label.of_what_was_read,
        "may_write": permissions.may(permissions.WRITE),
        "may_report": permissions.may(permissions.REPORT),
    }
