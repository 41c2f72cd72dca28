"""Days from one date to another, each only as precise as known. Pure functions; rules: DOMAIN.md section 4."""

import datetime as dt
import itertools
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Window:
    """The first and the last day on which something can have happened; one day where that is known."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Days:
    """The least and the greatest number of days between two windows."""

    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    @property
    def stated(self) -> str:
        if self.is_exact:
            return ngettext("%(days)s day", "%(days)s days", self.low) % {"days": f"{self.low:,}"}
        return _("%(least)s to %(most)s days") % {"least": f"{self.low:,}", "most": f"{self.high:,}"}


@dataclass(frozen=True)
class Typical:
    """The median of exact spans and of how many; how many were left out because a date is not known to the day.

    ``before`` are spans in which the second date came first: no delay, left out as well.
    """

    median: float | None
    n: int
    imprecise: int
    before: int


def days_between(start: Window, end: Window) -> Days:
    """Return how many days passed, at the least and at the most; negative where the end came first."""
    return Days((end.first - start.last).days, (end.last - start.first).days)


def typical(spans: Iterable[Days]) -> Typical:
    """Return the median of the exact spans; a few cases stand for themselves beside it."""
    spans = list(spans)
    exact = [span.low for span in spans if span.is_exact]
    counted = [days for days in exact if days >= 0]
    median = statistics.median(counted) if counted else None
    return Typical(median, len(counted), len(spans) - len(exact), len(exact) - len(counted))


def usual_gap(contacts: Iterable[dt.date]) -> float | None:
    """Return the median number of days between contacts; None where there are fewer than two."""
    days = sorted(set(contacts))
    gaps = [(later - earlier).days for earlier, later in itertools.pairwise(days)]
    return statistics.median(gaps) if gaps else None
