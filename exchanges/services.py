"""Stating anew what was stated before: the old figure stays and is marked, the new one names it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from access.context import Reader
from exchanges.models import Claim, Estimate, RunningTotal
from records.services import add_record, change_record
from sources.models import ClaimState

# What the old and the new one must have in common: they speak of the same thing.
SAME = {
    Claim: ("outcome_id", "commitment_id"),
    RunningTotal: ("conflict_id",),
    Estimate: ("outcome_id", "direction", "category"),
}


@transaction.atomic
def supersede_claim(
    actor: Reader, old: Claim | RunningTotal, new: Claim | RunningTotal, *, reason: str = ""
) -> Claim | RunningTotal:
    """Write ``new`` in place of ``old``, which is kept and marked as superseded; return the new one as stored.

    Raises ValidationError on the field ``supersedes`` where ``old`` is itself, speaks of something else, is withdrawn
    or is no longer in force; by field for what the model forbids.
    """
    held = lock_replaced(old, new)
    if held.state != ClaimState.CURRENT:
        raise ValidationError({"supersedes": _("This claim is no longer in force; supersede the one that is.")})
    new.supersedes = held
    stored = add_record(actor, new, reason=reason)
    held.state = ClaimState.SUPERSEDED
    change_record(actor, held, expected_version=held.version, reason=reason)
    return stored


@transaction.atomic
def supersede_estimate(actor: Reader, old: Estimate, new: Estimate, *, reason: str = "") -> Estimate:
    """Write a new version of an estimate; the old one is kept. Raises ValidationError as ``supersede_claim``."""
    held = lock_replaced(old, new)
    if held.superseded_by.current().exists():
        raise ValidationError({"supersedes": _("This estimate has a newer version; supersede that one.")})
    new.supersedes = held
    return add_record(actor, new, reason=reason)


def lock_replaced(old, new):
    """Hold the row that is to be superseded and return it; refuse what ``new`` cannot stand in for."""
    if old.pk == new.pk:
        raise ValidationError({"supersedes": _("A claim cannot supersede itself.")})
    held = type(old).objects.select_for_update(of=("self",)).filter(pk=old.pk).first()
    if held is None:
        raise ValidationError({"supersedes": _("There is no record with this identifier.")})
    if held.is_withdrawn:
        raise ValidationError({"supersedes": _("This one was withdrawn; add yours without superseding it.")})
    if any(getattr(held, name) != getattr(new, name) for name in SAME[type(new)]):
        raise ValidationError({"supersedes": _("This one speaks of something else; choose one about the same.")})
    return held
