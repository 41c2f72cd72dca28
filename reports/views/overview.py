"""The overview: what the talks have delivered."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from exchanges.querysets import took_place
from negotiations.models import Conflict
from reports.selectors import overview


class Overview(TemplateView):
    """Kinds with their latest figures, channels, promises, credit, latest and next; ``?conflict=`` chooses the war."""

    template_name = "reports/overview.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        conflicts = list(Conflict.objects.standing())
        chosen = self.request.GET.get("conflict")
        conflict = None
        if chosen:
            conflict = next((one for one in conflicts if str(one.pk) == chosen), None)
            if conflict is None:
                get_object_or_404(Conflict.objects.none())
        elif conflicts:
            conflict = conflicts[0]
        if conflict is None:
            return context | {"title": _("Overview"), "conflict": None}
        now = timezone.now()
        today = now.date()
        parties = overview.parties_of(conflict)
        events = overview.events_of(conflict, parties)
        happened = [event for event in events if took_place(event.outcome) and event.outcome.started_on]
        return context | {
            "title": _("%(conflict)s: what the talks have delivered") % {"conflict": conflict},
            "conflict": conflict,
            "conflicts": conflicts,
            "now": now,
            "kinds": overview.kind_summaries(events),
            "meetings": overview.meeting_span(conflict),
            "changed": overview.changed_since(conflict),
            "last_exchange": next((e for e in happened if e.outcome.outcome_kind == "exchange"), None),
            "latest": overview.with_sources(happened[: overview.LATEST]),
            "channels": overview.channel_lines(conflict, today),
            "promises": overview.promises(conflict, events),
            "credit": overview.credit_matrix(conflict),
            "credit_kinds": [str(kind.label) for kind, _css in overview.KINDS],
            "months": overview.months_chart(events),
            "next_meetings": overview.next_meetings(conflict, today),
            "today": today,
        }
