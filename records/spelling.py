"""How names are compared: the same name is found in Latin, in Cyrillic, transliterated one way or the other.

Romanisations differ by country and by decade (Umerov, Umierov; Lubinets, Lubynets; Zelenskyi, Zelensky). What they
differ in is left out here. Aliases do the rest: no rule leads from Deutschland to Germany.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

# In this order; each takes what the ones before have left.
LEFT_OUT = [
    (re.compile(r"[ijy]+(?=[aeou])"), ""),  # Yermak, Iermak, Ermak
    (re.compile(r"[jy]"), "i"),  # Lubynets, Lubinets; Jordan, Iordan
    (re.compile(r"w"), "v"),
    (re.compile(r"k*[gh]+"), "h"),  # Serhii, Sergei; Kherson, Herson
    (re.compile(r"m(?=[bp])"), "n"),  # Stambul, Istanbul
    (re.compile(r"(.)\1+"), r"\1"),
]
# Nobody types more to find a name, and no name of a record is longer.
LONGEST = 1000


class Spelling(NamedTuple):
    """A text in small Latin letters, digits and single spaces; and the same without what romanisations differ in."""

    latin: str
    rough: str


@lru_cache(maxsize=30_000)
def spelling(text: str) -> Spelling:
    """Return how a text is compared. Spelling a ``latin`` or a ``rough`` again gives the same."""
    given = text[:LONGEST].encode("utf-8", "replace").decode()  # half a character is none
    latin = re.sub(r"['`\"]", "", anyascii(given).lower())
    latin = re.sub(r"[^a-z0-9]+", " ", latin)[: 2 * LONGEST].strip()
    rough = latin
    for pattern, replacement in LEFT_OUT:
        rough = pattern.sub(replacement, rough)
    return Spelling(latin, rough)


# How well a text answers a query, best first; ``NOT_AT_ALL`` is no answer.
BEGINS, WORDS_BEGIN, CONTAINS, RESEMBLES, NOT_AT_ALL = range(5)
RESEMBLANCE = 0.6


def trigrams(rough: str) -> set[str]:
    """Return the runs of three characters; a space stands for a word's beginning and end."""
    padded = f" {rough} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


class Query:
    """What was typed, asked of many texts."""

    def __init__(self, typed: str):
        self.asked = spelling(typed)
        self.first = Spelling(*(text.partition(" ")[0] for text in self.asked))
        self.trigrams = trigrams(self.asked.rough)

    def __bool__(self) -> bool:
        return bool(self.asked.latin)

    def rank(self, text: str) -> int:
        """Return how well a text answers, without regard to resemblance."""
        spelled = spelling(text)
        # Most of ten thousand names end here.
        if self.first.rough not in spelled.rough and self.first.latin not in spelled.latin:
            return NOT_AT_ALL
        return min(map(rank_of, self.asked, spelled))

    def resembles(self, text: str) -> bool:
        """Return whether most of what was typed occurs in the text, letters here and there aside; ask nothing empty."""
        padded = f" {spelling(text).rough} "
        return sum(run in padded for run in self.trigrams) >= RESEMBLANCE * len(self.trigrams)


def rank_of(asked: str, text: str) -> int:
    """Return how well a text answers what is asked, both spelled alike."""
    if not asked:
        return NOT_AT_ALL
    if text.startswith(asked):
        return BEGINS
    words = asked.split()
    if not all(word in text for word in words):
        return NOT_AT_ALL
    padded = f" {text}"
    return WORDS_BEGIN if all(f" {word}" in padded for word in words) else CONTAINS
