"""The page of a record's history: every change the reader may see, and who has read a restricted record."""

from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from django.views.generic.detail import SingleObjectMixin

from access import permissions
from access.context import current_reader
from access.models import Event
from records import history
from records.forms import HistoryPageForm
from records.views import KindMixin, page_number

PAGE_SIZE = 50
READS_SHOWN = 50


class RecordHistoryView(KindMixin, SingleObjectMixin, TemplateView):
    """Every visible change of one record, field by field; by field, by person, with its parts, or one entry alone."""

    template_name = "records/history.html"

    def get_queryset(self):
        return self.model.objects.select_related("label")

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        return super().get(request, *args, **kwargs)

    def address(self, **changes) -> str:
        """Return this page's address with some parameters changed (None removes one)."""
        query = self.request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def get_context_data(self, **kwargs):
        given = self.request.GET
        entries = history.entries_of(self.object, with_parts="parts" in given)
        form = HistoryPageForm(given, model=self.model, entries=entries)
        asked = form.cleaned_data if form.is_valid() else {}
        token = given.get("entry")
        if token:
            entries = history.with_token(history.entries_of(self.object, with_parts=True), token)
        elif not form.is_valid():
            entries = entries.none()
        if asked.get("field"):
            entries = history.changing(entries, self.model, asked["field"])
        if asked.get("person"):
            entries = history.by_person(entries, asked["person"])
        number = page_number(self.request)
        start = (number - 1) * PAGE_SIZE
        found = list(entries[start : start + PAGE_SIZE + 1])
        told = history.tell(found[:PAGE_SIZE], self.object)
        return super().get_context_data(**kwargs) | {
            "object": self.object,
            "title": _("History of %(record)s") % {"record": self.object},
            "entries": history.only(told, asked["field"]) if asked.get("field") else told,
            "one_entry": bool(token),
            "label": self.object.label,
            "filterset": {"form": form},
            "filters_active": any(asked.values()),
            "clear_url": self.request.path,
            "page": {
                "number": number,
                "previous_url": self.address(page=number - 1) if number > 1 else None,
                "next_url": self.address(page=number + 1) if len(found) > PAGE_SIZE else None,
            },
            "reads": self.reads(),
        }

    def reads(self) -> dict | None:
        """Return who has read this restricted or confidential record, newest first; None for who may not ask."""
        reader = current_reader()
        if not permissions.may(permissions.AUDIT) or self.object.label_id not in reader.logged_labels:
            return None
        events = Event.objects.filter(
            kind="read", record_table=self.model._meta.db_table, records__contains=[self.object.pk]
        ).select_related("user")
        found = list(events[: READS_SHOWN + 1])
        rows = [
            {
                "who": event.user or _("a visitor"),
                "role": history.role_words(event.role),
                "at": event.at,
                "door": history.DOORS.get(event.door, event.door),
            }
            for event in found[:READS_SHOWN]
        ]
        return {"rows": rows, "has_more": len(found) > READS_SHOWN, "shown": READS_SHOWN}
