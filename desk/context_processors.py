"""The shell of every page with what is the reader's own work."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from access import permissions
from access.context import current_reader
from desk.work import number_of_drafts
from intake.models import Candidate
from reports.context_processors import item
from reports.context_processors import shell as shell_of_reports

AFTER_RECORDS = 2


def shell(request: HttpRequest) -> dict:
    """Return theme, wishes and navigation, with "My work" for whoever may write."""
    context = shell_of_reports(request) | {"single_keys_off": request.COOKIES.get("keys") == "off"}
    if "navigation" in context and request.user.is_authenticated and permissions.may(permissions.WRITE):
        entries = [
            ("desk:drafts", _("Drafts"), "draft", number_of_drafts(current_reader())),
            ("intake:candidate-list", _("Inbox"), "down", Candidate.objects.waiting().count()),
            ("intake:import-run-list", _("Imports"), "file", None),
        ]
        work = {"label": _("My work"), "items": [item(request, *entry) for entry in entries]}
        context["navigation"].insert(AFTER_RECORDS, work)
    return context
