"""Pages of estimates: a judgement on rival claims, with its reason."""

from django.utils.translation import gettext_lazy as _

from access import permissions
from exchanges import filters
from exchanges.models import Estimate
from exchanges.views.figures import of_outcome, with_parties
from records.display import Column, Section
from records.known_views import AsKnownList
from records.views import RecordDetailView, RecordListView, RecordWithdrawView


def best(estimate: Estimate):
    """Return the best figure; unresolved is a value, too."""
    return _("unresolved") if estimate.best is None else estimate.best


def versions(estimate: Estimate):
    """Return every estimate of the same figure, the newest first."""
    same = {name: getattr(estimate, name) for name in ("outcome_id", "direction", "category")}
    return Estimate.objects.current().filter(**same).select_related("label", "supersedes").order_by("-recorded_at")


class EstimateList(AsKnownList, RecordListView):
    model = Estimate
    filterset_class = filters.EstimateFilter
    related = ("outcome__conflict",)
    prefetch = (with_parties("outcome__conflict"),)
    columns = [
        Column(_("Low to high"), str, sort="low"),
        Column(_("Best"), best, sort="best", css="n"),
        Column(_("Outcome"), "outcome", sort="outcome__started_on"),
        Column(_("Direction"), of_outcome),
        Column(_("Of what"), "category", sort="category"),
        Column(_("Rule"), "method", sort="method"),
    ]

    def records(self):
        """A judgement is known from when it was made."""
        estimates = super().records()
        return estimates if self.known is None else estimates.filter(recorded_at__lt=self.known.end)


class EstimateDetail(RecordDetailView):
    model = Estimate
    template_name = "exchanges/estimate_detail.html"
    related = ("outcome__conflict", "supersedes")
    facts = [
        "outcome",
        Column(_("Direction"), of_outcome),
        "category",
        Column(_("Low to high"), str),
        Column(_("Best"), best),
        "method",
        "supersedes",
    ]
    sections = [
        Section(
            "claims",
            _("Claims weighed"),
            [Column(_("Claim"), "claim"), Column(_("Use"), "use"), Column(_("Reason"), "reason")],
            lambda estimate: estimate.claim_links.current().select_related("label", "claim__claimant"),
            _("No claim is named."),
        ),
        Section(
            "versions",
            _("Versions"),
            [
                Column(_("Low to high"), str),
                Column(_("Best"), best),
                Column(_("Rule"), "method"),
                Column(_("Reason"), "reason"),
                Column(_("Set on"), "recorded_at"),
                Column(_("Supersedes"), "supersedes"),
            ],
            versions,
            "",
            lede=_("Every version is kept, the newest first."),
        ),
    ]

    def lede(self):
        return self.object.reason

    def may_change(self):
        return super().may_change() and permissions.may(permissions.ESTIMATE)

    def get_context_data(self, **kwargs):
        newer = self.object.superseded_by.counted().exists()
        url = None if newer or not self.may_change() else self.page_url("supersede", self.object.pk)
        return super().get_context_data(**kwargs) | {"supersede_url": url}


class EstimateWithdraw(RecordWithdrawView):
    """Only a reviewer withdraws an estimate."""

    model = Estimate
    permission = permissions.ESTIMATE
