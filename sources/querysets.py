"""What many sources and citations have in common."""

from django.db.models import Prefetch

from sources.models import Citation


def with_citations(through: str = "citations") -> Prefetch:
    """Prefetch the current citations of records, with their sources, in one query."""
    citations = Citation.objects.current().select_related("source", "source__label", "label")
    return Prefetch(through, queryset=citations.order_by("position", "recorded_at"))
