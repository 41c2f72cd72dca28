"""Where every statement comes from, and what ties it to a record."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.managers import ClassifiedManager
from records.models import NAME_COLLATION, Record, RecordQuerySet, record_constraints
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
    """A page, statement or document, with its four dates, its grade and its archived copies.

    A page has an address, a document may have a file (``ArchivedCopy``), a statement that was heard has its words and
    who said them. A source derived from another is an echo of it and counts as no independent source.
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
    words = models.TextField(
        _("words heard"), blank=True, help_text=_("What was said, as closely as it was noted; for a statement.")
    )
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

    def clean(self) -> None:
        super().clean()
        if self.source_kind == SourceKind.STATEMENT and not self.words.strip():
            raise ValidationError({"words": _("Write down what was said, as closely as it was noted.")})

    def alike(self) -> list["Source"]:
        """Sources with the same address."""
        from sources.addresses import same_address

        return same_address(self.url, besides=self.pk)


class CitationQuerySet(RecordQuerySet):
    """Citations the reader may see."""

    def with_evidence(self) -> list["Citation"]:
        """Return the citations, each with its ``evidence``: whether its words stand in the archived copies."""
        from sources.evidence import look_up

        found = list(self)
        look_up(found)
        return found


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

    objects = ClassifiedManager.from_queryset(CitationQuerySet)()

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
