"""The commitments ledger: what was promised at the table against what has been delivered."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchanges.filters import LEDGER_RELATED, LedgerFilter
from exchanges.promises import ledger
from negotiations.models import Commitment
from records.views import RecordListView


class LedgerList(RecordListView):
    model = Commitment
    template_name = "exchanges/ledger.html"
    filterset_class = LedgerFilter
    related = LEDGER_RELATED
    lede = gettext_lazy("What was promised, in the words used, against what has been delivered as far as you may see.")

    def rows(self, records):
        """Return the lines of this page's promises, agreed terms apart from offers and demands."""
        lines = ledger(records)
        groups = [
            (_("Agreed terms"), [one for one in lines if one.line.commitment.is_agreed]),
            (_("Offers and demands"), [one for one in lines if not one.line.commitment.is_agreed]),
        ]
        return [{"title": title, "lines": found} for title, found in groups if found]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("Commitments ledger")}
