"""Imports: the runs that read a file, and which record came with which run."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access.levels import Level
from access.managers import ClassifiedManager
from exchanges.vocabulary import OutcomeKind
from intake.files import Table
from intake.shapes import Shape
from negotiations.models import Conflict
from records.queued import QueuedRun, QueuedRunQuerySet, RunState, queue_constraints, queue_indexes


class Stage(models.TextChoices):
    """What an import is at: its state says whether the worker is still about it."""

    COLUMNS = "columns", _("Say what the columns hold")
    CHECK = "check", _("Checked, nothing written yet")
    WRITE = "write", _("Imported")


class ImportRun(QueuedRun):
    """One file somebody imports: how it is read, what its columns hold, what was found, what became of it.

    Nobody but its owner sees it, and only while they may read what it writes: its label is that marking, or the
    conflict's where that is more secret. The file lies in the store of files and is deleted after some days.
    """

    shape = models.CharField(_("what the rows are"), max_length=8, choices=Shape.choices)
    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="+", verbose_name=_("conflict"))
    outcome_kind = models.CharField(_("kind of outcome"), max_length=25, choices=OutcomeKind.choices, blank=True)
    marking_level = models.SmallIntegerField(_("who can see it"), choices=Level.choices)
    marking_compartments = ArrayField(models.IntegerField(), default=list, blank=True)
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.COLUMNS)

    file = models.CharField(max_length=100)
    file_name = models.CharField(_("file"), max_length=200)
    file_size = models.PositiveIntegerField(_("size"))
    file_sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    file_gone_at = models.DateTimeField(null=True)
    encoding = models.CharField(_("encoding"), max_length=10, blank=True)
    delimiter = models.CharField(_("delimiter"), max_length=1, blank=True)
    header = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    # What the check found: numbers, the first problems, the first rows; see intake.work.
    found = models.JSONField(null=True)
    bad_rows = models.CharField(max_length=100, blank=True)
    # Rows that went to the inbox instead, by line.
    left_out = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    discarded_at = models.DateTimeField(null=True)

    task = "intake.tasks.work_on_import"

    objects = ClassifiedManager.from_queryset(QueuedRunQuerySet)()

    class Meta(QueuedRun.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            *queue_constraints("import_run"),
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="import_run_stage_known"),
            models.CheckConstraint(condition=models.Q(shape__in=Shape.values), name="import_run_shape_known"),
        ]
        indexes = queue_indexes("import_run")

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("intake:import-run-detail", args=[self.pk])

    def table(self, path) -> Table:
        """Return how the file at ``path`` is read."""
        return Table(path, self.encoding, self.delimiter, self.header, self.tags)

    @property
    def request_id(self) -> str:
        """What the history calls everything this import wrote."""
        return request_id_of(self.pk)

    @property
    def is_checked(self) -> bool:
        return self.stage == Stage.CHECK and self.state == RunState.DONE

    @property
    def is_imported(self) -> bool:
        return self.stage == Stage.WRITE and self.state == RunState.DONE

    @property
    def may_be_written(self) -> bool:
        """Whether it was checked, has no bad rows, and there is something to write."""
        counts = (self.found or {}).get("counts", {})
        return self.is_checked and not counts.get("bad") and bool(counts.get("new", 0) + counts.get("changed", 0))


def request_id_of(run_pk) -> str:
    """Return what the history calls everything that an import of this identity wrote."""
    return f"import-{run_pk}"


class ImportedRecord(models.Model):
    """A record that an import made or changed, and the row it came from.

    For the importer and reviewers who see the record.
    """

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="records")
    line = models.PositiveIntegerField()
    record_table = models.CharField(max_length=63)
    record_id = models.UUIDField(db_index=True)
    is_new = models.BooleanField(default=True)

    class Meta:
        ordering = ["line", "id"]
        verbose_name = _("imported record")
        verbose_name_plural = _("imported records")

    def __str__(self) -> str:
        return f"{self.record_table} {self.record_id}"
