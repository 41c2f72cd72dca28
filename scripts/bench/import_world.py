"""What `make bench-import` imports: a file of outcomes with claims, and the database it is imported into."""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from access.context import SYSTEM, acting_as
from access.levels import Level, Role
from access.models import User
from intermediaries.models import Actor
from negotiations.models import Channel, Conflict, Party
from records.models import ReviewState
from sources.models import Source

ACTORS, CHANNELS, SOURCES, PLACES = 40, 200, 2000, 300
CLAIMS = 4  # of each outcome: two sides on two directions
FIRST_DAY, DAYS = dt.date(2022, 3, 1), 1500
HEADER = (
    "outcome_id", "kind", "date", "place", "channel_id", "notes", "source_ids", "claim_id", "claimed_by", "direction",
    "category", "count", "qualifier", "source_id",
)  # fmt: skip


def make_world() -> User:
    """Write what the file names, in the current database; return who imports: a recorder."""
    with acting_as(SYSTEM):
        user = User.objects.create(username="importer", role=Role.RECORDER, clearance=Level.CONFIDENTIAL)
        verified = {"review_state": ReviewState.VERIFIED}
        conflict = Conflict.objects.create(name="A war", **verified)
        actors = [
            Actor.objects.create(name=f"Actor {n}", kind_of_actor="state" if n < 2 else "media", **verified)
            for n in range(ACTORS)
        ]
        for n, side in enumerate("ab"):
            Party.objects.create(
                conflict=conflict, actor=actors[n], position=n + 1, colour=side, direction=f"to_{side}",
                direction_label=f"To {side.upper()}", **verified,
            )  # fmt: skip
        for n in range(CHANNELS):
            Channel.objects.create(
                conflict=conflict, name=f"Channel {n}", external_id=f"ch-{n}", mode="direct", **verified
            )
        Source.objects.bulk_create(
            Source(publisher="Press", url=f"https://example.org/{n}", external_id=f"s-{n}", **verified)
            for n in range(SOURCES)
        )  # fmt: skip
    return user


def rows(number: int) -> Iterator[tuple]:
    """Yield the rows of the file: a claim each, four of each outcome, which every one of the four repeats."""
    for n in range(number):
        outcome, claim = divmod(n, CLAIMS)
        day = FIRST_DAY + dt.timedelta(days=outcome % DAYS)
        yield (
            f"o-{outcome}", ("exchange", "remains_transfer")[outcome % 2], day.isoformat(), f"Town {outcome % PLACES}",
            f"ch-{outcome % CHANNELS}", f"Reported on the day, note {outcome}", f"s-{outcome % SOURCES}", f"c-{n}",
            f"Actor {claim if claim < 2 else n * 7 % ACTORS}", ("to_a", "to_b")[claim % 2], "total", str(10 + n % 300),
            "exact", f"s-{n % SOURCES}",
        )  # fmt: skip


def write_file(path: Path, number: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows(number))
