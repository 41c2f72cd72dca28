"""The abstract claim, because every figure is somebody's claim."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.managers import ClassifiedManager
from intermediaries.models import Actor
from records.known import KnownOn
from records.models import Record, RecordQuerySet, ReviewState
from sources.models.sources import Citation


class Quantifier(models.TextChoices):
    """How a number is meant. Source: FIELD.md 5.10, after Helix."""

    EXACTLY = "exactly", _("exactly")
    AT_LEAST = "at_least", _("at least")
    MORE_THAN = "more_than", _("more than")
    AT_MOST = "at_most", _("at most")
    FEWER_THAN = "fewer_than", _("fewer than")
    ABOUT = "about", _("about")
    BETWEEN = "between", _("between")


class ClaimKind(models.TextChoices):
    """What sort of statement a claim is. Source: FIELD.md 5.10."""

    OFFICIAL = "official", _("Official statement")
    DENIAL = "denial", _("Denial")
    CORRECTION = "correction", _("Correction")
    MEDIA_REPORT = "media_report", _("Media report")
    THIRD_PARTY = "third_party", _("Third party")
    ESTIMATE = "estimate", _("Estimate")


class ClaimState(models.TextChoices):
    """Whether a claim is in force. Source: FIELD.md 5.10."""

    CURRENT = "current", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REFUTED = "refuted", _("Refuted")


class FigureQuerySet(RecordQuerySet):
    """Stated figures the reader may see, as they stand for that reader, now or on an earlier day."""

    def standing(self, known: KnownOn | None = None):
        """What pages list: neither withdrawn nor draft; with ``known``, as it was known on that day.

        A figure is known from the day on which it was said, published or recorded here, whichever came first; with
        ``known.recorded_only`` from the day on which it was recorded.
        """
        if known is None:
            return super().standing()
        cited = Citation.objects.filter(models.Q(withdrawn_at=None) | models.Q(withdrawn_at__gte=known.end))
        cited = cited.filter(record_id=models.OuterRef("pk"))
        since = models.Q(recorded_at__lt=known.end)
        if not known.recorded_only:
            published = models.Q(source__published_on__lte=known.day) | models.Q(source__said_on__lte=known.day)
            since |= models.Q(said_on__lte=known.day) | models.Exists(cited.filter(published))
        standing = models.Q(withdrawn_at=None) | models.Q(withdrawn_at__gte=known.end)
        return self.exclude(review_state=ReviewState.DRAFT).filter(standing, since)

    def weighed(self, known: KnownOn | None = None):
        """What reconciling looks at: what counts, and what was changed since it was verified but replaced another.

        The latter counts itself no longer, yet what it replaced must not come back into the totals meanwhile.
        """
        replacing = models.Q(review_state=ReviewState.CHANGED, supersedes__isnull=False)
        return self.standing(known).filter(models.Q(review_state=ReviewState.VERIFIED) | replacing)

    def with_state(self, known: KnownOn | None = None):
        """Annotate ``state_found``: whether each is in force for this reader; see ``Figure.state``."""
        superseding = self.model.objects.weighed(known).filter(supersedes=models.OuterRef("pk"))
        refuted = models.Q(refuted_at__isnull=False)
        withdrawn = models.Q(withdrawn_at__isnull=False)
        if known is not None:
            refuted, withdrawn = models.Q(refuted_at__lt=known.end), models.Q(withdrawn_at__lt=known.end)
        return self.annotate(
            state_found=models.Case(
                models.When(withdrawn, then=models.Value(ClaimState.WITHDRAWN.value)),
                models.When(refuted, then=models.Value(ClaimState.REFUTED.value)),
                models.When(models.Exists(superseding), then=models.Value(ClaimState.SUPERSEDED.value)),
                default=models.Value(ClaimState.CURRENT.value),
                output_field=models.CharField(),
            )
        )

    def in_force(self, known: KnownOn | None = None):
        """What counts: verified, neither withdrawn, nor refuted, nor superseded by another that the reader sees."""
        return self.counted(known).with_state(known).filter(state_found=ClaimState.CURRENT)


FigureManager = ClassifiedManager.from_queryset(FigureQuerySet)


class Figure(models.Model):
    """A number somebody stated: how it is meant, in which direction, of which category.

    Whether it is in force is not stored: a claim that supersedes it may be one that not everybody may see.
    """

    claimant = models.ForeignKey(Actor, models.PROTECT, related_name="+", verbose_name=_("who says it"))
    claimant_words = models.CharField(_("claimant in the words used"), max_length=200, blank=True)
    direction = models.CharField(_("direction"), max_length=40, blank=True)
    category = models.CharField(_("of what"), max_length=40)
    quantifier = models.CharField(_("meant as"), max_length=10, choices=Quantifier.choices, default=Quantifier.EXACTLY)
    number = models.BigIntegerField(
        _("number"), null=True, blank=True, help_text=_("Leave empty when no number was disclosed.")
    )
    number_high = models.BigIntegerField(_("upper number"), null=True, blank=True)
    said_on = models.DateField(_("said on"), null=True, blank=True)
    refuted_at = models.DateTimeField(_("refuted"), null=True, blank=True, editable=False)
    refuted_reason = models.TextField(_("why it is refuted"), blank=True, editable=False)

    objects = FigureManager()

    class Meta:
        abstract = True

    @property
    def state(self) -> str:
        """Whether the figure is in force for this reader: one of ``ClaimState``."""
        found = self.__dict__.get("state_found")
        if found is None:
            found = type(self).objects.with_state().values_list("state_found", flat=True).get(pk=self.pk)
            self.state_found = found
        return found

    @property
    def state_label(self) -> str:
        return str(ClaimState(self.state).label)

    def clean(self) -> None:
        """Say beside the field what the constraints below forbid."""
        super().clean()
        if self.number is not None and self.number < 0:
            raise ValidationError(
                {"number": _("A number cannot be negative. Leave it empty when no number was disclosed.")}
            )
        is_range = self.quantifier == Quantifier.BETWEEN
        if not is_range and self.number_high is not None:
            raise ValidationError({"number_high": _("Only “between” has an upper number. Leave it empty.")})
        if is_range and self.number is None:
            raise ValidationError({"number": _("“Between” needs a lower number.")})
        if is_range and (self.number_high is None or self.number_high < self.number):
            raise ValidationError({"number_high": _("“Between” needs an upper number that is not below the lower.")})

    @property
    def stated(self) -> str:
        """The figure in words: ``150``, ``at least 1,000``, ``150–189``, ``not disclosed``."""
        if self.number is None:
            return str(_("not disclosed"))
        number = f"{self.number:,}"
        if self.quantifier == Quantifier.EXACTLY:
            return number
        if self.quantifier == Quantifier.BETWEEN and self.number_high is not None:
            return f"{number}–{self.number_high:,}"
        return f"{self.get_quantifier_display()} {number}"


def figure_constraints(name: str) -> list[models.BaseConstraint]:
    """Return the constraints of a stated figure; ``name`` begins their names."""
    return [
        models.CheckConstraint(
            condition=models.Q(number=None) | models.Q(number__gte=0),
            name=f"{name}_number_not_negative",
            violation_error_message=_("A number cannot be negative."),
        ),
        models.CheckConstraint(condition=models.Q(quantifier__in=Quantifier.values), name=f"{name}_quantifier_known"),
        models.CheckConstraint(
            condition=models.Q(refuted_at=None, refuted_reason="")
            | (models.Q(refuted_at__isnull=False) & ~models.Q(refuted_reason="")),
            name=f"{name}_refuted_with_reason",
            violation_error_message=_("Say why it is refuted."),
        ),
        models.CheckConstraint(
            # Said aloud that both are there: with an empty one the comparison is unknown, which a check lets pass.
            condition=models.Q(
                quantifier="between",
                number__isnull=False,
                number_high__isnull=False,
                number_high__gte=models.F("number"),
            )
            | (~models.Q(quantifier="between") & models.Q(number_high=None)),
            name=f"{name}_upper_number_for_between",
            violation_error_message=_(
                "“Between” needs an upper number that is not below the lower; other words need none."
            ),
        ),
    ]


class AbstractClaim(Figure, Record):
    """One figure by one claimant. Never edited: superseded, withdrawn or refuted. Its citations are its sources."""

    claim_kind = models.CharField(_("kind"), max_length=12, choices=ClaimKind.choices, default=ClaimKind.OFFICIAL)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("supersedes")
    )
    notes = models.TextField(_("notes"), blank=True)

    class Meta(Record.Meta):
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.supersedes_id and self.supersedes_id == self.pk:
            raise ValidationError({"supersedes": _("A claim cannot supersede itself.")})
