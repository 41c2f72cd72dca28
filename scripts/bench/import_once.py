"""One import of one file, as the worker does it, in a process of its own: `python -m scripts.bench.import_once file`.

Prints as JSON: seconds for checking and for writing (to the end of the commit), and the most memory the process took.
"""

import json
import re
import sys
import time
from pathlib import Path

import django
from django.core.files import File


def main(path: str) -> None:
    django.setup()
    from access.context import acting_as, user_principal
    from access.models import User
    from intake import services, work
    from intake.models import ImportRun
    from negotiations.models import Conflict

    def say_nothing(_step, _percent):
        pass

    principal = user_principal(User.objects.get(username="importer"))
    with acting_as(principal) as actor, Path(path).open("rb") as opened:
        upload = File(opened, "rows.csv")
        run = services.start_import(actor, upload, conflict=Conflict.objects.get(), level=0, compartments=[])
    before = peak()
    started = time.perf_counter()
    with acting_as(principal, door="import"):
        run = ImportRun.objects.get(pk=run.pk)
        run.found = work.check(run, say_nothing)
        run.save()
        if run.found["problems"]:
            raise SystemExit(f"The file is not sound: {run.found['problems'][0]}")
    checked = time.perf_counter()
    with acting_as(principal, door="import", request_id=run.request_id) as actor:
        counts = work.write(ImportRun.objects.get(pk=run.pk), actor, say_nothing)
    written = time.perf_counter()
    told = {"check": checked - started, "write": written - checked, "peak": peak(), "before": before}
    print(json.dumps(told | {"new": counts.get("new", 0)}))


def peak() -> int:
    """Return the most bytes the process has held so far.

    Not by getrusage: Linux counts there what the process that started this one held, which may be more.
    """
    told = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", told)[1]) * 1024


if __name__ == "__main__":
    main(sys.argv[1])
