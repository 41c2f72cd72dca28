"""How long a channel has been silent, by its own usual gap between contacts. Source: DESIGN.md, page Channel."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

ACTIVE_DAYS = 30
QUIET_DAYS = 90
QUIET_GAPS = 3


class Silence(models.TextChoices):
    """A channel's computed state: active up to 30 days since its last contact, quiet up to 90, then stalled.

    A channel whose own usual gap is longer is active up to that gap, and quiet up to three times as long.
    """

    ACTIVE = "active", _("Active")
    QUIET = "quiet", _("Quiet")
    STALLED = "stalled", _("Stalled")
    ENDED = "ended", _("Ended")
    NO_CONTACT = "no_contact", _("No contact recorded")

    @property
    def css(self) -> str:
        """The class of the state's shape."""
        return {"active": "ok", "quiet": "half", "stalled": "stall", "ended": "no", "no_contact": "no"}[self.value]


@dataclass(frozen=True)
class SinceContact:
    """Days since the last contact and the state that follows; ``days`` is None where no contact is recorded."""

    days: int | None
    state: Silence


def since_contact(
    last: dt.date | None, today: dt.date, *, has_ended: bool, usual_gap: float | None = None
) -> SinceContact:
    """Return how long a channel has been silent on ``today``; a contact in the future counts as today's.

    ``usual_gap`` is the channel's own median number of days between contacts, None where it has too few of them.
    """
    if last is None:
        return SinceContact(None, Silence.ENDED if has_ended else Silence.NO_CONTACT)
    days = max((today - last).days, 0)
    if has_ended:
        return SinceContact(days, Silence.ENDED)
    usual = usual_gap or 0
    if days <= max(ACTIVE_DAYS, usual):
        return SinceContact(days, Silence.ACTIVE)
    return SinceContact(days, Silence.QUIET if days <= max(QUIET_DAYS, QUIET_GAPS * usual) else Silence.STALLED)
