"""The geometry of the pictures; templates draw it as SVG with classes, beside a table of the same numbers."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext


@dataclass(frozen=True)
class Strip:
    """Marks of a channel's contacts on a line of days; dots from the last one to today."""

    width: int
    height: int
    ticks: str
    silence_from: float | None


def strip(contacts: Iterable[dt.date], first: dt.date, last: dt.date, width: int = 232, height: int = 20) -> Strip:
    """Return the strip of contacts between two days; contacts outside are left out.

    Several contacts on one day are one mark. The dotted part begins at the last contact, where it is worth drawing.
    """
    span = max((last - first).days, 1)
    margin = 2
    places = sorted(
        {
            round(margin + (day - first).days * (width - 2 * margin) / span, 1)
            for day in contacts
            if first <= day <= last
        }
    )
    ticks = "".join(f"M{x:g} 4v{height - 8}" for x in places)
    silent = places[-1] + 3 if places and places[-1] + 6 < width - margin else None
    return Strip(width, height, ticks, silent)


@dataclass(frozen=True)
class Bar:
    """One bar: its rectangle, what it stands for, and the records behind it."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int
    url: str


@dataclass(frozen=True)
class Series:
    """One row of bars over a common time axis, with a scale of its own that begins at zero."""

    title: str
    css: str
    base: float
    top: float
    highest: int
    bars: list[Bar]


@dataclass(frozen=True)
class BarChart:
    """Several rows of bars, one below the other: they are never stacked."""

    width: int
    height: int
    series: list[Series]
    years: list[tuple[float, str]]
    left: float
    right: float


def bar_chart(
    titles: Sequence[tuple[str, str]],
    columns: Sequence[str],
    values: Sequence[Sequence[int]],
    years: Sequence[tuple[int, str]],
    urls: Sequence[Sequence[str]],
    width: int = 780,
    row_height: int = 92,
) -> BarChart:
    """Return the geometry of rows of bars.

    ``titles`` are (title, class) of the rows; ``columns`` the words of the time axis, ``values[row][column]`` whole
    numbers from zero; ``years`` the columns at which a year begins; ``urls[row][column]`` leads to the records.
    """
    left, right, gap = 30.0, width - 6.0, 34
    step = (right - left) / max(len(columns), 1)
    made = []
    for row, (title, css) in enumerate(titles):
        top = row * (row_height + gap) + 22.0
        base = top + row_height
        highest = max([*values[row], 1])
        bars = []
        for column, value in enumerate(values[row]):
            if value:
                height = round(value * row_height / highest, 1)
                bars.append(
                    Bar(
                        x=round(left + column * step + step * 0.14, 1),
                        y=round(base - height, 1),
                        width=round(step * 0.72, 1),
                        height=height,
                        label=columns[column],
                        value=value,
                        url=urls[row][column],
                    )
                )
        made.append(Series(title, css, base, top, highest, bars))
    height = int(made[-1].base + 24) if made else 0
    marks = [(round(left + column * step, 1), words) for column, words in years]
    return BarChart(width, height, made, marks, left, right)


@dataclass(frozen=True)
class ParityBar:
    """One direction of one event: a bar to the lowest claim, a thin line on to the highest; hatched if unknown."""

    x: float
    width: float
    reach: float | None
    css: str
    words: str
    words_x: float
    anchor: str
    is_known: bool


@dataclass(frozen=True)
class ParityRow:
    """One event of the picture; ``bars`` is empty where it did not take place."""

    y: float
    when: str
    difference: str
    bars: list[ParityBar]
    url: str


@dataclass(frozen=True)
class ParityChart:
    """Bars to both sides from a centre line, one row for each event."""

    width: int
    height: int
    centre: float
    rows: list[ParityRow]


UNKNOWN_WIDTH = 34.0


def parity_chart(lines: Sequence, parties: Sequence, kind: str, width: int = 780, row_height: int = 30) -> ParityChart:
    """Return the geometry for lines of parity: ``outcome``, ``counts`` and the head's ``pair`` and ``difference``.

    What is not disclosed is a hatched piece of one length, whatever happened: it says nothing of a number. An open
    range is drawn to the lowest claim.
    """
    centre, reach = width * 0.5, width * 0.5 - 250.0
    told = [number for line in lines if line.counts for number in (line.head.pair.first, line.head.pair.second)]
    highest = max([number.low if number.high is None else number.high for number in told if number], default=0) or 1
    rows = []
    for index, line in enumerate(lines):
        bars = []
        for side, party, number in zip((-1, 1), parties, (line.head.pair.first, line.head.pair.second), strict=True):
            if not line.counts:
                continue
            length = UNKNOWN_WIDTH if number is None else number.low * reach / highest
            high = None if number is None or number.high is None else number.high * reach / highest
            bars.append(
                ParityBar(
                    x=round(centre if side > 0 else centre - length, 1),
                    width=round(length, 1),
                    reach=None if high is None or high == length else round(centre + side * high, 1),
                    css="d" if kind == "remains_transfer" else (party.colour or "ab"[side > 0]),
                    words=gettext("not disclosed") if number is None else number.stated,
                    words_x=round(centre + side * (max(length, high or 0) + 6), 1),
                    anchor="end" if side < 0 else "start",
                    is_known=number is not None,
                )
            )
        words = line.head.difference if line.counts else line.outcome.get_status_display()
        rows.append(
            ParityRow(30.0 + index * row_height, line.outcome.when, words, bars, line.outcome.get_absolute_url())
        )
    return ParityChart(width, 34 + len(lines) * row_height, centre, rows)
