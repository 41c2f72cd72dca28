"""How long a channel has been silent. Pure arithmetic; source: DESIGN.md, page Channel."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

ACTIVE_DAYS = 30
QUIET_DAYS = 90


class Silence(models.TextChoices):
    """A channel's computed state: active up to 30 days since its last contact, quiet up to 90, then stalled."""

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


def since_contact(last: dt.date | None, today: dt.date, *, has_ended: bool) -> SinceContact:
    """Return how long a channel has been silent on ``today``; a contact in the future counts as today's."""
    if last is None:
        return SinceContact(None, Silence.ENDED if has_ended else Silence.NO_CONTACT)
    days = max((today - last).days, 0)
    if has_ended:
        return SinceContact(days, Silence.ENDED)
    if days <= ACTIVE_DAYS:
        return SinceContact(days, Silence.ACTIVE)
    return SinceContact(days, Silence.QUIET if days <= QUIET_DAYS else Silence.STALLED)
