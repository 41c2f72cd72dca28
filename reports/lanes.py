"""The geometry of a channel's timeline: a lane for what was said, one for promises, one for each kind of outcome."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

WIDTH, LEFT, RIGHT, TOP, LANE = 1080, 150, 1070, 40, 44
QUIET_AFTER = 30
WORD = 6.6  # what one letter takes at the size of labels
MONTHS_A_LINE = ((20, 1), (48, 3), (84, 6))


@dataclass(frozen=True)
class Event:
    """Something on a lane: from when to when, in short and in full, and where it is recorded.

    ``shape`` is ``meeting``, ``promise`` or ``event``; of an event ``undisclosed`` says that it has no number, and
    ``counts`` is false where it did not take place.
    """

    shape: str
    first: dt.date
    last: dt.date
    short: str
    words: str
    url: str
    undisclosed: bool = False
    counts: bool = True


@dataclass(frozen=True)
class Mark:
    """One event drawn: its place, and its label where there is room for it."""

    event: Event
    x: float
    y: float
    width: float
    label: str

    @property
    def half(self) -> float:
        """How far the middle lies from the beginning."""
        return round(self.width / 2, 1)

    @property
    def is_span(self) -> bool:
        """Whether it is known only to a stretch of days too long for a point."""
        return self.width > 12


@dataclass(frozen=True)
class Lane:
    """One lane: its title, the class of its colour, its marks in the order of time."""

    title: str
    css: str
    y: float
    marks: list[Mark]


@dataclass(frozen=True)
class Lanes:
    """The picture: lanes over one axis of time, and the silence at its end."""

    width: int
    height: int
    left: int
    right: int
    lanes: list[Lane]
    ticks: list[tuple[float, str]]
    silence: tuple[float, float] | None
    silent_days: int

    @property
    def inner(self) -> int:
        """The height of what lies below the words of the axis."""
        return self.height - 26

    @property
    def silence_width(self) -> float:
        return round(self.silence[1] - self.silence[0], 1) if self.silence else 0


def lanes_of(
    rows: Sequence[tuple[str, str, Sequence[Event]]],
    today: dt.date,
    last_contact: dt.date | None,
    quiet_after: int = 30,
) -> Lanes | None:
    """Return the picture of rows of (title, class, events) up to ``today``; None where there is nothing to draw.

    The silence since ``last_contact`` is marked where it is longer than ``QUIET_AFTER`` days. A label is left out
    where it would run into the one before it; its event is in the table all the same.
    """
    events = [event for _title, _css, row in rows for event in row]
    if not events:
        return None
    first = min(event.first for event in events).replace(day=1)
    end = max([today, *(event.last for event in events)])
    days = max((end - first).days, 1)

    def place(day: dt.date) -> float:
        return round(LEFT + (day - first).days * (RIGHT - LEFT) / days, 1)

    drawn = []
    for number, (title, css, row) in enumerate(rows):
        y, free, marks = TOP + number * LANE + 26, float(LEFT), []
        for event in sorted(row, key=lambda one: (one.first, one.last, one.words)):
            x, until = place(event.first), place(event.last)
            room = len(event.short) * WORD
            start = (x + until) / 2 - room / 2
            fits = bool(event.short) and start >= free and start + room <= WIDTH
            marks.append(Mark(event, x, y, round(until - x, 1), event.short if fits else ""))
            free = start + room + 6 if fits else free
        drawn.append(Lane(title, css, y, marks))
    silent = (today - last_contact).days if last_contact else 0
    silence = (place(last_contact), place(today)) if last_contact and silent > QUIET_AFTER else None
    height = TOP + len(rows) * LANE + 8
    return Lanes(WIDTH, height, LEFT, RIGHT, drawn, ticks(first, end, place), silence, silent)


def ticks(first: dt.date, end: dt.date, place) -> list[tuple[float, str]]:
    """Return the beginnings of months, quarters, half-years or years with their words, as many as there is room for."""
    months = (end.year - first.year) * 12 + end.month - first.month + 1
    step = next((step for most, step in MONTHS_A_LINE if months <= most), 12)
    found = []
    for number in range(months):
        year, month = divmod(first.month - 1 + number, 12)
        day = dt.date(first.year + year, month + 1, 1)
        if month % step == 0:
            words = date_format(day, "Y") if step == 12 else date_format(day, "M Y" if month == 0 or not found else "M")
            found.append((place(day), words))
    return found
