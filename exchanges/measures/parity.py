"""What went each way in one event, and so far. Pure functions; rules: DOMAIN.md section 4."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exchanges.measures.bounds import Between, Bounds, Sum, add_up, between


@dataclass(frozen=True)
class Pair:
    """What was stated in the two directions of one event; None where no number was disclosed."""

    first: Bounds | None
    second: Bounds | None

    @property
    def difference(self) -> Between | None:
        """By how much the second direction exceeds the first; None where either is not known."""
        if self.first is None or self.second is None:
            return None
        return between(self.second, self.first)


def in_words(difference: Between | None, first: str, second: str) -> str:
    """Return a difference in words, ``first`` and ``second`` being those of the directions.

    ``equal``, ``+8 to Russia``, ``+0–39 to Ukraine``, ``+3 to Ukraine up to +8 to Russia``, ``not known``.
    """
    if difference is None or (difference.low is None and difference.high is None):
        return _("not known")
    low, high = difference.low, difference.high
    first, second = lowered(first), lowered(second)
    if low == high == 0:
        return _("equal")
    if high is None:
        if low >= 0:
            return _("at least +%(number)s %(direction)s") % {"number": f"{low:,}", "direction": second}
        return _("not known: at most +%(number)s %(direction)s") % {"number": f"{-low:,}", "direction": first}
    if low is None:
        if high <= 0:
            return _("at least +%(number)s %(direction)s") % {"number": f"{-high:,}", "direction": first}
        return _("not known: at most +%(number)s %(direction)s") % {"number": f"{high:,}", "direction": second}
    if low >= 0 or high <= 0:
        least, most = sorted((abs(low), abs(high)))
        told = f"{least:,}" if least == most else f"{least:,}–{most:,}"
        return f"+{told} {second if low >= 0 else first}"
    return _("+%(one)s %(first)s up to +%(other)s %(second)s") % {
        "one": f"{-low:,}", "first": first, "other": f"{high:,}", "second": second,
    }  # fmt: skip


def lowered(words: str) -> str:
    """Return the words of a direction as they stand inside a sentence."""
    return words[:1].lower() + words[1:]


def running(pairs: Iterable[Pair]) -> list[tuple[Sum, Sum]]:
    """Return, after each event, Σ low – Σ high so far in either direction, with the events without a number."""
    seen: list[Pair] = []
    found = []
    for pair in pairs:
        seen.append(pair)
        found.append((add_up(one.first for one in seen), add_up(one.second for one in seen)))
    return found
