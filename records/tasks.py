"""What the worker does with records by the clock: embargoes, the seal of the history, files nobody took up."""

import logging

from celery import shared_task
from django.utils import timezone

from access.tasks import Asker, ReaderTask
from records import sealing, uploads
from records.embargoes import apply_embargo, due_embargoes

log = logging.getLogger(__name__)


@shared_task(base=ReaderTask)
def seal_history(asker: Asker) -> None:
    """Seal the history and log the seal, so that it leaves the machine with the logs."""
    with asker.transaction():
        seal = sealing.seal_history()
    if seal is not None:
        log.info(sealing.in_one_line(seal))


@shared_task(base=ReaderTask)
def apply_embargoes(asker: Asker) -> None:
    """Apply the embargoes whose time has come, each in a transaction of its own; one that fails stops no other."""
    with asker.transaction():
        due = due_embargoes(timezone.now())
    for pk in due:
        try:
            with asker.transaction() as actor:
                apply_embargo(actor, pk)
        except Exception as error:
            # Without the message, which may hold values of records. The clock tries again.
            log.error("Embargo %s could not be applied (%s).", pk, type(error).__name__)


@shared_task(base=ReaderTask)
def delete_old_uploads(asker: Asker) -> None:
    """Delete the uploaded files that no record has taken up."""
    with asker.transaction():
        uploads.delete_old_uploads()
