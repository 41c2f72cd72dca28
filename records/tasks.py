"""What the worker does with records by the clock."""

import logging

from celery import shared_task
from django.utils import timezone

from access.tasks import Asker, ReaderTask
from records.embargoes import apply_embargo, due_embargoes

log = logging.getLogger(__name__)


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
