"""What a worker does for one person: a row that is the queue's truth, and the lease of the attempt that works on it.

Redis only wakes the worker. What kinds of runs there are is said where they are kept.
"""

import datetime as dt
import logging
import threading
import traceback
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from celery import current_app
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, ProgrammingError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import SYSTEM, note_label
from access.levels import Level
from access.managers import ClassifiedManager, ClassifiedQuerySet
from access.models import Label
from access.refusals import REFUSED_BY_POLICY
from access.tasks import Asker
from records.references import random_reference

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=30)
WAITS_BEFORE_SWEEP = dt.timedelta(seconds=10)
WAKE_SECONDS = 1
MOST_ATTEMPTS = 3
# Nothing is shown as being made for longer than this when nobody holds its lease.
PATIENCE = dt.timedelta(minutes=2)
BEAT_SECONDS = 1


class RunState(models.TextChoices):
    """Where a run stands. The row is the queue's truth; Redis only wakes the worker."""

    QUEUED = "queued", gettext_lazy("Waiting")
    RUNNING = "running", gettext_lazy("Being made")
    DONE = "done", gettext_lazy("Ready")
    FAILED = "failed", gettext_lazy("Failed")


FINISHED = frozenset({RunState.DONE, RunState.FAILED})


class QueuedRunQuerySet(ClassifiedQuerySet):
    """Runs the reader asked for; the policies leave no others."""

    def claimable(self, now: dt.datetime):
        """Runs that wait, or whose worker has not been heard of since its lease ran out."""
        return self.filter(models.Q(state=RunState.QUEUED) | models.Q(state=RunState.RUNNING, lease_until__lt=now))


class QueuedRun(models.Model):
    """Base of what a worker does for one reader, with that reader's rights, and shows to nobody else.

    ``runner`` names the attempt that holds the lease: whoever finds another name there has lost it and writes nothing
    more, so that two workers on one row make one result. Subclasses give ``task``, the name of the Celery task.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(
        gettext_lazy("reference"), max_length=11, unique=True, default=random_reference, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=gettext_lazy("asked for by")
    )
    principal = models.CharField(max_length=80, editable=False)
    level = models.SmallIntegerField(choices=Level.choices, default=Level.PUBLIC, editable=False)
    compartments = ArrayField(models.IntegerField(), default=list, editable=False)
    label = models.ForeignKey(Label, models.PROTECT, related_name="+", editable=False, blank=True)

    state = models.CharField(
        gettext_lazy("state"), max_length=8, choices=RunState.choices, default=RunState.QUEUED, editable=False
    )
    step = models.CharField(gettext_lazy("step"), max_length=80, blank=True, editable=False)
    progress = models.PositiveSmallIntegerField(gettext_lazy("per cent"), default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(gettext_lazy("attempts"), default=0, editable=False)
    runner = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    requested_at = models.DateTimeField(gettext_lazy("asked for"), auto_now_add=True)
    started_at = models.DateTimeField(gettext_lazy("begun"), null=True, editable=False)
    finished_at = models.DateTimeField(gettext_lazy("finished"), null=True, editable=False)
    error = models.TextField(gettext_lazy("what went wrong"), blank=True, editable=False)

    task = ""

    objects = ClassifiedManager.from_queryset(QueuedRunQuerySet)()

    class Meta:
        abstract = True
        ordering = ["-requested_at"]
        base_manager_name = "objects"

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
            return _("No worker has taken it up for two minutes. It will still be made if one comes back.")
        return self.error

    @property
    def is_finished(self) -> bool:
        return self.state_now in FINISHED

    def enqueue(self, principal: str) -> None:
        """Put the run into the queue with all its attempts, in the principal's name, and wake a worker on commit."""
        self.principal = principal
        self.state, self.step, self.progress, self.attempts, self.error = RunState.QUEUED, "", 0, 0, ""
        self.runner = self.lease_until = self.started_at = self.finished_at = None
        self.queued_at = timezone.now()
        self.save()
        wake_after_commit(self)


def queue_constraints(name: str) -> list[models.BaseConstraint]:
    """Return the constraints of every run; ``name`` begins their names."""
    return [
        models.CheckConstraint(condition=models.Q(state__in=RunState.values), name=f"{name}_state_known"),
        models.CheckConstraint(condition=models.Q(progress__lte=100), name=f"{name}_progress_per_cent"),
    ]


def queue_indexes(name: str) -> list[models.Index]:
    """Return the indexes of every run; ``name`` begins their names."""
    return [
        models.Index(fields=["state", "lease_until"], name=f"{name}_queue"),
        models.Index(fields=["owner", "-requested_at"], name=f"{name}_own"),
    ]


# Waking a worker ------------------------------------------------------------------------------------------------------


def wake_after_commit(run: QueuedRun) -> None:
    """Tell a worker, once the row is committed. A Redis that is down loses nothing: the sweeper finds the row."""
    task, principal, run_id = run.task, run.principal, str(run.pk)
    transaction.on_commit(lambda: wake(task, principal, run_id), robust=True)


def wake(task: str, principal: str, run_id: str) -> None:
    """Send the run to a worker, or say in the log that nobody could be told."""
    try:
        with current_app.connection_for_write() as connection:
            # A page waits for this: a Redis that hangs is given up much sooner than a worker would.
            connection.transport_options |= {"socket_timeout": WAKE_SECONDS, "socket_connect_timeout": WAKE_SECONDS}
            current_app.send_task(task, args=[principal, run_id], connection=connection, retry=False)
    except Exception as error:  # whatever is wrong with the broker, the request stands
        log.warning("Nobody could be woken for %s %s (%s); the sweeper will.", task, run_id, type(error).__name__)


# What the worker does -------------------------------------------------------------------------------------------------


class LostLease(Exception):
    """Another worker holds the run now: this one writes nothing more."""


@dataclass(frozen=True)
class Lease:
    """The right of one attempt to work on one run. Every write is bound to it."""

    kind: type[QueuedRun]
    run_id: uuid.UUID
    runner: uuid.UUID

    def held(self):
        """Return the run if this attempt still holds it, as a queryset of one or none."""
        return self.kind.objects.filter(pk=self.run_id, runner=self.runner, state=RunState.RUNNING)

    def note(self, step: str, progress: int) -> None:
        """Say which step begins and hold the lease longer; raise LostLease where it is gone."""
        if not self.held().update(step=step, progress=progress, lease_until=timezone.now() + LEASE):
            raise LostLease

    def finish(self, **fields) -> None:
        """Keep what came of it; raise LostLease where the lease is gone."""
        done = {"state": RunState.DONE, "step": "", "progress": 100, "lease_until": None, "finished_at": timezone.now()}
        if not self.held().update(**done | fields):
            raise LostLease

    def release(self, error: str, *, again: bool = True) -> None:
        """After an attempt that went wrong: back into the queue, or failed where it was the last or no other helps."""
        held = self.held()
        now = timezone.now()
        if (held if not again else held.filter(attempts__gte=MOST_ATTEMPTS)).update(**failed(error, now)):
            return
        waiting = {"state": RunState.QUEUED, "runner": None, "lease_until": None, "queued_at": now}
        held.update(**waiting, step="", progress=0, error=error)


def claim_run(kind: type[QueuedRun], run_id: uuid.UUID) -> Lease | None:
    """Take the lease of a run that waits or whose worker is gone; None where somebody else has it or it is done."""
    now = timezone.now()
    lease = Lease(kind, run_id, uuid.uuid4())
    taken = (
        kind.objects.claimable(now)
        .filter(pk=run_id, attempts__lt=MOST_ATTEMPTS)
        .update(
            state=RunState.RUNNING,
            runner=lease.runner,
            lease_until=now + LEASE,
            attempts=models.F("attempts") + 1,
            started_at=now,
            step="",
            progress=0,
            error="",
        )
    )
    return lease if taken else None


def take_up(asker: Asker, kind: type[QueuedRun], run_id: uuid.UUID, gone: str) -> Lease | None:
    """Take the lease of a run in the asker's name; None where somebody else has it or it is done.

    A run that its asker may no longer see (the account was closed, the token revoked) is given up, with ``gone`` as
    the reason in one sentence.
    """
    try:
        with asker.transaction():
            lease = claim_run(kind, run_id)
            is_gone = lease is None and not kind.objects.filter(pk=run_id).exists()
    except ProgrammingError as error:
        if getattr(error.__cause__, "pgcode", None) != REFUSED_BY_POLICY:
            raise
        lease, is_gone = None, True
    if is_gone:
        with Asker(SYSTEM).transaction():
            fail_run(kind, run_id, gone)
    return lease


def put_back(asker: Asker, lease: Lease, error: str, *, again: bool = True) -> None:
    """Let go of a run after an attempt that went wrong; where even that cannot be done, its lease runs out and the
    sweeper takes over.
    """
    for who in (asker, Asker(SYSTEM, asker.request_id)):
        try:
            with who.transaction():
                lease.release(error, again=again)
        except DatabaseError:
            log.error("%s %s could not be put back; its lease will run out.", lease.kind.__name__, lease.run_id)
        else:
            return


def where(error: Exception) -> str:
    """Return where an error was raised, without its message, which may hold values of records."""
    return "".join(traceback.format_tb(error.__traceback__)[-4:])


def fail_run(kind: type[QueuedRun], run_id: uuid.UUID, error: str) -> None:
    """Give up a run that nobody works on, with the reason in one sentence."""
    now = timezone.now()
    kind.objects.claimable(now).filter(pk=run_id).update(**failed(error, now))


def failed(error: str, now: dt.datetime) -> dict:
    return {"state": RunState.FAILED, "lease_until": None, "runner": None, "finished_at": now, "error": error}


def sweep(kind: type[QueuedRun]) -> list[tuple[str, str]]:
    """Return (principal, id) of the runs to wake a worker for; give up those that have used up their attempts.

    To be called as the system, which sees everybody's runs.
    """
    now = timezone.now()
    lost = kind.objects.filter(state=RunState.RUNNING, lease_until__lt=now)
    told = _("The worker that made it stopped %(times)s times before the end.") % {"times": MOST_ATTEMPTS}
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(**failed(told, now))
    waiting = kind.objects.filter(state=RunState.QUEUED, queued_at__lt=now - WAITS_BEFORE_SWEEP)
    found = (lost | waiting).order_by("queued_at").values_list("principal", "pk")
    return [(principal, str(pk)) for principal, pk in found]


def wake_all(kind: type[QueuedRun], found: Iterable[tuple[str, str]]) -> None:
    """Wake workers for what ``sweep`` found."""
    for principal, run_id in found:
        wake(kind.task, principal, run_id)


class Heart(threading.Thread):
    """Says how far a run is while its one long step works, and holds the lease: over a connection of its own."""

    def __init__(self, asker: Asker, lease: Lease, step: str = ""):
        super().__init__(daemon=True)
        self.asker, self.lease = asker, lease
        self.step, self.percent = step, 0
        self.ended = threading.Event()
        self.lost = False

    def __enter__(self) -> "Heart":
        self.start()
        return self

    def __exit__(self, *_error) -> None:
        self.stop()

    def stop(self) -> None:
        """Beat no more. Before the run's row is written, so that the two do not wait for one another."""
        self.ended.set()
        self.join()

    def tell(self, step: str, percent: int) -> None:
        """Keep what the next beat says; raise LostLease where another worker has the run."""
        if self.lost:
            raise LostLease
        self.step, self.percent = step, percent

    def run(self) -> None:
        try:
            while not self.lost:
                self.beat()
                if self.ended.wait(BEAT_SECONDS):
                    return
        finally:
            connection.close()

    def beat(self) -> None:
        try:
            with self.asker.transaction():
                self.lease.note(self.step, self.percent)
        except LostLease:
            self.lost = True
        except DatabaseError as error:
            log.warning("%s %s: a beat failed (%s).", self.lease.kind.__name__, self.lease.run_id, type(error).__name__)
