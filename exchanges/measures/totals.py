"""A running total against the events it covers: compared, never added up. Pure functions; DOMAIN.md section 4."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from exchanges.vocabulary import Category, OutcomeKind

# With which kinds of event a running total of a category is compared; any other is compared with none.
COMPARED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys([Category.TOTAL, Category.POW, Category.CIVILIAN], (OutcomeKind.EXCHANGE, OutcomeKind.RELEASE)),
    Category.REMAINS: (OutcomeKind.REMAINS_TRANSFER,),
    Category.CHILDREN: (OutcomeKind.CHILD_RETURN,),
}
# An event so few days after the last day of a total may have been counted by its claimant.
NEAR_CUT_OFF = dt.timedelta(days=3)


class Explanation(models.TextChoices):
    """What can make a running total and the events differ. A closed list; each is named only where the data say so."""

    BEFORE_RECORD = "before_record", _("events before the record begins")
    NO_NUMBER = "no_number", _("events without a number")
    CIVILIANS = "civilians", _("civilians counted or not")
    CUT_OFF = "cut_off", _("other cut-off")
    WINDOW_NOT_STATED = "window_not_stated", _("the day it counts from is not stated")
    COUNTING_BASIS = "counting_basis", _("other counting basis")
    REPATRIATIONS = "repatriations", _("repatriations outside exchanges")


@dataclass(frozen=True)
class Covered:
    """What is known of the events in a total's window. ``record_begins`` is the day of the first comparable event."""

    since: dt.date | None
    as_of: dt.date
    record_begins: dt.date | None
    without_number: int
    has_civilians: bool
    near_cut_off: bool
    has_repatriations: bool
    counting_basis: str


def explanations(covered: Covered) -> list[Explanation]:
    """Return what may explain a gap, in the order of the closed list."""
    begins_before = covered.record_begins is None or covered.since is None or covered.since < covered.record_begins
    holds = {
        Explanation.BEFORE_RECORD: begins_before,
        Explanation.NO_NUMBER: covered.without_number > 0,
        Explanation.CIVILIANS: covered.has_civilians,
        Explanation.CUT_OFF: covered.near_cut_off,
        Explanation.WINDOW_NOT_STATED: covered.since is None,
        Explanation.COUNTING_BASIS: bool(covered.counting_basis),
        Explanation.REPATRIATIONS: covered.has_repatriations,
    }
    return [explanation for explanation in Explanation if holds[explanation]]
