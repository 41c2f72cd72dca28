"""The worker's task for the history: its seal, every hour."""

import logging

from celery import shared_task

from access.tasks import Asker, ReaderTask
from records import sealing

log = logging.getLogger(__name__)


@shared_task(base=ReaderTask)
def seal_history(asker: Asker) -> None:
    """Seal the history and log the seal, so that it leaves the machine with the logs."""
    with asker.transaction():
        seal = sealing.seal_history()
    if seal is not None:
        log.info(sealing.in_one_line(seal))
