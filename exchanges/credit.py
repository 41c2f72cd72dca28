"""What counts as credit for an outcome."""

from django.db.models import QuerySet

from exchanges.models import OutcomeRole
from exchanges.querysets import NOT_TAKEN_PLACE
from exchanges.vocabulary import ActorRole
from records.models import ReviewState

# Whoever releases or receives is a side of the event, not an intermediary.
SIDES = (ActorRole.RELEASING, ActorRole.RECEIVING)


def credits_given() -> QuerySet[OutcomeRole]:
    """Return the roles of intermediaries in events that took place."""
    counted = OutcomeRole.objects.counted().filter(outcome__withdrawn_at=None).exclude(role__in=SIDES)
    return counted.exclude(outcome__status__in=NOT_TAKEN_PLACE).exclude(outcome__review_state=ReviewState.DRAFT)
