"""How more secret records come to be known: embargoes, and public summaries beside their records."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from access.levels import Level
from records.models.base import AboutRecord, Record, record_constraints


class EmbargoState(models.TextChoices):
    """Where an embargo stands."""

    PROPOSED = "proposed", _("Waits for a reviewer")
    AGREED = "agreed", _("Agreed")
    APPLIED = "applied", _("Applied")
    CANCELLED = "cancelled", _("Cancelled")
    LAPSED = "lapsed", _("Lapsed")


class Embargo(AboutRecord):
    """At a set time another record is marked anew: mostly opened, sometimes closed.

    Proposed by one person and agreed beforehand by a reviewer who is another (a trigger sees to it); applied by the
    worker. Its own marking is the one the record will get, so that it is as secret as the stricter of the two.
    Cancelling it is withdrawing it. What it says is never changed: cancel it and propose another.
    """

    is_reviewed = False  # a reviewer agrees to it
    follows_merge = False  # agreed for this record and no other
    is_marked = False
    is_restorable = False

    to_level = models.SmallIntegerField(_("who can see it then"), choices=Level.choices)
    to_compartments = ArrayField(models.IntegerField(), verbose_name=_("compartments then"), default=list, blank=True)
    at = models.DateTimeField(_("at"), db_index=True)
    reason = models.TextField(_("reason"))
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("agreed by"),
    )
    agreed_at = models.DateTimeField(_("agreed"), null=True, editable=False)
    # The version of the record that the reviewer agreed to open.
    agreed_version = models.IntegerField(null=True, editable=False)
    applied_at = models.DateTimeField(_("applied"), null=True, editable=False)
    lapsed_at = models.DateTimeField(_("lapsed"), null=True, editable=False)

    class Meta(AboutRecord.Meta):
        ordering = ["at"]
        verbose_name = _("embargo")
        verbose_name_plural = _("embargoes")
        constraints = [
            *record_constraints("embargo"),
            models.CheckConstraint(condition=models.Q(to_level__range=(0, 3)), name="embargo_to_level_known"),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="embargo_has_reason",
                violation_error_message=_("Say why, for the reviewer who is to agree."),
            ),
            models.CheckConstraint(
                condition=models.Q(applied_at=None) | models.Q(agreed_at__lt=models.F("at")),
                name="embargo_applied_only_if_agreed_in_time",
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(level)s from %(moment)s") % {"level": self.get_to_level_display(), "moment": self.when})

    @property
    def when(self) -> str:
        """The set time in words."""
        return str(_("%(moment)s UTC") % {"moment": date_format(self.at, "j F Y H:i")})

    @property
    def state(self) -> EmbargoState:
        """Where it stands; one that nobody agreed to lapses by itself."""
        if self.withdrawn_at is not None:
            return EmbargoState.CANCELLED
        if self.applied_at is not None:
            return EmbargoState.APPLIED
        if self.lapsed_at is not None or (self.agreed_at is None and self.at <= timezone.now()):
            return EmbargoState.LAPSED
        return EmbargoState.PROPOSED if self.agreed_at is None else EmbargoState.AGREED

    @property
    def is_waiting(self) -> bool:
        return self.state in {EmbargoState.PROPOSED, EmbargoState.AGREED}


class PublicSummary(Record):
    """What may be said of a more secret record: a text of its own, under its own marking.

    Nothing in it leads back: the tie to its record is a ``SummaryOf`` of its own, as secret as the record. Written as
    a draft; a reviewer releases it, and only a reviewer changes its words afterwards. Its history, and who wrote it,
    are for its author and for reviewers.
    """

    is_reviewed = False  # a reviewer releases it

    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    dated_on = models.DateField(
        _("date"), null=True, blank=True, help_text=_("The day the text may give, if any. It need not be exact.")
    )

    class Meta(Record.Meta):
        ordering = ["-dated_on", "title"]
        verbose_name = _("public summary")
        verbose_name_plural = _("public summaries")
        constraints = [
            *record_constraints("public_summary"),
            models.CheckConstraint(
                condition=models.Q(external_id=""),
                name="public_summary_no_identifier_elsewhere",
                violation_error_message=_("A public summary carries no identifier that could lead to its record."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SummaryOf(AboutRecord):
    """Ties a public summary to its record; as secret as the more secret of the two."""

    is_reviewed = False

    summary = models.ForeignKey(
        PublicSummary, models.PROTECT, related_name="record_links", verbose_name=_("public summary")
    )

    class Meta(AboutRecord.Meta):
        ordering = ["recorded_at"]
        verbose_name = _("tie of a public summary")
        verbose_name_plural = _("ties of public summaries")
        constraints = [*record_constraints("summary_of")]

    def __str__(self) -> str:
        return str(self.summary)
