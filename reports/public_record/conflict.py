"""The conflict of the public record and its two parties: configuration of this import, not of Parley."""

import datetime as dt
from dataclasses import dataclass

from negotiations.models.conflicts import Colour


@dataclass(frozen=True)
class Side:
    """One party: the key of its actor, its direction and how it is shown."""

    actor: str
    direction: str
    label: str
    colour: str
    position: int


CONFLICT = "conflict-russia-ukraine"
CONFLICT_NAME = "Russia–Ukraine"
STARTED_ON = dt.date(2022, 2, 24)
SIDES = (
    Side("actor-ukraine", "to_ukraine", "To Ukraine", Colour.FIRST, 1),
    Side("actor-russia", "to_russia", "To Russia", Colour.SECOND, 2),
)
DIRECTIONS = tuple(side.direction for side in SIDES)
