"""What many sources and citations have in common."""

from django.apps import apps
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import Prefetch

from records.models import Record
from sources.models import Citation


def with_citations(through: str = "citations") -> Prefetch:
    """Prefetch the current citations of records, with their sources, in one query."""
    citations = Citation.objects.current().select_related("source", "source__label", "label")
    return Prefetch(through, queryset=citations.order_by("position", "recorded_at"))


def citable() -> list[type[Record]]:
    """Return every kind of record that may cite a source, whichever room it stands in."""
    return [model for model in apps.get_models() if issubclass(model, Record) and model.citations is not None]


def with_cited_records() -> GenericPrefetch:
    """Prefetch the records that citations support, with the records their words name: one query for each kind."""
    querysets = []
    for model in citable():
        named = [
            field.name
            for field in model._meta.local_fields
            if field.is_relation and issubclass(field.remote_field.model, Record)
        ]
        querysets.append(model.objects.select_related("label", *named))
    return GenericPrefetch("record", querysets)
