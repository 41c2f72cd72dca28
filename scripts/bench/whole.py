"""`make bench`: what reconciling costs, as ratios to a bare GROUP BY. ROWS=10000 makes one quick run.

Fills databases of its own with 10,000 and 1,000,000 outcomes of three claims each, asks for the figures of one outcome,
of a page and of the whole record, now and as known on a day, next to the bare SQL over the same claims, prints medians
and ratios, and exits 1 when a target is missed (2 when it could not measure). docs/performance.md says how to read it.
"""

import os
import platform
import sys
import time

import django

from scripts.bench.access import milliseconds, rows_wanted

SIZES = [10_000, 1_000_000]


def main() -> int:
    given = os.environ.get("ROWS")
    try:
        sizes = [rows_wanted(given)] if given else SIZES
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    django.setup()
    from scripts.bench.database import own_database
    from scripts.bench.reconciling import DifferentRows

    missed = 0
    for rows in sizes:
        try:
            with own_database():
                missed += bench(rows)
        except DifferentRows as error:
            print(error, file=sys.stderr)
            return 2
    return 1 if missed else 0


def bench(rows: int) -> int:
    """Fill the database Django is connected to, measure, print; return how many targets were missed."""
    from scripts.bench import filling
    from scripts.bench.claims import three_claims
    from scripts.bench.world import World

    started = time.monotonic()
    print(f"Filling {rows:,} outcomes with three claims each", flush=True)
    readers = filling.fill(World(rows), three_claims)
    print(
        f"Filled in {time.monotonic() - started:.0f} s; Python {platform.python_version()}, {os.cpu_count()} processors"
    )
    missed = report(readers["broad"])
    print(f"{time.monotonic() - started:.0f} s in all\n", flush=True)
    return missed


def report(reader, most_rounds: int = 15) -> int:
    """Measure and print everything; return how many targets were missed. Raises DifferentRows."""
    from scripts.bench import reconciling

    seen = reconciling.check(reader)
    print(f"The reader sees {seen.outcomes:,} outcomes; {seen.figures:,} figures, {seen.aside:,} outcomes with parts")
    print(f"Reading all of them, the process grew by {seen.grown / 2**20:.1f} MB")
    lines = reconciling.measured(reader, most_rounds)
    waiting = os.getloadavg()[1]
    print(f"{waiting:.1f} processes at work on average in the last five minutes")
    print(f"\n{'figures of':<44}{'reconciled':>14}{'bare':>14}{'ratio':>8}{'target':>8}")
    for line in lines:
        verdict = "" if line.target is None else f"{line.target:>8.1f}  {'pass' if line.is_met else 'FAIL'}"
        told = f"{milliseconds(line.reconciled)}  {milliseconds(line.bare)}"
        print(f"{line.name:<44}{told}{line.ratio:>8.2f}{verdict}")
    return sum(not line.is_met for line in lines)


if __name__ == "__main__":
    sys.exit(main())
