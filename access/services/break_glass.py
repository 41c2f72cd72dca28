"""Breaking the glass: for a stated reason and a short time somebody reads everything, and those who keep watch know."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader
from access.models import BreakGlass, BreakGlassNotice

MINUTES = (15, 30, 60)
SHORTEST_REASON = 20


def break_glass(actor: Reader, *, reason: str, minutes: int) -> BreakGlass:
    """Let the actor read everything for so many minutes from now.

    Raises PermissionDenied where the role may not or the house is not open, ValidationError by field for a reason
    under 20 characters, for minutes that are not offered and while the actor's glass is broken already.
    """
    permissions.demand(permissions.BREAK_GLASS)
    errors = {}
    if len(reason.strip()) < SHORTEST_REASON:
        errors["reason"] = _("Say in at least %(least)s characters why you must read what you otherwise may not.") % {
            "least": SHORTEST_REASON
        }
    if minutes not in MINUTES:
        errors["minutes"] = _("Choose %(offered)s minutes.") % {"offered": _("15, 30 or 60")}
    if errors:
        raise ValidationError(errors)
    if open_glass(actor) is not None:
        raise ValidationError(_("You have broken the glass already. End that first."))
    return BreakGlass.objects.create(
        user_id=actor.user_id, reason=reason.strip(), until=timezone.now() + dt.timedelta(minutes=minutes)
    )


def open_glass(actor: Reader) -> BreakGlass | None:
    """Return the actor's own broken glass while it is broken."""
    return BreakGlass.objects.filter(user_id=actor.user_id, ended_at=None, until__gt=timezone.now()).first()


def end_broken_glass(actor: Reader, glass: BreakGlass) -> None:
    """End it before its time: whoever broke it, or one who keeps watch. What has ended stays as it is."""
    BreakGlass.objects.filter(pk=glass.pk, ended_at=None, until__gt=timezone.now()).update(ended_at=timezone.now())


def unseen_notices(actor: Reader):
    """Return what the actor was told of and has not put aside, latest first, with who broke the glass and why."""
    found = BreakGlassNotice.objects.filter(reviewer_id=actor.user_id, seen_at=None)
    return found.select_related("break_glass__user").order_by("-break_glass__started_at")


def note_seen(actor: Reader, glass: BreakGlass) -> None:
    """Put the actor's own notice aside."""
    BreakGlassNotice.objects.filter(break_glass=glass, reviewer_id=actor.user_id, seen_at=None).update(
        seen_at=timezone.now()
    )
