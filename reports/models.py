"""Report runs: what somebody asked the worker to make, how far it is, and what came of it."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from access.context import note_label
from access.levels import Level
from access.managers import ClassifiedManager, ClassifiedQuerySet
from access.models import Label
from negotiations.models import Conflict
from records.references import random_reference


class ReportTemplate(models.TextChoices):
    """Which report is made."""

    PERIOD_SUMMARY = "period_summary", _("Summary for a period")


class RunState(models.TextChoices):
    """Where a run stands. The row is the queue's truth; Redis only wakes the worker."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being made")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")


FINISHED = frozenset({RunState.DONE, RunState.FAILED})
MOST_ATTEMPTS = 3
# Nothing is shown as being made for longer than this when nobody holds its lease.
PATIENCE = dt.timedelta(minutes=2)


class ReportRunQuerySet(ClassifiedQuerySet):
    """Report runs the reader asked for; the policy leaves no others."""

    def with_names(self):
        """With what a page or an answer says of each. A run whose conflict may no longer be read is left out."""
        return self.select_related("label", "conflict", "owner")

    def claimable(self, now: dt.datetime):
        """Runs that wait, or whose worker has not been heard of since its lease ran out."""
        return self.filter(models.Q(state=RunState.QUEUED) | models.Q(state=RunState.RUNNING, lease_until__lt=now))


class ReportRun(models.Model):
    """One report asked for by one reader, made with that reader's rights and seen by nobody else.

    ``label`` starts as the conflict's and rises to the join of everything the result contains, so that the result
    closes when the reader's clearance goes. ``runner`` names the attempt that holds the lease: whoever finds another
    name there has lost it and writes nothing more, so that two workers on one row make one result.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=11, unique=True, default=random_reference, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    principal = models.CharField(max_length=80, editable=False)
    template = models.CharField(
        _("report"), max_length=20, choices=ReportTemplate.choices, default=ReportTemplate.PERIOD_SUMMARY
    )
    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="+", verbose_name=_("conflict"))
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to"))
    level = models.SmallIntegerField(choices=Level.choices, default=Level.PUBLIC, editable=False)
    compartments = ArrayField(models.IntegerField(), default=list, editable=False)
    label = models.ForeignKey(Label, models.PROTECT, related_name="+", editable=False, blank=True)

    state = models.CharField(
        _("state"), max_length=8, choices=RunState.choices, default=RunState.QUEUED, editable=False
    )
    step = models.CharField(_("step"), max_length=80, blank=True, editable=False)
    progress = models.PositiveSmallIntegerField(_("per cent"), default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    runner = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    requested_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    started_at = models.DateTimeField(_("begun"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    error = models.TextField(_("what went wrong"), blank=True, editable=False)
    result = models.JSONField(null=True, editable=False)
    result_sha256 = models.CharField(_("SHA-256 of the result"), max_length=64, blank=True, editable=False)

    objects = ClassifiedManager.from_queryset(ReportRunQuerySet)()

    class Meta:
        ordering = ["-requested_at"]
        base_manager_name = "objects"
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_to__gte=models.F("period_from")),
                name="report_run_period_forward",
                violation_error_message=_("The last day lies before the first day."),
            ),
            models.CheckConstraint(condition=models.Q(state__in=RunState.values), name="report_run_state_known"),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="report_run_progress_per_cent"),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="report_run_queue"),
            models.Index(fields=["owner", "-requested_at"], name="report_run_own"),
        ]

    def __str__(self) -> str:
        return str(self.get_template_display())

    def get_absolute_url(self) -> str:
        return reverse("reports:report-run-detail", args=[self.pk])

    @classmethod
    def from_db(cls, db, field_names, values):
        run = super().from_db(db, field_names, values)
        note_label(run.__dict__.get("label_id"))
        return run

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody has taken it up, or held its lease, for two minutes. It is then shown as failed.

        Only shown: a worker that comes back still finds the row waiting and makes the report.
        """
        if self.state in FINISHED:
            return False
        last_sign = max(self.queued_at, self.lease_until or self.queued_at)
        return timezone.now() - last_sign > PATIENCE

    @property
    def state_now(self) -> str:
        """The state to show: an abandoned run has failed."""
        return RunState.FAILED if self.is_abandoned else self.state

    @property
    def state_words(self) -> str:
        return str(RunState(self.state_now).label)

    @property
    def error_now(self) -> str:
        """What went wrong, in one sentence; empty while nothing has."""
        if self.is_abandoned:
            return str(_("No worker has taken it up for two minutes. It will still be made if one comes back."))
        return self.error

    @property
    def is_finished(self) -> bool:
        return self.state_now in FINISHED

    @property
    def period_words(self) -> str:
        """The period in words: ``1 January 2026 – 31 March 2026``."""
        return f"{date_format(self.period_from)} – {date_format(self.period_to)}"
