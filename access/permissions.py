"""Who may do what: one table, role × action. Reading is decided by the policies, not here."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission

from access.context import Reader, current_reader
from access.levels import Role

READ = "read"
WRITE = "write"
WITHDRAW = "withdraw"
REVIEW = "review"
REPORT = "report"
MANAGE = "manage"

ALLOWED: dict[str, frozenset[str]] = {
    "anonymous": frozenset({READ}),
    "entering": frozenset({READ}),
    Role.ANALYST: frozenset({READ, REPORT}),
    Role.RECORDER: frozenset({READ, REPORT, WRITE, WITHDRAW}),
    Role.REVIEWER: frozenset({READ, REPORT, WRITE, WITHDRAW, REVIEW}),
    Role.ADMINISTRATOR: frozenset({READ, REPORT, MANAGE}),
    "system": frozenset({READ, REPORT, WRITE, WITHDRAW, REVIEW, MANAGE}),
}


def may(action: str, reader: Reader | None = None) -> bool:
    """Return whether the reader (by default the current one) may do ``action``."""
    reader = reader or current_reader()
    return action in ALLOWED.get(reader.role, frozenset())


def demand(action: str) -> None:
    """Raise PermissionDenied unless the current reader may do ``action``."""
    if not may(action):
        raise PermissionDenied(_("Your role does not allow this. Ask a recorder or a reviewer to do it for you."))


class RolePermission(BasePermission):
    """DRF permission: a view's ``actions_needed`` maps its actions to the table's; unsafe ones need WRITE."""

    def has_permission(self, request, view) -> bool:
        needed = getattr(view, "actions_needed", {}).get(getattr(view, "action", None))
        if needed is None:
            needed = READ if request.method in SAFE_METHODS else WRITE
        return may(needed)
