"""What a search finds, grouped by kind of record."""

from dataclasses import dataclass

from django.apps import apps

from records.models import Record
from records.search import found_ids

MOST_OF_A_KIND = 20


@dataclass(frozen=True)
class Found:
    """The records of one kind that match, best first, and how many more there are."""

    kind: type[Record]
    name: str
    records: list[Record]
    more: int


def search_everything(query: str) -> list[Found]:
    """Return what the reader may see of the records that match, grouped by kind, the best match's kind first."""
    models = {
        model._meta.db_table: model
        for model in apps.get_models()
        if issubclass(model, Record) and not model._meta.abstract
    }
    ids: dict[str, list] = {}
    for table, record_id in found_ids(query):
        ids.setdefault(table, []).append(record_id)
    found = []
    for table, wanted in ids.items():
        model = models[table]
        records = {
            record.pk: record for record in model.objects.filter(pk__in=wanted[:MOST_OF_A_KIND]).select_related()
        }
        shown = [records[pk] for pk in wanted[:MOST_OF_A_KIND] if pk in records and records[pk].page_url]
        if shown:
            name = str(model._meta.verbose_name_plural)
            found.append(Found(model, name[:1].upper() + name[1:], shown, max(len(wanted) - MOST_OF_A_KIND, 0)))
    return found
