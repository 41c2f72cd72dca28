"""Ranges of claims added up over different events, and what lies between two ranges. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exchanges.reconciling import FigureRange
from exchanges.vocabulary import Category, Stage


@dataclass(frozen=True)
class Bounds:
    """The lowest and the highest number claimed; ``high`` is None where it is open upward."""

    low: int
    high: int | None

    @property
    def stated(self) -> str:
        if self.high is None:
            return _("at least %(number)s") % {"number": f"{self.low:,}"}
        return f"{self.low:,}" if self.low == self.high else f"{self.low:,}–{self.high:,}"


@dataclass(frozen=True)
class Sum(Bounds):
    """The lowest and the highest numbers of different events, added up. Undisclosed ones are counted, never as 0."""

    events: int = 0
    without_number: int = 0

    @property
    def is_known(self) -> bool:
        """Whether any number is in it: where none was disclosed, the sum is not 0 but not known."""
        return not self.events or self.events > self.without_number

    @property
    def stated(self) -> str:
        return super().stated if self.is_known else _("not known")


@dataclass(frozen=True)
class Between:
    """The least and the greatest that one range can exceed another by; None where there is no bound on that side."""

    low: int | None
    high: int | None

    @property
    def is_exact(self) -> bool:
        return self.low is not None and self.low == self.high

    @property
    def stated(self) -> str:
        """The difference in words: ``0``, ``+8``, ``−3 to +5``, ``not known``."""
        if self.low is None and self.high is None:
            return _("not known")
        if self.low is None:
            return _("at most %(number)s") % {"number": signed(self.high)}
        if self.high is None:
            return _("at least %(number)s") % {"number": signed(self.low)}
        if self.is_exact:
            return signed(self.low)
        return _("%(least)s to %(most)s") % {"least": signed(self.low), "most": signed(self.high)}


def signed(number: int) -> str:
    """Return a number with its sign: ``+8``, ``−3``, ``0``."""
    return f"{number:+,}".replace("-", "−") if number else "0"


def stated_of(figures: Iterable[FigureRange], direction: str, category: str) -> Bounds | None:
    """Return what was stated as delivered of one event in one direction; None where no number was disclosed.

    Asked for the total, the military stand for it where nobody gave one: a side that says "150 servicemen" has said
    how many came. Civilians alone never do. Source: DOMAIN.md section 3.
    """
    delivered = {
        figure.category: figure
        for figure in figures
        if figure.direction == direction and figure.stage == Stage.DELIVERED and figure.low is not None
    }
    wanted = (Category.TOTAL, Category.MILITARY, Category.POW) if category == Category.TOTAL else (category,)
    return next((Bounds(delivered[one].low, delivered[one].high) for one in wanted if one in delivered), None)


def add_up(numbers: Iterable[Bounds | None]) -> Sum:
    """Return Σ low – Σ high of different events, each given once; None stands for an event without a number."""
    numbers = list(numbers)
    told = [number for number in numbers if number is not None]
    highs = [number.high for number in told]
    high = None if None in highs else sum(highs)
    return Sum(sum(number.low for number in told), high, len(numbers), len(numbers) - len(told))


def between(one: Bounds, other: Bounds) -> Between:
    """Return by how much ``one`` exceeds ``other``, at the least and at the most."""
    return Between(
        None if other.high is None else one.low - other.high,
        None if one.high is None else one.high - other.low,
    )
