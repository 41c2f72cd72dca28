"""Copies of sources, kept as they were on a day; and the runs of the worker that make them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.managers import ClassifiedManager
from records.files import Missing, stored_text
from records.models import Record, RecordQuerySet, StoredFile, record_constraints
from records.queued import PATIENCE, QueuedRun, QueuedRunQuerySet, queue_constraints, queue_indexes
from sources.models.sources import Source


class CopyOrigin(models.TextChoices):
    """How a copy came."""

    FETCHED = "fetched", gettext_lazy("fetched from its address")
    GIVEN = "given", gettext_lazy("given as a file")


class CopyState(models.TextChoices):
    """What came of an archiving."""

    WAITING = "waiting", gettext_lazy("Being made")
    KEPT = "kept", gettext_lazy("Kept")
    FAILED = "failed", gettext_lazy("Failed")


STATE_CSS = {CopyState.WAITING: "half", CopyState.KEPT: "ok", CopyState.FAILED: "bad"}


class ArchivedCopyQuerySet(RecordQuerySet):
    """Copies the reader may see."""

    def kept(self):
        """Those that can be read: neither withdrawn, nor failed, nor still being made."""
        return self.current().filter(state=CopyState.KEPT)


class ArchivedCopy(StoredFile, Record):
    """One archiving of a source: who asked for it, when, and what came of it, be it a failure in words.

    The original is kept byte for byte, and the text that could be read out of it beside it. Nothing of it changes once
    it is made, and none replaces another; a trigger (``guard_copy``) sees to both. It is at least as secret as its
    source.
    """

    is_reviewed = False
    holds_files = False
    citations = None

    source = models.ForeignKey(Source, models.PROTECT, related_name="copies", verbose_name=gettext_lazy("source"))
    origin = models.CharField(gettext_lazy("how it came"), max_length=7, choices=CopyOrigin.choices, editable=False)
    state = models.CharField(
        gettext_lazy("outcome"), max_length=7, choices=CopyState.choices, default=CopyState.WAITING, editable=False
    )
    told = models.TextField(gettext_lazy("what went wrong"), blank=True, editable=False)
    # Fetching tells the publisher that somebody reads the source: of restricted sources only on an explicit yes.
    is_agreed = models.BooleanField(
        gettext_lazy("asked for although the source is restricted"), default=False, editable=False
    )
    asked_address = models.CharField(gettext_lazy("address asked"), max_length=1000, blank=True, editable=False)
    final_address = models.CharField(gettext_lazy("address that answered"), max_length=2000, blank=True, editable=False)
    http_status = models.PositiveSmallIntegerField(gettext_lazy("status of the answer"), null=True, editable=False)
    headers = models.JSONField(gettext_lazy("headers of the answer"), default=list, editable=False)
    received_at = models.DateTimeField(gettext_lazy("received"), null=True, editable=False)
    text_file = models.CharField(max_length=100, blank=True, editable=False)
    text_told = models.TextField(gettext_lazy("about its text"), blank=True, editable=False)

    objects = ClassifiedManager.from_queryset(ArchivedCopyQuerySet)()

    class Meta(Record.Meta):
        ordering = ["-recorded_at"]
        verbose_name = gettext_lazy("archived copy")
        verbose_name_plural = gettext_lazy("archived copies")
        constraints = [
            *record_constraints("archived_copy"),
            models.CheckConstraint(condition=models.Q(origin__in=CopyOrigin.values), name="archived_copy_origin_known"),
            models.CheckConstraint(condition=models.Q(state__in=CopyState.values), name="archived_copy_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="kept")
                | (~models.Q(file="") & ~models.Q(sha256="") & models.Q(received_at__isnull=False)),
                name="archived_copy_kept_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="failed") | ~models.Q(told=""), name="archived_copy_failed_in_words"
            ),
        ]

    def __str__(self) -> str:
        return _("Copy of %(source)s") % {"source": self.source}

    @property
    def state_css(self) -> str:
        return STATE_CSS[self.state]

    @property
    def told_now(self) -> str:
        """What went wrong, in words; also where no worker has taken it up."""
        if self.state == CopyState.WAITING and timezone.now() - self.recorded_at > PATIENCE:
            return _("No worker has taken it up for two minutes. It will still be made if one comes back.")
        return self.told

    def text(self) -> str:
        """Return the text that was read out of it; empty where there is none."""
        try:
            return stored_text(self.text_file) if self.text_file else ""
        except Missing:
            return ""


class ArchiveRun(QueuedRun):
    """The worker's turn at one archiving: asked for by one person, made with their rights, as secret as the copy."""

    copy = models.OneToOneField(
        ArchivedCopy, models.PROTECT, related_name="run", verbose_name=gettext_lazy("archived copy")
    )

    task = "sources.tasks.archive"

    objects = ClassifiedManager.from_queryset(QueuedRunQuerySet)()

    class Meta(QueuedRun.Meta):
        verbose_name = gettext_lazy("archiving")
        verbose_name_plural = gettext_lazy("archivings")
        constraints = queue_constraints("archive_run")
        indexes = queue_indexes("archive_run")

    def __str__(self) -> str:
        return str(self.pk)
