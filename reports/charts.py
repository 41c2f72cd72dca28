"""The geometry of the pictures; templates draw it as SVG with classes, beside a table of the same numbers."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


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
