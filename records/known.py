"""What was known on an earlier day: the day that a reader asks for."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class KnownOn:
    """The end of a day. Asked is what had been said, published or recorded by then; or recorded here, nothing else.

    Who may see it is always decided by today's rights.
    """

    day: dt.date
    recorded_only: bool = False

    @property
    def end(self) -> dt.datetime:
        """The first moment after the day."""
        return dt.datetime.combine(self.day + dt.timedelta(days=1), dt.time(), ZoneInfo(settings.TIME_ZONE))


def known_on(given: Mapping[str, str]) -> KnownOn | None:
    """Return the day that a query asks for by ``as_known_on`` and ``known_by``; None where it asks for none.

    Raises ValidationError by field.
    """
    words, known_by = given.get("as_known_on", "").strip(), given.get("known_by", "").strip()
    if known_by not in {"", "published", "recorded"}:
        raise ValidationError({"known_by": _("Write published or recorded.")})
    if not words:
        return None
    try:
        day = parse_date(words)
    except ValueError:
        day = None
    if day is None:
        raise ValidationError({"as_known_on": _("Write a day as 2025-06-12.")})
    if day > timezone.localdate():
        raise ValidationError({"as_known_on": _("This day has not come yet. Choose today or a day before.")})
    return KnownOn(day, known_by == "recorded")
