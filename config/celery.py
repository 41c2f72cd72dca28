"""The Celery application. Tasks enter the reading door through ``access.tasks.ReaderTask``."""

import ctypes
import os
import signal
import sys

from billiard import current_process
from celery import Celery
from celery.signals import worker_init, worker_process_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

PR_SET_PDEATHSIG = 1  # linux/prctl.h

app = Celery("parley")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_powerful_role(**_signal) -> None:
    """A worker does not start with a database role that the policies do not bind."""
    from config.starting import refuse_to_start_unguarded

    refuse_to_start_unguarded()


@worker_process_init.connect
def end_with_the_worker(**_signal) -> None:
    """A process of the pool does not outlive its worker, however that ends: what it was at is taken up by another."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != current_process()._parent_pid:  # it ended before the kernel was asked
            os._exit(1)


@worker_ready.connect
def begin_at_once(**_signal) -> None:
    """A worker that has just started says so, and looks for what an earlier one left, without waiting for the clock."""
    app.send_task("reports.tasks.heartbeat")
    app.send_task("reports.tasks.sweep_report_runs", args=["system"])
    app.send_task("intake.tasks.sweep_import_runs", args=["system"])
    app.send_task("sources.tasks.sweep_archive_runs", args=["system"])
    app.send_task("records.tasks.apply_embargoes", args=["system"])
