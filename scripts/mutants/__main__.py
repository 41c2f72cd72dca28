"""`make mutants`: each rule of access damaged once; a damage that no test notices is printed, and the exit is 1.

ARGS: --only TEXT ...  mutants whose name holds one of the texts
      --jobs NUMBER    how many at once (default 2)
      --list           only their names
      --tests PATH ... other tests than those that should notice
      --template NAME  a migrated database to begin with, instead of migrating an empty one
"""

import argparse
import sys
import time
from collections import Counter

from scripts.mutants import running
from scripts.mutants.catalogue import all_mutants


def main() -> int:
    """Run the mutants chosen; return 1 if any survives, or if the undamaged database does not pass."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[""])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--tests", nargs="+", default=running.TESTS)
    parser.add_argument("--template")
    chosen = parser.parse_args()
    began = time.monotonic()
    with running.whole_database(chosen.template) as whole:
        mutants = [
            mutant
            for mutant in all_mutants(lambda query: running.as_owner(query, whole))
            if any(text.lower() in mutant.name.lower() for text in chosen.only)
        ]
        if chosen.list:
            print(*(mutant.name for mutant in mutants), sep="\n")
            return 0
        with running.database(f"{whole}_sound", whole) as sound:
            if not running.in_child(running.passes, sound, *chosen.tests, aloud=True):
                print("The tests fail without any damage: mend that first.")
                return 1
        total, caught, survivors = Counter(), Counter(), []
        for done, (mutant, end) in enumerate(running.try_all(mutants, chosen.jobs, chosen.tests), 1):
            kind = mutant.name.split(" ")[0].rstrip(":s")
            total[kind] += 1
            caught[kind] += end == "caught"
            if end != "caught":
                survivors.append(mutant.name)
                print(f"{end}: {mutant.name}", flush=True)
            if done % 50 == 0:
                print(f"{done} of {len(mutants)}", flush=True)
    for kind in total:
        print(f"{kind}: {caught[kind]} of {total[kind]}")
    minutes = (time.monotonic() - began) / 60
    print(f"caught {caught.total()} / {total.total()} in {minutes:.1f} minutes")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
