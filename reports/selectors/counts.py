"""How many records of each kind the reader may see; one statement."""

from functools import lru_cache

from django.db import connection
from django.db.models import Count

from access.context import current_reader
from exchanges.models import Outcome
from intermediaries.models import Actor
from negotiations.models import Agreement, Channel, Commitment, Meeting
from records.models import PublicSummary
from records.querysets import MOST_COMPOSED
from sources.models import Source


@lru_cache(MOST_COMPOSED)
def statement_of_counts(_labels: tuple[int, ...]) -> tuple[tuple[str, ...], str, tuple]:
    """Return the counted kinds, and SQL with its parameters that gives their numbers in this order.

    Composed once for all readers with the same labels, which stand in it (see ``records.querysets.composed_once``).
    """
    kinds = {
        "channel": Channel.objects.counted(),
        "meeting": Meeting.objects.counted(),
        "agreement": Agreement.objects.counted(),
        "commitment": Commitment.objects.counted(),
        "outcome": Outcome.objects.counted(),
        "intermediary": Actor.objects.intermediaries().counted(),
        "source": Source.objects.counted(),
        "public summary": PublicSummary.objects.counted(),
    }
    statements, params = [], []
    for queryset in kinds.values():
        counted = queryset.order_by().values("review_state").annotate(n=Count("pk")).values("n")
        statement, given = counted.query.sql_with_params()
        # Both parts come from the ORM; no value stands in the text.
        statements.append(f"(SELECT coalesce(sum(n), 0)::bigint FROM ({statement}) counted)")  # noqa: S608
        params.extend(given)
    return tuple(kinds), " UNION ALL ".join(statements), tuple(params)


def navigation_counts() -> dict[str, int]:
    """Return the number of counted records by kind, for the navigation."""
    kinds, statement, params = statement_of_counts(current_reader().labels)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return dict(zip(kinds, (row[0] for row in cursor.fetchall()), strict=True))
