"""The shell of every page with what is the reader's own work."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from access import permissions
from access.context import current_reader
from desk.work import number_of_drafts, tasks_of
from intake.models import Candidate
from records.waiting import number_to_review
from reports.context_processors import item
from reports.context_processors import shell as shell_of_reports

AFTER_RECORDS = 2


def shell(request: HttpRequest) -> dict:
    """Return theme, wishes and navigation, with "My work" for whoever may write and "To review" for reviewers."""
    context = shell_of_reports(request) | {"single_keys_off": request.COOKIES.get("keys") == "off"}
    if "navigation" in context and request.user.is_authenticated and permissions.may(permissions.WRITE):
        actor = current_reader()
        tasks = tasks_of(actor)
        own = item(request, "desk:my-work", _("My work"), "person", len(tasks))
        own["hot"] = any(task.is_overdue for task in tasks)
        items = [own, item(request, "desk:drafts", _("Drafts"), "draft", number_of_drafts(actor))]
        if permissions.may(permissions.REVIEW):
            waiting = number_to_review(actor)
            items.append(item(request, "desk:to-review", _("To review"), "review", waiting) | {"hot": waiting > 0})
        items += [
            item(request, "intake:candidate-list", _("Inbox"), "down", Candidate.objects.waiting().count()),
            item(request, "intake:import-run-list", _("Imports"), "file", None),
        ]
        context["navigation"].insert(AFTER_RECORDS, {"label": _("My work"), "items": items})
    return context
