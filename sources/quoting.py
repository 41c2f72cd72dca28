"""Finds quoted words again in the text they were quoted from. Pure: no database, no files.

Two printings of the same words differ in white space, quotation marks, soft hyphens, dashes, ligatures, upper and lower
case, and in where lines are broken. None of that makes other words.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

QUOTATION_MARKS = frozenset("\"'`´‘’‚‛“”„‟‹›«»「」『』〝〞〟′″＂＇")
DASHES = frozenset("-‐‑‒–—―−⁃﹘﹣－")
# A line broken at a hyphen, which may be the word's or the printer's. A control character, so that no text has it.
BROKEN = "\x1f"
# What a person writes in a quote where words are left out.
LEFT_OUT = re.compile(r"[\[(]\s*(?:…|\.\.\.)\s*[\])]|…|\.\.\.")
RUNS = re.compile(
    r"(?P<soft>\u00ad[^\S\n]*\n\s*)|(?P<broken>[-‐][^\S\n]*\n\s*)|(?P<space>\s+)|(?P<plain>[^\s\-‐\u00ad]+|.)",
    re.DOTALL,
)
# From here on scripts are written without spaces, or with endings joined to words.
WITHOUT_SPACES = "\u2e80"
# So often one quote is marked at most.
MOST_PLACES = 500


@dataclass(frozen=True)
class Piece:
    """A stretch of the text; ``quotes`` are the numbers of the quotes it belongs to, none where it is not quoted."""

    text: str
    quotes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Marked:
    """A text cut where quotes begin and end: joined, the pieces are the text. ``missing``: quotes not found in it."""

    pieces: list[Piece]
    missing: tuple[int, ...]


def marked(text: str, quotes: Sequence[str]) -> Marked:
    """Find every quote in the text, wherever it stands; quotes are numbered as given.

    Words are found whole: "150 men" is not found in "2,150 men". Where a quote leaves words out ("…", "[…]"), its parts
    are looked for one after the other. A quote without a letter or a figure is neither found nor missing.
    """
    folded = Folded(text)
    found: list[tuple[int, int, int]] = []
    missing = []
    for number, quote in enumerate(quotes):
        if not says_something(quote):
            continue
        places = folded.find(quote)
        found += [(start, end, number) for start, end in places]
        if not places:
            missing.append(number)
    return Marked(list(cut(text, found)), tuple(missing))


def says_something(quote: str) -> bool:
    """Whether there is a letter or a figure in it."""
    return any(character.isalnum() for character in quote)


class Folded:
    """A text without what differs between two printings; ``places`` says where each character left stands in it."""

    def __init__(self, text: str):
        letters: list[str] = []
        places: list[int] = []
        for run in RUNS.finditer(text):
            if run.lastgroup == "soft":
                continue
            if run.lastgroup == "plain":
                for place, character in enumerate(run[0], run.start()):
                    for letter in fold(character):
                        if letter != "-" or letters[-1:] != ["-"]:
                            letters.append(letter)
                            places.append(place)
                continue
            letter = BROKEN if run.lastgroup == "broken" else " "
            if letter != " " or letters[-1:] != [" "]:
                letters.append(letter)
                places.append(run.start())
        self.words, self.places = "".join(letters), places

    def find(self, quote: str) -> list[tuple[int, int]]:
        """Return where a quote begins and ends in the original, each time; where words are left out, its parts once."""
        if places := [self.original(*span) for span in islice(self.spans(quote), MOST_PLACES)]:
            return places
        parts = [part for part in LEFT_OUT.split(quote) if says_something(part)]
        here = 0
        for part in parts if len(parts) > 1 else ():
            span = next(self.spans(part, here), None)
            if span is None:
                return []
            places.append(self.original(*span))
            here = span[1]
        return places

    def spans(self, quote: str, start: int = 0) -> Iterator[tuple[int, int]]:
        """Yield where these words stand whole among the letters, from ``start`` on."""
        pattern = pattern_of(Folded(quote).words.strip(f" -{BROKEN}"), has_broken_lines=BROKEN in self.words)
        while found := pattern.search(self.words, start):
            if is_whole(self.words, *found.span()):
                yield found.span()
                start = found.end()
            else:
                start = found.start() + 1

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where the letters from ``start`` to ``end`` begin and end in the text."""
        return self.places[start], self.places[end - 1] + 1


def pattern_of(words: str, *, has_broken_lines: bool) -> re.Pattern:
    """Return what finds folded words among others; where no line is broken within a word it need not look for that."""
    parts = [told(letter) for letter in re.sub(" ?- ?", "-", words)]
    return re.compile((f"{BROKEN}?" if has_broken_lines else "").join(parts))


def is_whole(words: str, start: int, end: int) -> bool:
    """Whether a stretch is whole words: it neither lies within another, nor within a number.

    A letter may end with a mark of its own. Where words are written without spaces, they begin and end anywhere.
    """
    first, last = words[start], words[end - 1]
    before, after = words[max(start - 2, 0) : start], words[end : end + 2]
    if first.isdigit() and len(before) == 2 and before[0].isdigit() and before[1] in ".,":
        return False
    if last.isdigit() and len(after) == 2 and after[1].isdigit() and after[0] in ".,":
        return False
    return not (goes_on(first, before[-1:]) or goes_on(last, after[:1]))


def goes_on(edge: str, beyond: str) -> bool:
    """Whether a word whose outermost letter is ``edge`` goes on in ``beyond``."""
    if not beyond or not is_letter(edge) or edge >= WITHOUT_SPACES:
        return False
    return is_letter(beyond)


def is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.combining(character) > 0


def told(letter: str) -> str:
    """Return what finds one letter of a quote."""
    if letter == "-":
        return f" ?[-{BROKEN}] ?"
    return f"[-{BROKEN}]?" if letter == BROKEN else re.escape(letter)


@lru_cache(maxsize=4096)
def fold(character: str) -> str:
    """Return what is left of one character: nothing of quotation marks and invisible ones; a ligature's letters."""
    if character in QUOTATION_MARKS or unicodedata.category(character) in ("Cf", "Cc"):
        return ""
    if character in DASHES:
        return "-"
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(" " if one.isspace() else one for one in folded if one not in QUOTATION_MARKS)


def cut(text: str, found: list[tuple[int, int, int]]) -> Iterator[Piece]:
    """Yield the text in pieces, cut wherever one of ``found`` (start, end, number) begins or ends."""
    begin: dict[int, list[int]] = {}
    finish: dict[int, list[int]] = {}
    for start, end, number in found:
        begin.setdefault(start, []).append(number)
        finish.setdefault(end, []).append(number)
    here: list[int] = []
    for start, end in pairwise(sorted({0, len(text), *begin, *finish})):
        for number in finish.get(start, ()):
            here.remove(number)
        here += begin.get(start, ())
        yield Piece(text[start:end], tuple(sorted(set(here))))


def excerpts(pieces: Sequence[Piece], around: int) -> list[list[Piece]]:
    """Return the passages of a marked text in which something is quoted, with ``around`` characters before and after.

    Each is a list of pieces; what lies between two passages is left out. Of a text without quotes the beginning is one.
    """
    passages: list[list[Piece]] = [[]]
    for place, piece in enumerate(pieces):
        is_first, is_last = place == 0, place == len(pieces) - 1
        if piece.quotes or len(piece.text) <= around * (1 if is_first or is_last else 2):
            passages[-1].append(piece)
            continue
        if not is_first or is_last:
            passages[-1].append(Piece(piece.text[:around]))
        if not is_last:
            passages.append([Piece(piece.text[-around:])])
    return [passage for passage in passages if passage]
