"""What the measured database holds: labels, readers, words. Made from a fixed seed, so that every run has the same."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from exchanges.vocabulary import OutcomeKind, OutcomeStatus

SEED = 20220224
FIRST_DAY = dt.date(2022, 2, 24)
DAYS = 1500
COMPARTMENTS = 60
PAIRS = 50
TRIPLES = 12
PLACES = 400
ACTORS = 200
WORDS = 20_000
# In a house whose business is secret, hardly anything is open to all: most records belong to a circle of people.
SHARE_OF_PLAIN = {0: 0.0005, 1: 0.01, 2: 0.02, 3: 0.01}
SHARE_OF_LEVEL = {0: 0.1, 1: 0.35, 2: 0.35, 3: 0.2}
# Name, share of the rows the reader is to see, clearance.
READERS = [("broad", 0.8, 3), ("middling", 0.08, 2), ("narrow", 0.0005, 0)]
COMMON_WORD, RARE_WORD = 8, 10_000  # their places in the list of words, the most frequent first


@dataclass(frozen=True)
class Marking:
    """A level with a set of compartments (numbered from 0), and the share of the outcomes that carry it."""

    level: int
    compartments: frozenset[int]
    share: float


@dataclass
class World:
    """Everything that chance decides before the rows are written."""

    rows: int
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def __post_init__(self):
        self.channels = max(self.rows // 500, 20)
        self.markings = self.mark()
        self.words = self.speak()
        self.frequencies = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))

    def mark(self) -> list[Marking]:
        """Return several hundred markings: each level of some sets of compartments; a few are frequent."""
        of_set = {frozenset([number]): 1 / (number + 1) for number in range(COMPARTMENTS)}
        for size, wanted, weight in ((2, PAIRS, 0.02), (3, TRIPLES, 0.01)):
            count = len(of_set) + wanted
            while len(of_set) < count:
                of_set.setdefault(frozenset(self.chance.sample(range(COMPARTMENTS), size)), weight)
        rest = (1 - sum(SHARE_OF_PLAIN.values())) / sum(of_set.values())
        plain = [Marking(level, frozenset(), share) for level, share in SHARE_OF_PLAIN.items()]
        return plain + [
            Marking(level, compartments, weight * rest * share)
            for compartments, weight in of_set.items()
            for level, share in SHARE_OF_LEVEL.items()
        ]

    def compartments_for(self, wanted: float, clearance: int) -> list[int]:
        """Return compartments with which a reader of that clearance sees about ``wanted`` of the rows, never more."""
        mine: set[int] = set()
        for number in range(COMPARTMENTS):
            if self.share_seen(mine | {number}, clearance) <= wanted * 1.02:
                mine.add(number)
        return sorted(mine)

    def share_seen(self, mine: set[int], clearance: int) -> float:
        return sum(one.share for one in self.markings if one.level <= clearance and one.compartments <= mine)

    def speak(self) -> list[str]:
        """Return made-up words of four syllables, the most frequent first; none is a part of another."""
        syllables = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
        found: dict[str, None] = {}
        while len(found) < WORDS:
            found["".join(self.chance.choices(syllables, k=4))] = None
        return list(found)

    @property
    def common_word(self) -> str:
        return self.words[COMMON_WORD]

    @property
    def rare_word(self) -> str:
        return self.words[RARE_WORD if self.rows >= 100_000 else RARE_WORD * self.rows // 100_000]

    def outcomes(self, label_ids: list[int]) -> Iterator[tuple]:
        """Yield the outcomes in the order they were recorded: number, label, channel, kind, status, day, place, text.

        ``label_ids`` are the labels of ``markings``, in their order. A channel is marked as its outcomes are or is
        open to all. A day is empty where it is not known.
        """
        chance = self.chance
        shares = list(accumulate(one.share for one in self.markings))
        channel_marks = self.channel_markings()
        channels_of: dict[int, list[int]] = {}
        for channel, marking in enumerate(channel_marks, 1):
            channels_of.setdefault(marking, []).append(channel)
        kinds = [kind.value for kind in OutcomeKind]
        often = list(accumulate(1 / rank for rank in range(1, len(kinds) + 1)))
        marks = chance.choices(range(len(self.markings)), cum_weights=shares, k=self.rows)
        kind_of = chance.choices(kinds, cum_weights=often, k=self.rows)
        for number, (marking, kind) in enumerate(zip(marks, kind_of, strict=True), 1):
            channel = chance.choice(channels_of.get(marking) or channels_of[0])
            status = OutcomeStatus.COMPLETED if chance.random() < 0.9 else OutcomeStatus.ANNOUNCED
            day = FIRST_DAY + dt.timedelta(days=int(number / self.rows * DAYS + chance.gauss(0, 10)))
            told = " ".join(chance.choices(self.words, cum_weights=self.frequencies, k=12))
            known = "" if chance.random() < 0.005 else day.isoformat()
            place = chance.randint(1, PLACES)
            yield number, label_ids[marking], channel, kind, status.value, known, place, told

    def channel_markings(self) -> list[int]:
        """Return the place in ``markings`` of each channel's marking; a fifth of the channels are open to all."""
        chance = random.Random(SEED)
        shares = list(accumulate(one.share for one in self.markings))
        open_ones = self.channels // 5
        marked = chance.choices(range(len(self.markings)), cum_weights=shares, k=self.channels - open_ones)
        return [0] * open_ones + marked
