"""Reading a result that was stored: a copy must not outlive the reader's right to any record in it."""

from collections import defaultdict

from django.apps import apps

from exchanges.models import Claim
from records.models import Record
from reports.models import ReportRun


def readable_result(run: ReportRun) -> dict | None:
    """Return the result, or None where there is none or a record in it has since been closed to the reader.

    The run's label already closes the report when the reader's clearance goes; this closes it when a record was
    raised after the report was made. One statement for each kind of record.
    """
    if run.result is None:
        return None
    behind: dict[type[Record], set[str]] = defaultdict(set)
    kinds = {model.kind_of(): model for model in apps.get_models() if issubclass(model, Record)}
    behind[kinds[run.result["conflict"]["kind"]]].add(run.result["conflict"]["id"])
    for section in run.result["sections"]:
        for figure in section["figures"]:
            behind[Claim].update(figure["claims"])
            for record in figure["records"]:
                behind[kinds[record["kind"]]].add(record["id"])
    for model, ids in behind.items():
        if model.objects.filter(pk__in=ids).count() != len(ids):
            return None
    return run.result
