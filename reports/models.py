"""Report runs: what somebody asked the worker to make, how far it is, and what came of it."""

from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from access.managers import ClassifiedManager
from negotiations.models import Conflict
from records.queued import QueuedRun, QueuedRunQuerySet, queue_constraints, queue_indexes


class ReportTemplate(models.TextChoices):
    """Which report is made."""

    PERIOD_SUMMARY = "period_summary", _("Summary for a period")


class ReportRunQuerySet(QueuedRunQuerySet):
    """Report runs the reader asked for; the policy leaves no others."""

    def with_names(self):
        """With what a page or an answer says of each. A run whose conflict may no longer be read is left out."""
        return self.select_related("label", "conflict", "owner")


class ReportRun(QueuedRun):
    """One report asked for by one reader, made with that reader's rights and seen by nobody else.

    ``label`` starts as the conflict's and rises to the join of everything the result contains, so that the result
    closes when the reader's clearance goes.
    """

    template = models.CharField(
        _("report"), max_length=20, choices=ReportTemplate.choices, default=ReportTemplate.PERIOD_SUMMARY
    )
    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="+", verbose_name=_("conflict"))
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to"))
    result = models.JSONField(null=True, editable=False)
    result_sha256 = models.CharField(_("SHA-256 of the result"), max_length=64, blank=True, editable=False)

    task = "reports.tasks.make_report"

    objects = ClassifiedManager.from_queryset(ReportRunQuerySet)()

    class Meta(QueuedRun.Meta):
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_to__gte=models.F("period_from")),
                name="report_run_period_forward",
                violation_error_message=_("The last day lies before the first day."),
            ),
            *queue_constraints("report_run"),
        ]
        indexes = queue_indexes("report_run")

    def __str__(self) -> str:
        return str(self.get_template_display())

    def get_absolute_url(self) -> str:
        return reverse("reports:report-run-detail", args=[self.pk])

    @property
    def period_words(self) -> str:
        """The period in words: ``1 January 2026 – 31 March 2026``."""
        return f"{date_format(self.period_from)} – {date_format(self.period_to)}"
