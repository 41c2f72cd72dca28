"""Reminders: once for each thing that waits and each day it is due, in the app and, where that is set up, by mail.

A mail says how many things wait and where; nothing of any record. What waits is asked in the reader's own name, so that
nobody is reminded of what they may no longer see.
"""

import datetime as dt
import hashlib
from dataclasses import replace

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.context import Reader
from access.models import MailAddress
from desk.models import Reminder
from desk.work import Sort, Task, tasks_of
from records.models import HistoryEntry, ReviewState


def due_tasks(actor: Reader, today: dt.date) -> list[Task]:
    """Return what waits for the reader and is due by ``today``; what has no due day of its own is due when it came."""
    tasks = tasks_of(actor)
    came_back = returned_on([task.pk for task in tasks if task.sort == Sort.RETURNED])
    told = [replace(task, day=came_back.get(task.pk, task.day)) for task in tasks]
    return [task for task in told if task.day is not None and task.day <= today]


def returned_on(pks: list) -> dict:
    """Return the day on which each of these records last came back; a later edit of it is no new reminder."""
    came = HistoryEntry.objects.filter(record_id__in=pks, after__review_state=ReviewState.RETURNED)
    came = came.exclude(before__review_state=ReviewState.RETURNED).order_by()
    return {pk: at.date() for pk, at in came.values_list("record_id").annotate(at=Max("at"))}


def remind(actor: Reader, today: dt.date) -> int:
    """Write down a reminder of everything that is due and of which there is none yet; return how many there are now.

    Any number of times, by any number of workers: once for each thing and day.
    """
    tasks = due_tasks(actor, today)
    Reminder.objects.bulk_create(
        [Reminder(user_id=actor.user_id, item_table=task.table, item=task.pk, due_on=task.day) for task in tasks],
        ignore_conflicts=True,
    )
    return len(tasks)


def mail(actor: Reader, today: dt.date) -> bool:
    """Send the reader one mail if there is a reminder they were sent none of yet; return whether it was sent.

    The reminders are held until the transaction ends, so that of two workers one sends, and marked in it: a mail that
    the server refuses is sent by the next run. Raises OSError and ``smtplib.SMTPException``.
    """
    address = MailAddress.objects.filter(user_id=actor.user_id).values_list("address", flat=True).first()
    if not settings.EMAIL_HOST or not address:
        return False
    waiting = {(task.pk, task.day) for task in due_tasks(actor, today)}
    unsent = Reminder.objects.filter(user_id=actor.user_id, mailed_at=None).select_for_update(skip_locked=True)
    held = [one for one in unsent if (one.item, one.due_on) in waiting]
    if not held:
        return False
    message(address, len(tasks_of(actor)), held).send()
    Reminder.objects.filter(pk__in=[one.pk for one in held]).update(mailed_at=timezone.now())
    return True


def message(address: str, number: int, reminders: list[Reminder]) -> EmailMessage:
    """Return the mail. Sent again after a crash it has the same Message-ID, by which mail programs know it."""
    told = ngettext("You have %(n)s thing waiting.", "You have %(n)s things waiting.", number) % {"n": number}
    digest = hashlib.sha256(b"".join(sorted(one.pk.bytes for one in reminders))).hexdigest()[:32]
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=_("Parley: something waits for you"),
        body=f"{told}\n\n{settings.PARLEY_ADDRESS}{reverse('desk:my-work')}\n",
        to=[address],
        headers={"Message-ID": f"<{digest}@{host}>", "Auto-Submitted": "auto-generated"},
    )


def reminded(actor: Reader, tasks: list[Task]) -> dict:
    """Return when the reader was last reminded of each of these, by its identifier; one statement."""
    found = Reminder.objects.filter(user_id=actor.user_id, item__in=[task.pk for task in tasks])
    return dict(found.order_by().values_list("item").annotate(at=Max("made_at")))
