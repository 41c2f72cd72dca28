"""What many sources and citations have in common."""

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import Prefetch

from records.models import Record
from records.querysets import kinds, with_records
from sources.models import ArchivedCopy, Citation


def with_citations(through: str = "citations") -> Prefetch:
    """Prefetch the current citations of records, with their sources, in one query."""
    citations = Citation.objects.current().select_related("source", "source__label", "label")
    return Prefetch(through, queryset=citations.order_by("position", "recorded_at"))


def with_kept_copies() -> Prefetch:
    """Prefetch the copies of sources that can be read, the newest first, in one query."""
    return Prefetch("copies", queryset=ArchivedCopy.objects.kept().order_by("-received_at"), to_attr="kept_copies")


def citable() -> list[type[Record]]:
    """Return every kind of record that may cite a source."""
    return [model for model in kinds() if model.citations is not None]


def with_cited_records() -> GenericPrefetch:
    """Prefetch the records that citations support, with the records their words name: one query for each kind."""
    return with_records(citable())
