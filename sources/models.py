"""Where every statement comes from; and the abstract claim, because every figure is somebody's claim."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.managers import ClassifiedManager
from intermediaries.models import Actor
from records.known import KnownOn
from records.models import NAME_COLLATION, Record, RecordQuerySet, ReviewState, record_constraints
from sources.admiralty import Credibility, Reliability


class SourceKind(models.TextChoices):
    """Who publishes the source."""

    NEWS = "news", _("News medium")
    OFFICIAL = "official", _("Official body of a party")
    IGO = "igo", _("Intergovernmental organisation")
    NGO = "ngo", _("Non-governmental organisation")
    STATEMENT = "statement", _("Statement heard or received")
    DOCUMENT = "document", _("Document")


class TitleOrigin(models.TextChoices):
    """Where a source's title was read."""

    UNKNOWN = "", _("not stated")
    PAGE = "page", _("the page")
    URL_SLUG = "url_slug", _("rebuilt from the address")


class Source(Record):
    """A page, statement or document, with its four dates, its grade and its archived copy.

    A source derived from another is an echo of it and counts as no independent source.
    """

    publisher = models.CharField(_("publisher"), max_length=200, db_collation=NAME_COLLATION)
    title = models.CharField(_("title"), max_length=500, blank=True)
    title_from = models.CharField(_("title read from"), max_length=8, choices=TitleOrigin.choices, blank=True)
    url = models.CharField(
        _("address"), max_length=1000, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    language = models.CharField(_("language"), max_length=8, blank=True, help_text=_("ISO 639 code, for example uk."))
    source_kind = models.CharField(_("kind"), max_length=10, choices=SourceKind.choices, default=SourceKind.NEWS)
    said_on = models.DateField(_("said on"), null=True, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    retrieved_on = models.DateField(_("retrieved on"), null=True, blank=True)
    reliability = models.CharField(
        _("reliability of the source"), max_length=1, choices=Reliability.choices, default=Reliability.F
    )
    derived_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="echoes", verbose_name=_("derived from")
    )
    archived_file = models.CharField(_("archived copy"), max_length=300, blank=True, editable=False)
    archived_sha256 = models.CharField(_("SHA-256 of the copy"), max_length=64, blank=True, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    notes = models.TextField(_("notes"), blank=True)

    is_mergeable = True

    class Meta(Record.Meta):
        ordering = ["-published_on", "publisher"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            *record_constraints("source"),
            models.CheckConstraint(condition=models.Q(source_kind__in=SourceKind.values), name="source_kind_known"),
            models.CheckConstraint(
                condition=models.Q(reliability__in=Reliability.values), name="source_reliability_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(derived_from=models.F("id")),
                name="source_not_derived_from_itself",
                violation_error_message=_("A source cannot be derived from itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.publisher


class Citation(Record):
    """Ties a source to any record, with the words quoted and where they stand.

    A link of its own, so that a public record may rest on a protected source without naming it: the citation is at
    least as secret as either end.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="cited_by", verbose_name=_("source"))
    record_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+", verbose_name=_("kind of record"))
    record_id = models.UUIDField(_("record"), db_index=True)
    record = GenericForeignKey("record_type", "record_id")
    quote = models.TextField(_("words quoted"), blank=True)
    pinpoint = models.CharField(
        _("where in the source"), max_length=200, blank=True, help_text=_("Page, paragraph, minute.")
    )
    credibility = models.CharField(
        _("credibility of the information"), max_length=1, choices=Credibility.choices, default=Credibility.UNGRADED
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    citations = None  # a citation is not itself cited

    class Meta(Record.Meta):
        ordering = ["position", "recorded_at"]
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [
            *record_constraints("citation"),
            models.CheckConstraint(
                condition=models.Q(credibility__in=Credibility.values), name="citation_credibility_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.source)

    @property
    def grade(self) -> str:
        """Reliability and credibility side by side, for example ``B2``; ``not graded`` where neither was given."""
        if self.source.reliability == Reliability.F and self.credibility == Credibility.UNGRADED:
            return str(Reliability.F.label)
        return f"{self.source.reliability}{self.credibility}"


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
