"""Pages of claims and running totals: one figure each, by one claimant."""

from django.utils.translation import gettext_lazy as _

from access import permissions
from exchanges import filters
from exchanges.models import Claim, RunningTotal
from exchanges.views.figures import category_of, of_conflict, of_outcome, with_parties
from records.display import Column, Section, links
from records.known import KnownOn
from records.known_views import AsKnownDetail, AsKnownList
from records.views import RecordDetailView, RecordListView
from sources.models import ClaimState
from sources.querysets import with_citations


def cited(record):
    return links(citation.source for citation in record.citations.all())


def superseding(figure: Claim | RunningTotal, known: KnownOn | None = None):
    """Return what stands in the place of a claim or a running total, each with whether it is in force."""
    found = figure.superseded_by.current() if known is None else figure.superseded_by.standing(known)
    return found.with_state(known).select_related("label", "claimant")


class ClaimList(AsKnownList, RecordListView):
    model = Claim
    filterset_class = filters.ClaimFilter
    related = ("claimant", "outcome__conflict", "commitment")
    prefetch = (with_citations(), with_parties("outcome__conflict"))
    lede = _("Each figure as somebody stated it. Rival claims stand beside one another and are never added up.")
    columns = [
        Column(_("Claim"), str),
        Column(_("Number"), "stated", sort="number", css="n"),
        Column(_("Of what"), category_of, sort="category"),
        Column(_("Direction"), of_outcome, sort="direction"),
        Column(_("About"), "about"),
        Column(_("Sources"), cited),
        Column(_("In force"), "state_label", sort="state_found"),
    ]

    def records(self):
        return super().records().with_state(self.known)


class ClaimDetail(AsKnownDetail, RecordDetailView):
    model = Claim
    template_name = "exchanges/claim_detail.html"
    related = ("claimant", "outcome__conflict", "commitment", "supersedes__claimant")
    facts = [
        "outcome",
        "commitment",
        "claimant",
        "claimant_words",
        Column(_("Number"), "stated"),
        Column(_("Of what"), category_of),
        Column(_("Direction"), of_outcome),
        "stage",
        "claim_kind",
        "said_on",
        "as_of",
        Column(_("In force"), "state_label"),
        "supersedes",
    ]

    @property
    def sections(self):
        return [
            Section(
                "superseded-by",
                _("Superseded by"),
                [Column(_("Claim"), str), Column(_("Said on"), "said_on"), Column(_("In force"), "state_label")],
                lambda claim: superseding(claim, self.known),
                _("No later claim supersedes this one."),
            ),
            Section(
                "estimates",
                _("Estimates that weigh it"),
                [Column(_("Estimate"), "estimate"), Column(_("Use"), "use"), Column(_("Reason"), "reason")],
                self.weighed,
                _("No estimate weighs this claim."),
            ),
        ]

    def get_queryset(self):
        return super().get_queryset().with_state(self.known)

    def weighed(self, claim: Claim):
        """Return the claim's part in estimates; an estimate is known from when it was made."""
        found = claim.estimate_links.standing(self.known) if self.known else claim.estimate_links.current()
        found = found.select_related("label", "estimate")
        return found.filter(estimate__recorded_at__lt=self.known.end) if self.known else found

    def get_context_data(self, **kwargs):
        claim = self.object
        may_change = self.may_change() and claim.state == ClaimState.CURRENT
        may_refute = may_change and permissions.may(permissions.REVIEW)
        return super().get_context_data(**kwargs) | {
            "supersede_url": self.page_url("supersede", claim.pk) if may_change else None,
            "refute_url": self.page_url("refute", claim.pk) if may_refute else None,
        }


class RunningTotalList(AsKnownList, RecordListView):
    model = RunningTotal
    filterset_class = filters.RunningTotalFilter
    related = ("claimant", "conflict")
    prefetch = (with_citations(), with_parties())
    lede = _("Cumulative figures as stated. They are compared with the events and never added to them.")
    columns = [
        Column(_("Total"), str),
        Column(_("Number"), "stated", sort="number", css="n"),
        Column(_("Of what"), category_of, sort="category"),
        Column(_("Direction"), of_conflict, sort="direction"),
        Column(_("Since"), "since", sort="since"),
        Column(_("As of"), "as_of", sort="as_of"),
        Column(_("Sources"), cited),
    ]

    def records(self):
        return super().records().with_state(self.known)


class RunningTotalDetail(AsKnownDetail, RecordDetailView):
    model = RunningTotal
    related = ("claimant", "conflict", "supersedes__claimant")
    facts = [
        "conflict",
        "claimant",
        "claimant_words",
        Column(_("Number"), "stated"),
        Column(_("Of what"), category_of),
        Column(_("Direction"), of_conflict),
        "scope",
        "counting_basis",
        "since",
        "as_of",
        "said_on",
        Column(_("In force"), "state_label"),
        "supersedes",
    ]

    @property
    def sections(self):
        return [
            Section(
                "superseded-by",
                _("Superseded by"),
                [Column(_("Total"), str), Column(_("As of"), "as_of"), Column(_("In force"), "state_label")],
                lambda total: superseding(total, self.known),
                _("No later total supersedes this one."),
            ),
        ]

    def get_queryset(self):
        return super().get_queryset().with_state(self.known)
