"""Claims, running totals and estimates stated anew, refuted, weighed: nothing is edited, the old figure stays."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader
from exchanges.models import Claim, Estimate, EstimateClaim, RunningTotal
from exchanges.vocabulary import EstimateUse
from negotiations.services import cite_sources
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
    """Write ``new`` in place of ``old``, which is kept; return the new one as stored.

    Nothing is written on the old one: for those who may not see the new one it stays in force. Raises ValidationError
    on the field ``supersedes`` where ``old`` is itself, speaks of something else, is withdrawn, is no longer in force
    or has a successor that waits to be verified; by field for what the model forbids.
    """
    held = lock_replaced(old, new)
    if held.state != ClaimState.CURRENT:
        raise ValidationError({"supersedes": _("This claim is no longer in force; supersede the one that is.")})
    if held.superseded_by.standing().exists():
        told = _("A newer claim in place of this one waits for review already; supersede that one.")
        raise ValidationError({"supersedes": told})
    new.supersedes = held
    return add_record(actor, new, reason=reason)


@transaction.atomic
def record_claim(actor: Reader, claim: Claim, sources: list[dict], *, supersedes: Claim | None = None) -> Claim:
    """Write a claim with its citations, in place of another where ``supersedes`` names it; return it as stored.

    ``sources`` are rows as ``negotiations.services.cite_sources`` takes them. Raises as ``supersede_claim``.
    """
    stored = add_record(actor, claim) if supersedes is None else supersede_claim(actor, supersedes, claim)
    cite_sources(actor, stored, sources)
    return stored


@transaction.atomic
def refute_claim(
    actor: Reader, claim: Claim | RunningTotal, *, reason: str, expected_version: int | None = None
) -> Claim | RunningTotal:
    """Put a claim out of force because it is shown to be false; return it as stored. A reviewer's act, with a reason.

    Raises ValidationError on ``reason`` where it is empty, and without a field where the claim is no longer in force;
    StaleVersion; PermissionDenied.
    """
    permissions.demand(permissions.REVIEW)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the claim is refuted, and by what.")})
    if claim.state != ClaimState.CURRENT:
        raise ValidationError(_("This claim is no longer in force, so there is nothing to refute."))
    claim.refuted_at, claim.refuted_reason = timezone.now(), reason.strip()
    version = claim.version if expected_version is None else expected_version
    return change_record(actor, claim, expected_version=version, reason=claim.refuted_reason)


@transaction.atomic
def set_estimate(
    actor: Reader,
    estimate: Estimate,
    uses: Iterable[tuple[Claim, str, str]],
    *,
    supersedes: Estimate | None = None,
    reason: str = "",
) -> Estimate:
    """Write an estimate with the claims it weighs, each with its use and, if excluded, why; return it as stored.

    The estimate becomes at least as secret as every claim it rests on; the database sees to that. Raises
    ValidationError: on ``claims`` where none is used, where one is not in force or about something else, or where the
    actor entered one of those used; on ``supersedes`` as ``supersede_estimate``; by field for what the model forbids.
    """
    uses = list(uses)
    used = [claim for claim, use, _why in uses if use != EstimateUse.EXCLUDED]
    if not used:
        raise ValidationError({"claims": _("An estimate rests on claims: use at least one.")})
    if any(claim.outcome_id != estimate.outcome_id for claim, _use, _why in uses):
        raise ValidationError({"claims": _("Every claim weighed must be about the same outcome.")})
    if any(claim.state != ClaimState.CURRENT for claim in used):
        raise ValidationError({"claims": _("A claim that is no longer in force cannot be used; exclude it.")})
    if any(claim.author_id == actor.user_id for claim in used):
        told = _("You entered one of the claims used. Another reviewer sets this estimate, or you exclude your claim.")
        raise ValidationError({"claims": told})
    # So that the links are written under a label their estimate has already.
    for claim in Claim.objects.select_related("label").filter(pk__in=[claim.pk for claim in used]):
        estimate.level = max(estimate.level, claim.label.level)
        estimate.compartments = sorted({*estimate.compartments, *claim.label.compartments})
    stored = (
        add_record(actor, estimate, reason=reason)
        if supersedes is None
        else supersede_estimate(actor, supersedes, estimate, reason=reason)
    )
    for claim, use, why in uses:
        add_record(actor, EstimateClaim(estimate=stored, claim=claim, use=use or EstimateUse.TRIANGULATION, reason=why))
    return Estimate.objects.get(pk=stored.pk)


@transaction.atomic
def supersede_estimate(actor: Reader, old: Estimate, new: Estimate, *, reason: str = "") -> Estimate:
    """Write a new version of an estimate; the old one is kept. Raises ValidationError as ``supersede_claim``."""
    held = lock_replaced(old, new)
    if held.superseded_by.counted().exists():
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
