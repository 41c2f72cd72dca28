"""What waits for a second person: the list, oldest first."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from access import permissions
from access.context import current_reader
from desk.review_forms import QueueForm
from records.display import state_of
from records.views import PAGE_SIZE, page_number
from records.waiting import MOST_OF_A_KIND, Shown, shown, waiting


def review_url(model, pk, query: str = "") -> str:
    """Return where a record is reviewed; ``query`` are the filters of the list it is taken from."""
    address = reverse(f"desk:{model.kind_of()}-review", args=[pk])
    return f"{address}?{query}" if query else address


class ToReview(TemplateView):
    """Every record that waits, with who entered it, since when it waits, who is asked to check it, queries open."""

    template_name = "desk/review/list.html"

    def get_context_data(self, **kwargs):
        permissions.demand(permissions.REVIEW)
        form = QueueForm(self.request.GET, waiting())
        entries = form.entries(current_reader())
        number = page_number(self.request)
        start = (number - 1) * PAGE_SIZE
        query = self.query()
        return super().get_context_data(**kwargs) | {
            "title": _("To review"),
            "lede": _("What waits for a second person, oldest first. Nobody checks what they entered themselves."),
            "rows": [self.row(one, query) for one in shown(entries[start : start + PAGE_SIZE])],
            "filterset": {"form": form},
            "filters_active": any(self.request.GET.get(name) for name in form.fields),
            "clear_url": self.request.path,
            "count_text": self.count_text(len(entries), form.queue.is_whole),
            "cut_off": None if form.queue.is_whole else MOST_OF_A_KIND,
            "page": {
                "number": number,
                "previous_url": self.page(number - 1) if number > 1 else None,
                "next_url": self.page(number + 1) if len(entries) > start + PAGE_SIZE else None,
            },
        }

    def query(self, **changes) -> str:
        """Return the filters as they stand in the address, changed; without the page."""
        query = self.request.GET.copy()
        query.pop("page", None)
        for name, value in changes.items():
            query[name] = value
        return query.urlencode()

    def page(self, number: int) -> str:
        return f"{self.request.path}?{self.query(page=number)}"

    def row(self, one: Shown, query: str) -> dict:
        record = one.record
        return {
            "record": record,
            "url": review_url(type(record), record.pk, query),
            "kind": str(record._meta.verbose_name).capitalize(),
            "since": one.entry.since,
            "people": list(dict.fromkeys(str(asked.to) for asked in one.people)),
            "queries": one.queries,
            "parts": len(one.entry.parts),
            "state": state_of(record),
        }

    def count_text(self, number: int, is_whole: bool) -> str:
        told = ngettext("%(count)s record waits", "%(count)s records wait", number)
        return told % {"count": f"{number:,}" if is_whole else f"{number:,}+"}
