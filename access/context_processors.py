"""What every template may know of the reader."""

import math

from django.http import HttpRequest
from django.utils import timezone

from access import permissions
from access.context import has_reader
from access.house import house_words
from access.models import Label
from access.services.break_glass import open_glass, unseen_notices


def reader(request: HttpRequest) -> dict:
    """Return the user, what the reader may do and what every page must say of the house; empty outside the door."""
    if not has_reader() or not hasattr(request, "reader"):
        return {}
    reader = request.reader
    glass = open_glass(reader) if reader.wide_until else None
    return {
        "user": request.user,
        "reader": reader,
        "house": house_words(reader),
        "own_glass": glass,
        "minutes_left": math.ceil((glass.until - timezone.now()).total_seconds() / 60) if glass else 0,
        "glass_notices": unseen_notices(reader) if permissions.may(permissions.AUDIT) and reader.user_id else (),
        # Asked anew wherever it stands: at the foot of the page more has been read than at its head.
        "page_label": Label.of_what_was_read,
        "may_write": permissions.may(permissions.WRITE),
        "may_report": permissions.may(permissions.REPORT),
    }
