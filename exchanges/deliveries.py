"""Allotting outcomes to promises: one verb for page, API and import, and what it refuses."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from access.context import Reader
from exchanges.models import Delivery, Outcome
from exchanges.promises import conflict_of, figure_for, is_of_remains
from exchanges.querysets import figures_of, took_place
from exchanges.reconciling import FigureRange
from exchanges.vocabulary import Category, OutcomeKind, OutcomeVariant
from negotiations.models import Commitment
from negotiations.vocabulary import CommitmentSubject as Subject
from records.services import add_record, change_record

# What an outcome of a kind, or of a form, may deliver.
SUBJECTS = {
    OutcomeKind.EXCHANGE: {
        Subject.PRISONERS, Subject.PRISONERS_WOUNDED_ILL, Subject.PRISONERS_UNDER25, Subject.WOUNDED, Subject.PERSONS,
        Subject.FOREIGN,
    },
    OutcomeKind.REMAINS_TRANSFER: {Subject.REMAINS},
    OutcomeKind.CHILD_RETURN: {Subject.CHILDREN},
    OutcomeVariant.SHIPS: {Subject.SAFE_PASSAGE},
    OutcomeVariant.EVACUATION: {Subject.SAFE_PASSAGE},
    OutcomeVariant.CIVILIAN_RETURN: {Subject.CIVILIANS},
}  # fmt: skip


def subjects_of(outcome: Outcome) -> set[str]:
    """Return of what the promises are that the outcome may deliver; its form says more than its kind."""
    return SUBJECTS.get(outcome.variant) or SUBJECTS.get(outcome.outcome_kind, set())


@dataclass(frozen=True)
class Suggestion:
    """A promise that an outcome may deliver, with the reasons in words and what they weigh."""

    commitment: Commitment
    reasons: tuple[str, ...]
    weight: int


def suggest(outcome: Outcome) -> list[Suggestion]:
    """Return the promises the outcome may deliver, the likeliest first; none where it did not take place.

    Those of its agreements and channels, and those that the outcome it is a part of delivers, as far as the reader may
    see them; not those it is already allotted to.
    """
    if outcome.is_withdrawn or not took_place(outcome):
        return []
    agreements = set(outcome.agreement_links.current().values_list("agreement_id", flat=True))
    channels = set(outcome.channel_links.current().values_list("channel_id", flat=True))
    deliveries = Delivery.objects.current().filter(outcome__in=[outcome.pk, outcome.parent_id])
    allotted = set(deliveries.values_list("outcome_id", "commitment_id"))
    of_whole = {promise for found, promise in allotted if found != outcome.pk}
    near = Q(agreement__in=agreements) | Q(agreement__channel__in=channels) | Q(meeting__channel__in=channels)
    promises = Commitment.objects.current().filter(near | Q(pk__in=of_whole))
    promises = promises.exclude(pk__in=[promise for found, promise in allotted if found == outcome.pk])
    found = []
    for promise in promises.select_related("label", "agreement__channel", "meeting__channel"):
        made_in = promise.agreement or promise.meeting
        if made_in.channel.conflict_id != outcome.conflict_id:
            continue
        is_after = made_in.started_on and outcome.started_on and outcome.started_on >= made_in.started_on
        told = [
            (16, promise.agreement_id in agreements, _("the outcome is linked to its agreement")),
            (8, promise.pk in of_whole, _("the outcome this is a part of delivers it")),
            (4, promise.subject in subjects_of(outcome), _("it is about the same")),
            (2, made_in.channel_id in channels, _("made in the same channel")),
            (1, is_after, _("made before the outcome")),
        ]
        reasons = [(weight, words) for weight, holds, words in told if holds]
        found.append(
            Suggestion(promise, tuple(words for _weight, words in reasons), sum(weight for weight, _words in reasons))
        )
    return sorted(found, key=lambda one: (-one.weight, str(one.commitment), str(one.commitment.pk)))


@transaction.atomic
def allocate_delivery(
    actor: Reader, delivery: Delivery, *, reason: str = "", expected_version: int | None = None
) -> Delivery:
    """Write that an outcome, or a share of it, delivers a promise; return it as stored.

    The outcome's row is held meanwhile, so that two at once cannot deliver the same people. Only what the actor may
    see counts. Raises ValidationError by field as ``check_delivery``; StaleVersion where ``expected_version`` of a
    stored delivery is no longer current.
    """
    held = Outcome.objects.select_for_update(of=("self",)).filter(pk=delivery.outcome_id).first()
    if held is None:
        raise ValidationError({"outcome": _("There is no record with this identifier.")})
    promises = Commitment.objects.select_related("agreement__channel", "meeting__channel")
    promise = promises.filter(pk=delivery.commitment_id).first()
    if promise is None:
        raise ValidationError({"commitment": _("There is no record with this identifier.")})
    delivery.outcome, delivery.commitment = held, promise
    check_delivery(delivery, held)
    if delivery._state.adding:
        return add_record(actor, delivery, reason=reason)
    return change_record(actor, delivery, expected_version=expected_version, reason=reason)


def check_delivery(delivery: Delivery, outcome: Outcome) -> None:
    """Raise ValidationError, by field, for a delivery that cannot be.

    On ``outcome``: withdrawn, or it did not take place. On ``commitment``: withdrawn or of another conflict. On
    ``direction``: none of the conflict's. On ``share``: negative, above the whole, or above what others leave.
    """
    commitment = delivery.commitment
    if outcome.is_withdrawn:
        raise ValidationError({"outcome": _("This outcome was withdrawn; it delivers nothing.")})
    if not took_place(outcome):
        told = _("This outcome did not take place; it delivers nothing. Choose one that did, or correct its status.")
        raise ValidationError({"outcome": told})
    if commitment.is_withdrawn:
        raise ValidationError({"commitment": _("This promise was withdrawn; choose one that is in force.")})
    if conflict_of(commitment) != outcome.conflict_id:
        raise ValidationError({"commitment": _("This promise belongs to another conflict; choose one of the same.")})
    outcome.conflict.check_direction(delivery.direction)
    if delivery.share is not None and delivery.share < 0:
        raise ValidationError({"share": _("A share cannot be negative. Leave it empty for all of the outcome.")})
    others = Delivery.objects.current().filter(outcome=outcome, commitment__withdrawn_at=None).exclude(pk=delivery.pk)
    check_whole(delivery, list(others.select_related("commitment")), figures_of([outcome])[outcome.pk])


def check_whole(delivery: Delivery, others: Iterable[Delivery], figures: list[FigureRange]) -> None:
    """Raise ValidationError where more people would be delivered than the outcome's greatest figure has."""
    overlapping = [one for one in others if overlaps(one, delivery)]
    if overlapping and (delivery.share is None or any(one.share is None for one in overlapping)):
        told = _("The same people would be delivered twice: give this delivery a share, and the others theirs.")
        raise ValidationError({"share": told})
    if delivery.share is None:
        return
    whole = greatest(delivery, figures)
    if whole is None:
        return
    if delivery.share > whole:
        told = _("The share is above the whole: the outcome has %(whole)s. Give that number or less.")
        raise ValidationError({"share": told % {"whole": f"{whole:,}"}})
    left = whole - sum(one.share for one in overlapping)
    if delivery.share > left:
        told = _("The same people would be delivered twice: other promises leave %(left)s. Give that number or less.")
        raise ValidationError({"share": told % {"left": f"{max(0, left):,}"}})


def greatest(delivery: Delivery, figures: list[FigureRange]) -> int | None:
    """Return the greatest number of the outcome for the delivery's direction and category; None where it is open.

    Without a direction, the greatest of those there are: a share is then of each direction.
    """
    directions = [delivery.direction] if delivery.direction else sorted({one.direction for one in figures})
    subject = delivery.commitment.subject
    found = [figure_for(figures, one, delivery.category, subject) for one in directions]
    told = [one for one in found if one is not None]
    return None if not told or any(one.high is None for one in told) else max(one.high for one in told)


def overlaps(one: Delivery, other: Delivery) -> bool:
    """Return whether two deliveries of one outcome may be of the same people.

    No direction is every direction, the total is all of its parts; the dead and the living are never the same.
    """
    if is_of_remains(one.commitment) != is_of_remains(other.commitment):
        return False
    same_way = not one.direction or not other.direction or one.direction == other.direction
    return same_way and (one.category == other.category or Category.TOTAL in {one.category, other.category})
