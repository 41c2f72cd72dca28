"""My work: what waits for the reader, and follow-ups marked as done in place."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from access import permissions
from access.context import current_reader
from access.refusals import REFUSED_BY_POLICY
from desk.keeping import key_of
from desk.reminders import reminded
from desk.views.review import review_url
from desk.work import Sort, Task, records_of, tasks_of
from negotiations.models import FollowUp
from negotiations.services import finish_follow_up
from records import reviewing
from records.checking import Past
from records.models import Assignment, Record, ReviewState
from records.querysets import whole_number
from records.review_told import query_told
from records.services import StaleVersion
from records.waiting import page_of

DONE_SHOWN = 7  # days


class MyWork(LoginRequiredMixin, TemplateView):
    """Everything that waits for the reader, the overdue first. What is done here is done in place."""

    template_name = "desk/my_work.html"

    def post(self, request, *args, **kwargs):
        act = {"done": self.finish, "undone": self.finish, "seen": self.see}.get(request.POST.get("act", ""))
        try:
            with transaction.atomic():
                if act is not None:
                    act()
        except StaleVersion:
            messages.error(request, _("It was changed since you opened this page. Look at it again."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", None) != REFUSED_BY_POLICY:
                raise
            messages.error(request, _("You may read this and not change it. Ask a recorder to do it for you."))
        return HttpResponseRedirect(reverse("desk:my-work"))

    def finish(self) -> None:
        """Mark a follow-up of the reader's as done today, or take that back."""
        permissions.demand(permissions.WRITE)
        mine = FollowUp.objects.current().filter(owner_id=current_reader().user_id)
        follow_up = get_object_or_404(mine, pk=self.sent())
        is_done = self.request.POST["act"] == "done"
        finish_follow_up(current_reader(), follow_up, expected_version=self.version, is_done=is_done)
        messages.success(self.request, _("Marked as done.") if is_done else _("It is among what is to be done again."))

    def see(self) -> None:
        """Write down that the reader has seen where they were named."""
        mine = Assignment.objects.current().filter(to_id=current_reader().user_id)
        asked = get_object_or_404(mine, pk=self.sent())
        reviewing.finish(current_reader(), asked, expected_version=self.version)

    def sent(self):
        return key_of(self.request.POST.get("item"))

    @property
    def version(self) -> int:
        return whole_number(self.request.POST.get("version", "")) or 0

    def get_context_data(self, **kwargs):
        actor = current_reader()
        tasks = tasks_of(actor)
        records = records_of(tasks)
        told = reminded(actor, tasks)
        rows: dict[Sort, list[dict]] = {sort: [] for sort in Sort}
        for task in sorted(tasks, key=lambda one: (one.day is None, one.day or timezone.localdate(), str(one.pk))):
            if task.pk in records:
                rows[task.sort].append(self.row(task, records[task.pk]) | {"reminded": told.get(task.pk)})
        self.add_notes(rows[Sort.RETURNED])
        return super().get_context_data(**kwargs) | {
            "title": _("My work"),
            "lede": self.lede(tasks, told),
            "may_write": permissions.may(permissions.WRITE),
            "follow_ups": rows[Sort.FOLLOW_UP],
            "returned": rows[Sort.RETURNED],
            "queries": rows[Sort.QUERY],
            "mentions": rows[Sort.MENTION],
            "checks": rows[Sort.CHECK],
            "done": self.lately_done(actor),
        }

    def lede(self, tasks: list[Task], told: dict) -> str:
        waiting = ngettext("%(n)s thing waits for you.", "%(n)s things wait for you.", len(tasks)) % {"n": len(tasks)}
        overdue = sum(task.is_overdue for task in tasks)
        late = ngettext("%(n)s is overdue.", "%(n)s are overdue.", overdue) % {"n": overdue}
        number = sum(task.pk in told for task in tasks)
        again = ngettext("You were reminded of %(n)s.", "You were reminded of %(n)s.", number) % {"n": number}
        return " ".join([waiting, *([late] if overdue else []), *([again] if number else [])])

    def row(self, task: Task, record: Record) -> dict:
        """Return one thing for the page."""
        about = record.meeting if task.sort == Sort.FOLLOW_UP else record
        if task.sort in {Sort.QUERY, Sort.MENTION, Sort.CHECK}:
            about = record.record
        row = {"task": task, "record": record, "about": about, "url": page_of(about)}
        if task.sort == Sort.QUERY:
            row["told"] = query_told(current_reader(), record)
        if task.sort == Sort.CHECK:
            row["review_url"] = review_url(type(about), about.pk)
        if task.sort == Sort.RETURNED:
            row["review_url"] = review_url(type(record), record.pk)
            row["edit_url"] = edit_url(record)
        return row

    def add_notes(self, rows: list[dict]) -> None:
        """Add to returned records the note each came back with; one statement."""
        past = Past([row["record"] for row in rows]) if rows else None
        for row in rows:
            row["entry"] = past.last(row["record"], ReviewState.RETURNED)

    def lately_done(self, actor) -> list[FollowUp]:
        since = timezone.localdate() - timezone.timedelta(days=DONE_SHOWN)
        done = FollowUp.objects.current().filter(owner_id=actor.user_id, done_on__gte=since)
        return list(done.select_related("label", "meeting__channel").order_by("-done_on", "pk")[:20])


def edit_url(record: Record) -> str | None:
    """Return where a record is edited; None where it has no form."""
    try:
        return reverse(f"desk:{record.kind}-edit", args=[record.pk])
    except NoReverseMatch:
        return None
