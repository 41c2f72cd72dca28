"""`make bench-import`: what importing a file costs beside a bare COPY of the same rows and django-import-export.

On the same files and in one run, interleaved, in databases that begin as copies of one: prints medians, ratios and the
memory of the importing process, and exits 1 when a target is missed (2 when it could not measure). ROWS=5000 makes a
quick run. docs/performance.md says what is compared and how to read it.
"""

import os
import platform
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import django

from scripts.bench.access import rows_wanted
from scripts.bench.world import SEED

MANY, ROUNDS, LIBRARY_ROUNDS = 100_000, 5, 1
LIBRARY = "django-import-export, as shipped"
HELPED = "the same, spared the rows that repeat"
OVER_COPY, OVER_LIBRARY, GROWS = 1.5, 40, 1.25


@dataclass
class Measured:
    """Seconds of each way, and what the import itself took, by number of rows."""

    rows: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    checks: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)

    def add(self, way: str, seconds: float) -> None:
        self.seconds.setdefault(way, []).append(seconds)

    def middle(self, way: str) -> float:
        return median(self.seconds[way])


def main() -> int:
    given = os.environ.get("ROWS")
    try:
        many = rows_wanted(given) if given else MANY
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    django.setup()
    from scripts.bench.database import own_database
    from scripts.bench.import_sides import DifferentRows

    try:
        with own_database() as base, tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
            return 1 if bench(base, many, Path(folder)) else 0
    except DifferentRows as error:
        print(error, file=sys.stderr)
        return 2


def bench(base: str, many: int, folder: Path, rounds: int = ROUNDS, library_rounds: int = LIBRARY_ROUNDS) -> int:
    """Measure imports into copies of the database ``base`` and print; return how many targets were missed."""
    from django.db import connections

    from scripts.bench.import_world import make_world

    make_world()
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    print(f"PostgreSQL {version}, Python {platform.python_version()}, {os.cpu_count()} processors", flush=True)
    few = measured(base, many // 10, folder, rounds, library_rounds)
    lot = measured(base, many, folder, rounds, 0)
    return report(few, lot)


def measured(base: str, rows: int, folder: Path, rounds: int, library_rounds: int) -> Measured:
    """Time every way of bringing in a file of so many rows, in random order. Raises DifferentRows."""
    from scripts.bench import import_sides as sides
    from scripts.bench.import_world import write_file

    file = folder / f"{rows}.csv"
    write_file(file, rows)
    found = Measured(rows)
    with sides.clone_of(base) as name:
        sides.ours(name, file, folder)
        columns, whole = sides.dump(folder), sides.brought()
    targets = {target.name: target for target in (sides.AS_THEY_ARE, sides.WITHOUT_COPIES, sides.WITHOUT_TRIGGERS)}
    order = [way for _round in range(rounds) for way in ("ours", *targets)] + [LIBRARY, HELPED] * library_rounds
    random.Random(SEED).shuffle(order)
    for number, way in enumerate(order, 1):
        started = time.monotonic()
        with sides.clone_of(base) as name:
            if way == "ours":
                told = sides.ours(name, file, folder)
                found.add(way, told["write"])
                found.checks.append(told["check"])
                found.peaks.append(told["peak"])
                sides.compare(whole, sides.brought())
            elif way in (LIBRARY, HELPED):
                found.add(way, sides.with_library(file, is_helped=way == HELPED))
                sides.compare(whole, sides.brought())
            else:
                found.add(way, sides.copied(targets[way], columns, folder))
                without = ("records_historyentry", "records_searchentry") if targets[way].without else ()
                sides.compare(whole, sides.brought(), besides=without)
        print(f"  {rows:,} rows, {number} of {len(order)}: {way}, {time.monotonic() - started:.0f} s", flush=True)
    return found


def report(few: Measured, lot: Measured) -> int:
    """Print what was measured; return how many targets were missed."""
    from scripts.bench import import_sides as sides

    print(f"  {os.getloadavg()[1]:.1f} processes at work on average in the last five minutes")
    missed = 0
    for found in (few, lot):
        print(f"\n{found.rows:,} rows{'seconds':>47}{'lowest':>10}{'highest':>10}{'ours is':>12}{'target':>10}")
        ours = found.middle("ours")
        for way, times in found.seconds.items():
            name = "ours: read, check, write" if way == "ours" else way
            line = f"{name:<48}{median(times):>10.2f}{min(times):>10.2f}{max(times):>10.2f}"
            ratio = ours / median(times)
            if way == LIBRARY:
                verdict = f"{1 / ratio:>9.1f} x{OVER_LIBRARY:>8} x"
                is_met = 1 / ratio >= OVER_LIBRARY
            elif way == HELPED:
                verdict, is_met = f"{1 / ratio:>9.1f} x", None
            elif way == sides.AS_THEY_ARE.name and found is lot:
                verdict, is_met = f"{ratio:>12.2f}{OVER_COPY:>10.2f}", ratio <= OVER_COPY
            else:
                verdict, is_met = ("" if way == "ours" else f"{ratio:>12.2f}"), None
            told = "" if is_met is None else "  pass" if is_met else "  FAIL"
            missed += is_met is False
            print(line + verdict + told)
        print(f"{'the preview before it: read and check':<48}{median(found.checks):>10.2f}")
    small, large = median(few.peaks), median(lot.peaks)
    is_flat = large <= GROWS * small
    print(
        f"\nThe importing process took {small / 2**20:.0f} MB at most for {few.rows:,} rows,"
        f" {large / 2**20:.0f} MB for {lot.rows:,}: {large / small:.2f} times  {'pass' if is_flat else 'FAIL'}"
    )
    missed += not is_flat
    print(f"{missed} of 3 targets missed" if missed else "All targets met")
    return missed


if __name__ == "__main__":
    sys.exit(main())
