"""The search page: every kind of record at once."""

from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from reports.selectors.found import search_everything


class Search(TemplateView):
    """Records grouped by kind; works without script."""

    template_name = "reports/search.html"

    def get_context_data(self, **kwargs):
        query = self.request.GET.get("q", "").strip()[:200]
        found = search_everything(query)
        return super().get_context_data(**kwargs) | {
            "title": _("Search: %(query)s") % {"query": query} if query else _("Search"),
            "query": query,
            "found": found,
        }
