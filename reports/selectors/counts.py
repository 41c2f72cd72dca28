"""How many records of each kind the reader may see; one statement."""

from django.db.models import Count, QuerySet, Value

from exchanges.models import Outcome
from intermediaries.models import Actor
from negotiations.models import Agreement, Channel, Commitment, Meeting
from records.models import PublicSummary
from records.querysets import composed_once
from sources.models import Source


@composed_once
def counts_by_kind() -> QuerySet:
    """Return a row for each kind in the navigation: its name, and how many the reader may see that count."""
    counted = {
        "channel": Channel.objects,
        "meeting": Meeting.objects,
        "agreement": Agreement.objects,
        "commitment": Commitment.objects,
        "outcome": Outcome.objects,
        "intermediary": Actor.objects.intermediaries(),
        "source": Source.objects,
        "public summary": PublicSummary.objects,
    }
    first, *others = [
        rows.counted()
        .order_by()
        .annotate(kind=Value(kind))
        .values("kind")
        .annotate(n=Count("pk"))
        .values_list("kind", "n")
        for kind, rows in counted.items()
    ]
    return first.union(*others, all=True)


def navigation_counts() -> dict[str, int]:
    """Return the number of counted records by kind, for the navigation."""
    return dict(counts_by_kind())
