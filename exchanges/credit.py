"""What counts as credit for an outcome."""

from django.db.models import QuerySet

from exchanges.models import Outcome, OutcomeRole
from exchanges.querysets import NOT_TAKEN_PLACE
from exchanges.vocabulary import ActorRole
from records.known import KnownOn

# Whoever releases or receives is a side of the event, not an intermediary.
SIDES = (ActorRole.RELEASING, ActorRole.RECEIVING)


def credits_given(known: KnownOn | None = None) -> QuerySet[OutcomeRole]:
    """Return the roles of intermediaries in events that took place; with ``known``, by the end of that day."""
    happened = Outcome.objects.counted(known).exclude(status__in=NOT_TAKEN_PLACE)
    return OutcomeRole.objects.counted(known).filter(outcome__in=happened.values("pk")).exclude(role__in=SIDES)
