"""The geometry of "What each source says": one row for each claim, the range of claims as a band behind them.

Pure arithmetic; templates draw it as SVG with classes, beside a table of the same numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10

HEAD = 44.0
DOT = 6.5
LABEL_GAP = 13.0
# Names longer than this would run into the picture; the table gives them in full.
MOST_LETTERS = {True: 34, False: 46}


@dataclass(frozen=True)
class Said:
    """What one source says: ``low`` and ``high`` are the bounds its words set, None where they set none.

    Both None: the source gave no number. ``is_composed``: the sum of its own parts, which it did not add up itself.
    """

    name: str
    low: int | None
    high: int | None
    stated: str
    is_composed: bool = False


@dataclass(frozen=True)
class Range:
    """The range of claims behind the dots; ``high`` is None where it is open upward, ``best`` while unresolved."""

    low: int
    best: int | None
    high: int | None


@dataclass(frozen=True)
class Text:
    """Words in the picture: where they stand and which way they run."""

    x: float
    y: float
    anchor: str
    words: str
    is_strong: bool = False


@dataclass(frozen=True)
class Row:
    """One source's line: its name, its dots (none where it gave no number), and the line of an open or wide claim."""

    name: Text
    y: float
    dots: tuple[float, ...] = ()
    line: tuple[float, float] | None = None
    arrow: str = ""
    label: Text | None = None
    is_composed: bool = False


@dataclass(frozen=True)
class Plot:
    """A whole picture. ``hatch`` is drawn, instead of a band, where nobody gave a number."""

    width: int
    height: int
    top: float
    bottom: float
    left: float
    right: float
    rows: list[Row]
    band: tuple[float, float] | None = None
    opens_at: str = ""
    low_x: float | None = None
    best_x: float | None = None
    high_x: float | None = None
    heads: list[Text] = field(default_factory=list)
    ticks: list[tuple[float, str]] = field(default_factory=list)
    hatch: str = ""

    @property
    def reach(self) -> float:
        """How high the rows are together."""
        return self.bottom - self.top

    @property
    def best_top(self) -> float:
        """The line of the best figure reaches up to its words, which stand above those of the others."""
        return self.top - 24 if len(self.heads) > 1 else self.top

    @property
    def tick_end(self) -> float:
        return self.bottom + 4


def plot(said: Sequence[Said], band: Range | None, words: dict[str, str], *, wide: bool) -> Plot:
    """Return the picture of what several sources say of one thing; ``wide`` for 760 units, else for 358.

    ``band`` is None where no range is to be shown, for example of what did not take place. ``words`` are those of
    the lines: ``low``, ``best``, ``high``, ``and``, ``open`` and ``undisclosed``.
    """
    width, step, indent = (760, 36.0, 232.0) if wide else (358, 50.0, 0.0)
    margin = 78.0 if wide else 68.0
    left, right = indent + margin, width - margin
    height = int(HEAD + len(said) * step + 28)
    bottom = HEAD + len(said) * step
    numbers = [number for one in said for number in (one.low, one.high) if number is not None]
    if band:
        numbers += [number for number in (band.low, band.best, band.high) if number is not None]
    tops = [HEAD + place * step for place in range(len(said))]
    names = [
        Text(0.0, top + (step / 2 + 4.5 if wide else 17.0), "start", shortened(one.name, wide))
        for top, one in zip(tops, said, strict=True)
    ]
    middles = [top + (step / 2 if wide else 32.0) for top in tops]
    if not numbers:
        rows = [Row(name, y) for name, y in zip(names, middles, strict=True)]
        told = Text((indent + width) / 2, HEAD - 14, "middle", words["undisclosed"])
        hatch = hatched(indent, HEAD, width - indent, bottom - HEAD)
        return Plot(width, height, HEAD, bottom, indent, width, rows, heads=[told], hatch=hatch)
    first, last = domain(numbers)

    def at(number: int) -> float:
        return round(left + (number - first) * (right - left) / (last - first), 1)

    rows = [row_of(one, name, y, at, (indent, float(width))) for one, name, y in zip(said, names, middles, strict=True)]
    ticks = [(at(number), f"{number:,}") for number in ticks_of(first, last)]
    made = Plot(width, height, HEAD, bottom, indent, width, rows, ticks=ticks)
    return with_band(made, band, at, words) if band else made


def with_band(made: Plot, band: Range, at, words: dict[str, str]) -> Plot:
    """Return the picture with the range of claims, its lines and the words above them."""
    low, high = at(band.low), at(band.high) if band.high is not None else made.right
    best = at(band.best) if band.best is not None else None
    return Plot(
        **(
            vars(made)
            | {
                "band": (low, round(high - low, 1)),
                "opens_at": arrow(made.right, made.top + 10, 1) if band.high is None else "",
                "low_x": low,
                "best_x": best,
                "high_x": high if band.high is not None else None,
                "heads": heads(band, at, made, words),
            }
        )
    )


def heads(band: Range, at, made: Plot, words: dict[str, str]) -> list[Text]:
    """Return the words above the lines; lines at the same number share theirs."""
    by_number: dict[int, list[str]] = {}
    for name, number in (("low", band.low), ("best", band.best), ("high", band.high)):
        if number is not None:
            by_number.setdefault(number, []).append(words[name])
    found = []
    for number, names in by_number.items():
        told = words["and"].join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
        x, is_best = at(number), words["best"] in names
        # The best figure has a line of words of its own, so that it runs into no other.
        y = HEAD - 28 if is_best and len(by_number) > 1 else HEAD - 10
        anchor = "middle" if is_best else ("end" if number == band.low and band.high != band.low else "start")
        found.append(Text(x, y, anchor, f"{told[:1].upper()}{told[1:]} {number:,}", is_best))
    if band.high is None:
        found.append(Text(made.right, HEAD - 10, "end", words["open"]))
    return found


def row_of(one: Said, name: Text, y: float, at, edges: tuple[float, float]) -> Row:
    """Return the line of one source: a dot, two with a line between them, or a dot and an arrow to the open side."""
    if one.low is None and one.high is None:
        return Row(name, y, label=Text(edges[1], y + 4.5, "end", one.stated))
    dots = tuple(dict.fromkeys(at(number) for number in (one.low, one.high) if number is not None))
    line, drawn = (dots if len(dots) == 2 else None), ""
    if one.high is None:
        line, drawn = (dots[-1], edges[1]), arrow(edges[1], y, 1)
    elif one.low is None:
        line, drawn = (edges[0], dots[0]), arrow(edges[0], y, -1)
    # Outward, away from the band; never where the arrow runs.
    goes_left = one.high is None or (one.low is not None and dots[0] < (edges[0] + edges[1]) / 2)
    x, anchor = (dots[0] - LABEL_GAP, "end") if goes_left else (dots[-1] + LABEL_GAP, "start")
    reach = len(one.stated) * 7.2
    if goes_left and x - reach < edges[0]:
        x, anchor = dots[-1] + LABEL_GAP, "start"
    elif not goes_left and x + reach > edges[1]:
        x, anchor = dots[0] - LABEL_GAP, "end"
    return Row(name, y, dots, line, drawn, Text(round(x, 1), y + 4.5, anchor, one.stated), one.is_composed)


def arrow(x: float, y: float, way: int) -> str:
    """Return the head of an arrow at the edge of the picture: ``way`` is 1 to the right, -1 to the left."""
    return f"M{x - way * 8:g} {y - 5:g}L{x:g} {y:g}L{x - way * 8:g} {y + 5:g}"


def hatched(x: float, y: float, width: float, height: float, step: int = 10) -> str:
    """Return slanting lines that fill a rectangle: a number that nobody disclosed."""
    found = []
    for start in range(step, int(width + height), step):
        one = (start, 0.0) if start <= width else (width, start - width)
        two = (0.0, start) if start <= height else (start - height, height)
        found.append(f"M{x + one[0]:g} {y + one[1]:g}L{x + two[0]:g} {y + two[1]:g}")
    return "".join(found)


def domain(numbers: Iterable[int]) -> tuple[int, int]:
    """Return the ends of the axis: the numbers themselves; a little room where they are all the same."""
    first, last = min(numbers), max(numbers)
    return (first, last) if first < last else (max(first - 2, 0), first + 2)


def ticks_of(first: int, last: int, most: int = 5) -> list[int]:
    """Return round whole numbers between two ends, at most ``most`` and a few less."""
    rough = max((last - first) / most, 1)
    power = 10 ** floor(log10(rough))
    step = int(next(size * power for size in (1, 2, 5, 10) if size * power >= rough))
    return list(range(ceil(first / step) * step, last + 1, step))


def shortened(name: str, wide: bool) -> str:
    """Return a name that fits its column."""
    most = MOST_LETTERS[wide]
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
