"""What querysets of many kinds of record have in common."""

from django.db.models import Prefetch


def current(name: str, model, *related: str) -> Prefetch:
    """Prefetch the current records of a reverse relation, with what their words need."""
    return Prefetch(name, queryset=model.objects.current().select_related("label", "author", *related))


def whole_number(given: str) -> int | None:
    """Return the number that an address names; None for anything else, also for digits without end."""
    return int(given) if given.isdecimal() and len(given) <= 9 else None


COUNT_CAP = 10_000


def capped_count(queryset, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """Return how many rows there are, exact up to ``cap``, and whether the number is exact."""
    counted = queryset.order_by().values("pk")[: cap + 1].count()
    return (counted, True) if counted <= cap else (cap, False)
