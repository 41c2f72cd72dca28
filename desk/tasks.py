"""What the clock does at the desk: forms nobody came back to are deleted, people are reminded."""

import datetime as dt
import logging

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from access.context import user_principal
from access.models import User
from access.tasks import Asker, ReaderTask
from desk import reminders
from desk.models import KeptForm

log = logging.getLogger(__name__)


@shared_task(base=ReaderTask)
def purge_kept_forms(asker: Asker) -> None:
    """Delete the kept forms that are due: the policy lets the system delete those and no others."""
    with asker.transaction():
        number, _by_model = KeptForm.objects.all().delete()
    log.info("%s kept forms deleted.", number)


@shared_task(base=ReaderTask)
def send_reminders(asker: Asker) -> None:
    """Remind everybody with an account of what waits for them, each in their own name; one that fails stops no other.

    Safe to be sent any number of times.
    """
    with asker.transaction():
        people = list(User.objects.filter(is_active=True).order_by("username"))
    today = timezone.localdate()
    sent = 0
    for person in people:
        try:
            sent += remind_one(Asker(user_principal(person), asker.request_id), today)
        except (DatabaseError, OSError) as error:
            # Without the message, which may hold an address or values of records. The clock tries again.
            log.error("Somebody could not be reminded (%s).", type(error).__name__)
    log.info("%s reminders mailed.", sent)


def remind_one(asker: Asker, today: dt.date) -> bool:
    """Remind one person in the app, and then by mail; return whether a mail was sent."""
    with asker.transaction() as actor:
        if not reminders.remind(actor, today):
            return False
    # A transaction of its own: where the mail server is away, the reminder in the app stands.
    with asker.transaction() as actor:
        return reminders.mail(actor, today)
