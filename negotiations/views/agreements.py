"""Pages of agreements and commitments."""

from django.utils.translation import gettext_lazy as _

from negotiations import filters
from negotiations.models import Agreement, Commitment
from records.display import Column, Section, actors, begun_from
from records.known_views import AsKnownDetail
from records.views import RecordDetailView, RecordListView


class AgreementList(RecordListView):
    model = Agreement
    filterset_class = filters.AgreementFilter
    related = ("channel",)
    columns = [
        Column(_("Agreement"), "title", sort="title"),
        Column(_("Date"), "when", sort="started_on"),
        Column(_("Channel"), "channel", sort="channel__name"),
        Column(_("Status"), "status", sort="status"),
    ]


class AgreementDetail(RecordDetailView):
    model = Agreement
    related = ("channel", "meeting__channel", "amends")
    facts = [
        "status",
        Column(_("Date"), "when"),
        "channel",
        "meeting",
        "form",
        "stage",
        "amends",
        Column(
            _("Parties"),
            lambda agreement: actors(agreement.party_links),
        ),
    ]
    sections = [
        Section(
            "commitments",
            _("What was promised"),
            [
                Column(_("Promise"), str),
                Column(_("How many, of what"), lambda promise: promise.stated if promise.title else ""),
                Column(_("Reciprocity"), "reciprocity"),
                Column(_("Due"), "due_on"),
            ],
            lambda agreement: agreement.commitments.current().select_related("label").order_by("position"),
            _("No promise is recorded in this agreement."),
            add_url=begun_from("commitment", agreement="pk"),
        ),
        Section(
            "outcomes",
            _("What followed under it"),
            [
                Column(_("Outcome"), "outcome"),
                Column(_("Date"), "outcome.when"),
                Column(_("Status"), "outcome.status"),
            ],
            lambda agreement: (
                agreement.outcome_links.current()
                .filter(outcome__withdrawn_at=None)
                .select_related("label", "outcome")
                .order_by("outcome__started_on")
            ),
            _("No outcome is recorded under this agreement."),
            add_url=begun_from("outcome", channels="channel_id", agreements="pk"),
        ),
    ]

    def lede(self):
        return self.object.terms


class CommitmentList(RecordListView):
    model = Commitment
    filterset_class = filters.CommitmentFilter
    related = ("agreement__channel", "meeting__channel")
    lede = _("Each promise as it was stated. What was delivered is a figure of its own, never assumed.")
    columns = [
        Column(_("Promise"), str),
        Column(_("Made in"), lambda commitment: commitment.agreement or commitment.meeting),
        Column(_("Date"), lambda commitment: (commitment.agreement or commitment.meeting).when),
        Column(_("Of what"), "subject", sort="subject"),
        Column(_("Due"), "due_on", sort="due_on"),
    ]


def amendments(commitment: Commitment) -> list[Commitment]:
    """Return the promises before and after this one with itself among them; none where it stands alone."""
    earlier, later = commitment.earlier(), commitment.later()
    return [*reversed(earlier), commitment, *later] if earlier or later else []


class CommitmentDetail(AsKnownDetail, RecordDetailView):
    model = Commitment
    template_name = "negotiations/commitment_detail.html"
    related = ("agreement__channel", "meeting__channel", "owed_by", "owed_to", "amends")
    facts = [
        "agreement",
        "meeting",
        "owed_by",
        "owed_to",
        "commitment_kind",
        "subject",
        Column(_("Promise in words"), "stated"),
        "reciprocity",
        "certainty",
        "due_on",
        "condition",
        "amends",
    ]
    sections = [
        Section(
            "amendments",
            _("Amendments and renewals"),
            [
                Column(_("Promise"), str),
                Column(_("Made in"), "made_in"),
                Column(_("Date"), "made_in.when"),
                Column(_("Amends or renews"), "amends"),
            ],
            amendments,
            _("It amends no promise, and none amends it."),
            lede=_("The oldest first, with this promise among them. What was amended owes nothing more."),
        ),
    ]

    def lede(self):
        return ""
