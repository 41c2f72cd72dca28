"""What the clock does at the desk: forms nobody came back to are deleted."""

import logging

from celery import shared_task

from access.tasks import Asker, ReaderTask
from desk.models import KeptForm

log = logging.getLogger(__name__)


@shared_task(base=ReaderTask)
def purge_kept_forms(asker: Asker) -> None:
    """Delete the kept forms that are due: the policies show the system those and no others."""
    with asker.transaction():
        number, _by_model = KeptForm.objects.all().delete()
    log.info("%s kept forms deleted.", number)
