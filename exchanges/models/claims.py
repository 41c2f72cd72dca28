"""Claims about outcomes and commitments, estimates made from them, and running totals."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchanges.models.outcomes import Outcome
from exchanges.vocabulary import (
    Category,
    DifferenceReason,
    EstimateMethod,
    EstimateUse,
    Stage,
    TotalScope,
    words_of_categories,
)
from negotiations.models import Commitment, Conflict, words_of_directions
from records.models import Record, record_constraints
from sources.models import AbstractClaim, Figure, figure_constraints


class Claim(AbstractClaim):
    """One figure about one outcome or one commitment, by one claimant. Rival claims stay apart for ever."""

    outcome = models.ForeignKey(
        Outcome, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("outcome")
    )
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("commitment")
    )
    stage = models.CharField(_("stage"), max_length=9, choices=Stage.choices, default=Stage.DELIVERED)
    as_of = models.DateField(_("as of"), null=True, blank=True)

    counts_alone = False
    coded = {"direction": words_of_directions, "category": words_of_categories}

    class Meta(AbstractClaim.Meta):
        ordering = ["recorded_at", "id"]
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            *record_constraints("claim"),
            *figure_constraints("claim"),
            models.CheckConstraint(condition=models.Q(category__in=Category.values), name="claim_category_known"),
            models.CheckConstraint(
                condition=models.Q(outcome__isnull=False, commitment=None)
                | models.Q(outcome=None, commitment__isnull=False),
                name="claim_about_one_thing",
                violation_error_message=_("A claim is about one outcome or about one commitment."),
            ),
            models.CheckConstraint(
                condition=models.Q(supersedes=None) | ~models.Q(supersedes=models.F("id")),
                name="claim_not_superseding_itself",
                violation_error_message=_("A claim cannot supersede itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claimant_words or self.claimant}: {self.stated}"

    @property
    def about(self) -> Outcome | Commitment:
        """What the figure is about."""
        return self.outcome or self.commitment

    def clean(self) -> None:
        super().clean()
        if self.category not in Category.values:
            raise ValidationError({"category": _("Choose of what the figure speaks from the list.")})
        if self.outcome_id:
            self.outcome.conflict.check_direction(self.direction)
            if self.outcome.is_withdrawn:
                raise ValidationError({"outcome": _("This outcome was withdrawn; restore it before you add a claim.")})
        if self.commitment_id:
            self.commitment.conflict.check_direction(self.direction)
            if self.commitment.is_withdrawn:
                told = _("This promise was withdrawn; restore it before you add a claim.")
                raise ValidationError({"commitment": told})


class Estimate(Record):
    """Low, best (may be empty) and high for one outcome, direction and category: one version of a judgement."""

    is_reviewed = False  # a reviewer's own judgement
    counts_alone = False
    coded = {"direction": words_of_directions}

    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="estimates", verbose_name=_("outcome"))
    direction = models.CharField(_("direction"), max_length=40, blank=True)
    category = models.CharField(_("of what"), max_length=40, choices=Category.choices, default=Category.TOTAL)
    low = models.BigIntegerField(_("low"))
    best = models.BigIntegerField(_("best"), null=True, blank=True, help_text=_("Leave empty while unresolved."))
    high = models.BigIntegerField(_("high"), null=True, blank=True, help_text=_("Leave empty where open upward."))
    method = models.CharField(_("rule"), max_length=14, choices=EstimateMethod.choices, default=EstimateMethod.REVIEWER)
    reason = models.TextField(_("reason"))
    difference = models.CharField(
        _("why the claims differ"), max_length=13, choices=DifferenceReason.choices, blank=True
    )
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("supersedes")
    )

    parts = ("claim_links",)

    class Meta(Record.Meta):
        ordering = ["-recorded_at"]
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        constraints = [
            *record_constraints("estimate"),
            models.CheckConstraint(
                condition=models.Q(low__gte=0)
                & (models.Q(high=None) | models.Q(high__gte=models.F("low")))
                & (models.Q(best=None) | models.Q(best__gte=models.F("low")))
                & (models.Q(best=None) | models.Q(high=None) | models.Q(best__lte=models.F("high"))),
                name="estimate_low_best_high",
                violation_error_message=_("Low, best and high must follow one another."),
            ),
            models.CheckConstraint(
                condition=models.Q(difference__in=["", *DifferenceReason.values]), name="estimate_difference_known"
            ),
        ]

    def __str__(self) -> str:
        high = "…" if self.high is None else f"{self.high:,}"
        return f"{self.low:,}–{high}" if self.high != self.low else f"{self.low:,}"

    def clean(self) -> None:
        super().clean()
        if self.outcome_id:
            self.outcome.conflict.check_direction(self.direction)


class EstimateClaim(Record):
    """A claim used in an estimate, or excluded from it with the reason why."""

    is_reviewed = False

    estimate = models.ForeignKey(Estimate, models.PROTECT, related_name="claim_links", verbose_name=_("estimate"))
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="estimate_links", verbose_name=_("claim"))
    use = models.CharField(_("use"), max_length=13, choices=EstimateUse.choices, default=EstimateUse.TRIANGULATION)
    reason = models.TextField(_("reason"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("claim of an estimate")
        verbose_name_plural = _("claims of estimates")
        constraints = [
            *record_constraints("estimate_claim"),
            models.CheckConstraint(
                condition=~models.Q(use="excluded") | ~models.Q(reason=""),
                name="estimate_claim_excluded_with_reason",
                violation_error_message=_("Say why the claim is excluded."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.claim)


class RunningTotal(Figure, Record):
    """A cumulative claim: what it covers, since when, as of when. Compared with events, never added to them."""

    coded = {"direction": words_of_directions, "category": words_of_categories}

    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="running_totals", verbose_name=_("conflict"))
    scope = models.CharField(_("scope"), max_length=14, choices=TotalScope.choices, default=TotalScope.SINCE_INVASION)
    counting_basis = models.CharField(_("counting basis"), max_length=200, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    as_of = models.DateField(_("as of"))
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("supersedes")
    )
    notes = models.TextField(_("notes"), blank=True)

    class Meta(Record.Meta):
        ordering = ["-as_of", "recorded_at"]
        verbose_name = _("running total")
        verbose_name_plural = _("running totals")
        constraints = [
            *record_constraints("running_total"),
            *figure_constraints("running_total"),
            models.CheckConstraint(
                condition=models.Q(category__in=Category.values), name="running_total_category_known"
            ),
            models.CheckConstraint(
                condition=models.Q(since=None) | models.Q(as_of__gte=models.F("since")),
                name="running_total_since_before_as_of",
                violation_error_message=_("The day it counts from lies after the day it counts to."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claimant_words or self.claimant}: {self.stated}"

    def clean(self) -> None:
        super().clean()
        if self.category not in Category.values:
            raise ValidationError({"category": _("Choose of what the figure speaks from the list.")})
        if self.conflict_id:
            self.conflict.check_direction(self.direction)
