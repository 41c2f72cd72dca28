"""Who may do what: one table, role × action. Reading is decided by the policies, not here.

After every migration the table is written into the database (``access/installation.py``), where the policies and
triggers ask it; ``may`` asks what the database answered for the reader of this context.
"""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission

from access.context import Reader, current_reader
from access.levels import Role

READ = "read"
WRITE = "write"
WITHDRAW = "withdraw"
REVIEW = "review"  # verify, return, restore, see drafts
LOWER = "lower"  # lower confidentiality, agree to an embargo, release a public summary
ESTIMATE = "estimate"
MERGE = "merge"  # merge duplicates, undo it
LOCK = "lock"  # lock a closed period, unlock it
REPORT = "report"
AUDIT = "audit"  # read what others did
MANAGE = "manage"  # accounts, compartments, the emergency switch
BREAK_GLASS = "break_glass"

ALLOWED: dict[str, frozenset[str]] = {
    "anonymous": frozenset({READ}),
    "entering": frozenset({READ}),
    Role.ANALYST: frozenset({READ, REPORT, BREAK_GLASS}),
    Role.RECORDER: frozenset({READ, REPORT, WRITE, WITHDRAW, BREAK_GLASS}),
    Role.REVIEWER: frozenset({READ, REPORT, WRITE, WITHDRAW, REVIEW, LOWER, ESTIMATE, MERGE, LOCK, AUDIT, BREAK_GLASS}),
    Role.ADMINISTRATOR: frozenset({READ, REPORT, MANAGE, AUDIT}),
    "system": frozenset({READ, REPORT, WRITE, WITHDRAW, REVIEW, LOWER, ESTIMATE, MERGE, LOCK, AUDIT, MANAGE}),
    # Of its user's role a token keeps only these.
    "reading token": frozenset({READ, REPORT}),
    "writing token": frozenset({READ, REPORT, WRITE, WITHDRAW, REVIEW, LOWER, ESTIMATE, MERGE, LOCK}),
}


def may(action: str, reader: Reader | None = None) -> bool:
    """Return whether the reader (by default the current one) may do ``action``."""
    return action in (reader or current_reader()).permissions


def demand(action: str) -> None:
    """Raise PermissionDenied unless the current reader may do ``action``."""
    if not may(action):
        raise PermissionDenied(_("Your role does not allow this. Ask a recorder or a reviewer to do it for you."))


class RolePermission(BasePermission):
    """DRF permission: a view's ``actions_needed`` maps its actions to the table's; unsafe ones need WRITE.

    A token must have the view's kind of record in its scope; the database refuses its writes outside it as well.
    """

    def has_permission(self, request, view) -> bool:
        needed = getattr(view, "actions_needed", {}).get(getattr(view, "action", None))
        is_safe = request.method in SAFE_METHODS
        if needed is None:
            needed = READ if is_safe else WRITE
        token = request._request.api_token
        queryset = getattr(view, "queryset", None)
        if token is not None and queryset is not None:
            scope = token.reads if is_safe else token.writes
            # A report is asked for with the right to read; its rows hold no kind of record of their own.
            if needed != REPORT and scope is not None and queryset.model._meta.label_lower not in scope:
                self.message = _("This token may not do that with records of this kind. Make one with a wider scope.")
                return False
        return may(needed)
