"""`make bench-access`: what the policies cost, as ratios. ROWS=100000 makes a quick run.

Fills a database of its own, asks each question as three readers with the policies and without them, prints the medians
and their ratio, and exits 1 when a target is missed (2 when it could not measure). docs/performance.md says how to read
it.
"""

import os
import platform
import sys
import time

import django

LEAST_ROWS = 5000
MOST_ROUNDS = 61


def rows_wanted(given: str | None) -> int:
    """Return the number of rows asked for; 1,000,000 where none is. Raises ValueError with the remedy."""
    if not given:
        return 1_000_000
    if not given.isdecimal() or int(given) < LEAST_ROWS:
        raise ValueError(f"ROWS is a whole number from {LEAST_ROWS:,}, for example ROWS=100000; it is {given!r}.")
    return int(given)


def main() -> int:
    try:
        rows = rows_wanted(os.environ.get("ROWS"))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    django.setup()
    from scripts.bench.database import own_database
    from scripts.bench.measuring import DifferentAnswers

    try:
        with own_database():
            return bench(rows)
    except DifferentAnswers as error:
        print(error, file=sys.stderr)
        return 2


def bench(rows: int) -> int:
    """Fill the database Django is connected to, measure, print; return 1 when a target is missed, else 0."""
    from django.db import connections

    from scripts.bench import filling
    from scripts.bench.world import World

    started = time.monotonic()
    world = World(rows)
    print(f"Filling {rows:,} outcomes", flush=True)
    readers = filling.fill(world)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    print(f"PostgreSQL {version}, Python {platform.python_version()}, {os.cpu_count()} processors")
    print(f"{rows:,} outcomes, {len(world.markings)} labels, filled in {time.monotonic() - started:.0f} s")
    for table, count, size in filling.sizes():
        print(f"  {table:<28}{count:>12,} rows{size / 2**20:>10,.0f} MB")
    missed = report(world, readers)
    print(f"{time.monotonic() - started:.0f} s in all")
    return 1 if missed else 0


def report(world, readers: dict, most_rounds: int = MOST_ROUNDS) -> int:
    """Measure and print everything; return how many targets were missed. Raises DifferentAnswers."""
    from scripts.bench import around
    from scripts.bench.measuring import lines_for, measure
    from scripts.bench.questions import QUESTIONS

    for name, user in readers.items():
        print(f"  the {name} reader sees {share_seen(user):.3%}, by {labels_of(user)} labels")
    lines = lines_for(QUESTIONS, readers, world)
    measure(lines, most_rounds)
    waiting = os.getloadavg()[1]
    print(f"  {waiting:.1f} processes at work on average in the last five minutes", end="")
    print(": too busy a machine for short questions" if waiting > (os.cpu_count() or 1) + 1 else "")
    print(f"\n{'question':<28}{'reader':<12}{'with':>12}{'without':>12}{'ratio':>8}{'target':>8}")
    for line in lines:
        print(
            f"{line.question.name:<28}{line.reader:<12}{milliseconds(line.with_policies)}{milliseconds(line.without)}"
            f"{line.ratio:>8.2f}{line.question.target:>8.2f}  {'pass' if line.is_met else 'FAIL'}"
        )
    print(f"\n{'a request of':<40}{'empty':>12}{'acting_as':>12}{'reads logged':>14}")
    for name, user in readers.items():
        took = around.context(user, 2 * most_rounds)
        told = "".join(milliseconds(took[part]) for part in ("empty", "acting_as"))
        print(f"{f'the {name} reader':<40}{told}  {milliseconds(took['reads logged'])}")
    print(f"\n{'a write of one outcome, with':<40}{'create':>12}{'change':>12}")
    for name, create, change in around.writes(readers["broad"], 2 * most_rounds):
        print(f"{name:<40}{milliseconds(create)}{milliseconds(change)}")
    missed = sum(not line.is_met for line in lines)
    print(f"\n{len(lines) - missed} of {len(lines)} targets met")
    return missed


def share_seen(user) -> float:
    """Return the share of the outcomes whose label the reader may read."""
    from django.db import connections

    from access.context import acting_as, user_principal

    with acting_as(user_principal(user)) as reader, connections["owner"].cursor() as cursor:
        cursor.execute("SELECT avg((label_id = ANY (%s))::int)::float FROM exchanges_outcome", [list(reader.labels)])
        return cursor.fetchone()[0]


def labels_of(user) -> int:
    from access.context import acting_as, user_principal

    with acting_as(user_principal(user)) as reader:
        return len(reader.labels)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:>9,.2f} ms"


if __name__ == "__main__":
    sys.exit(main())
