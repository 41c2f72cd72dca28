"""The report of an import, to be kept with the file: which row made or changed which record."""

import csv
import io
import itertools
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from access.context import note_read
from intake.models import ImportRun
from records.history import models_by_table

AT_ONCE = 2000
HEADER = ("line", "what", "kind", "reference", "identifier", "address")


def report_lines(run: ImportRun, absolute: Callable[[str], str]) -> Iterator[str]:
    """Yield the lines of the report as CSV; records the reader does not see are left out.

    ``absolute`` makes a whole address of a path. To be called inside ``acting_as`` the reader, whose reading of
    restricted records is logged.
    """
    yield "\ufeff" + line_of(HEADER)
    notes = run.records.order_by("line", "id").values_list("line", "is_new", "record_table", "record_id")
    rows = notes.iterator(chunk_size=AT_ONCE)
    while batch := list(itertools.islice(rows, AT_ONCE)):
        seen = {}
        for table in {row[2] for row in batch}:
            model = models_by_table()[table]
            of_table = model.objects.filter(pk__in=[row[3] for row in batch if row[2] == table])
            for pk, label, *told in of_table.values_list("pk", "label_id", "reference", "external_id"):
                note_read(table, pk, label)
                address = absolute(model(pk=pk).get_absolute_url())
                seen[pk] = [str(model._meta.verbose_name), *told, address]
        for line, is_new, _table, pk in batch:
            if pk in seen:
                yield line_of([str(line), _("new") if is_new else _("changed"), *seen[pk]])


def line_of(cells) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
