"""Pages of outcomes: the list with both directions, and the record with every claim beside the others."""

from collections import defaultdict

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import permissions
from exchanges import filters
from exchanges.models import Claim, Outcome
from exchanges.promises import with_states
from exchanges.querysets import figures_of, plain_claims, took_place
from exchanges.reconciling import FigureRange, PlainClaim, headline, in_force, parts_beside
from exchanges.uncounted import Uncounted, uncounted_of
from exchanges.views.claim_rows import claims_of, table
from exchanges.views.figures import category_words, cell, direction_words, other_directions
from exchanges.views.plots import pictures
from exchanges.views.reached import reached
from exchanges.vocabulary import LegalBasis
from negotiations.models import Party
from records.display import Column, Section, links
from records.known_views import AsKnownPage
from records.views import RecordDetailView, RecordListView


class OutcomeList(RecordListView):
    model = Outcome
    filterset_class = filters.OutcomeFilter
    related = ("place",)
    lede = gettext_lazy(
        "What came of the talks. Figures are the range of what is claimed, never a sum of rival claims."
    )

    @cached_property
    def columns(self):
        """The columns; those in the middle are the directions of the conflicts in view."""
        directions = self.directions()
        return [
            Column(_("Date"), "when", sort="started_on"),
            Column(
                _("Outcome"), lambda outcome: outcome.title or outcome.get_outcome_kind_display(), sort="outcome_kind"
            ),
            *(
                Column(label, lambda outcome, code=code: self.cell(outcome, code), css="n")
                for code, label in directions.items()
            ),
            Column(
                _("Other direction"),
                lambda outcome: other_directions(outcome, self.figures[outcome.pk], set(directions)),
                css="n",
            ),
            Column(_("Place"), "where", sort="place__name"),
            Column(_("Status"), "status", sort="status"),
        ]

    def cell(self, outcome: Outcome, code: str):
        return cell(outcome, self.figures[outcome.pk], code, self.uncounted.get(outcome.pk, ()))

    def directions(self) -> dict[str, str]:
        """Return the directions of the chosen conflict's parties, or of all parties, in their order."""
        parties = Party.objects.current().order_by("position", "pk")
        chosen = self.filterset.form.cleaned_data.get("conflict") if self.filterset.is_valid() else None
        if chosen:
            parties = parties.filter(conflict=chosen)
        return {party.direction: party.direction_label for party in parties}

    def rows(self, records):
        self.figures, self.uncounted = figures_of(records), uncounted_of(records)
        return super().rows(records)


class OutcomeDetail(AsKnownPage, RecordDetailView):
    model = Outcome
    template_name = "exchanges/outcome_detail.html"
    related = ("conflict", "place", "place_to", "parent")
    facts = [
        "status",
        Column(gettext_lazy("Date"), lambda outcome: f"{outcome.when}, {outcome.get_date_precision_display()}"),
        "date_words",
        "outcome_kind",
        Column(gettext_lazy("Form"), lambda outcome: outcome.variant and outcome.get_variant_display()),
        Column(gettext_lazy("Place"), lambda outcome: outcome.place or outcome.where),
        "place_to",
        Column(gettext_lazy("Credited intermediaries"), lambda outcome: links(credited(outcome))),
        "series_number",
        "parent",
        Column(
            gettext_lazy("Legal basis invoked"),
            lambda outcome: [str(LegalBasis(code).label) for code in outcome.legal_basis],
        ),
        "conflict",
    ]
    sections = [
        Section(
            "roles",
            gettext_lazy("Who took part, and who says so"),
            [
                Column(gettext_lazy("Actor"), "actor"),
                Column(gettext_lazy("Role"), "role"),
                Column(gettext_lazy("Credited by"), "credited_by"),
            ],
            lambda outcome: outcome.roles.current().select_related("label", "actor", "credited_by"),
            gettext_lazy("Nobody is credited with a role."),
        ),
        Section(
            "channels",
            gettext_lazy("Channels"),
            [Column(gettext_lazy("Channel"), "channel"), Column(gettext_lazy("Status"), "channel.status")],
            lambda outcome: (
                outcome.channel_links.current().filter(channel__withdrawn_at=None).select_related("label", "channel")
            ),
            gettext_lazy("No channel is linked to this outcome."),
        ),
        Section(
            "meetings",
            gettext_lazy("Meetings"),
            [Column(gettext_lazy("Meeting"), "meeting"), Column(gettext_lazy("Date"), "meeting.when")],
            lambda outcome: (
                outcome.meeting_links.current()
                .filter(meeting__withdrawn_at=None)
                .select_related("label", "meeting__channel")
                .order_by("meeting__started_on")
            ),
            gettext_lazy("No meeting is linked to this outcome."),
        ),
        Section(
            "agreements",
            gettext_lazy("Agreements"),
            [
                Column(gettext_lazy("Agreement"), "agreement"),
                Column(gettext_lazy("Date"), "agreement.when"),
                Column(gettext_lazy("Status"), "agreement.status"),
            ],
            lambda outcome: (
                outcome.agreement_links.current()
                .filter(agreement__withdrawn_at=None)
                .select_related("label", "agreement")
            ),
            gettext_lazy("No agreement is linked to this outcome."),
        ),
        Section(
            "deliveries",
            gettext_lazy("Promises it delivers"),
            [
                Column(gettext_lazy("Promise"), "commitment"),
                Column(gettext_lazy("Share"), lambda delivery: _("all") if delivery.share is None else delivery.share),
                Column(gettext_lazy("Of what"), "category"),
                Column(gettext_lazy("How the promise stands"), "states"),
            ],
            lambda outcome: with_states(outcome.deliveries.current().select_related("label")),
            gettext_lazy("Outside any known promise: no promise that this outcome delivers is recorded."),
        ),
        Section(
            "estimates",
            gettext_lazy("Estimates"),
            [
                Column(gettext_lazy("Low to high"), str),
                Column(
                    gettext_lazy("Best"),
                    lambda estimate: _("unresolved") if estimate.best is None else estimate.best,
                ),
                Column(gettext_lazy("Of what"), "category"),
                Column(gettext_lazy("Rule"), "method"),
                Column(gettext_lazy("Reason"), "reason"),
            ],
            lambda outcome: outcome.estimates.current().select_related("label"),
            gettext_lazy("Nobody has set a best figure; the range of the claims stands."),
        ),
    ]

    def section_list(self):
        tranches = list(self.object.tranches.current().select_related("label").order_by("started_on", "pk"))
        return ([self.tranche_section(tranches)] if tranches else []) + super().section_list()

    def tranche_section(self, tranches: list[Outcome]) -> dict:
        """Return the parts of this outcome, each with its own figures."""
        figures = figures_of(tranches, self.known)
        left = uncounted_of(tranches) if self.known is None else {}
        columns = [
            Column(_("Part"), str),
            Column(_("Date"), "when"),
            *(
                Column(
                    party.direction_label,
                    lambda tranche, code=party.direction: cell(
                        tranche, figures[tranche.pk], code, left.get(tranche.pk, ())
                    ),
                    css="n",
                )
                for party in self.parties
            ),
            Column(_("Status"), "status"),
        ]
        return self.section(Section("tranches", _("Parts"), columns, lambda _outcome: tranches, ""))

    @cached_property
    def parties(self) -> list[Party]:
        return list(self.object.conflict.parties.current())

    @cached_property
    def uncounted(self) -> dict[str, list[Uncounted]]:
        """What is claimed and counts nowhere yet, by direction; on an earlier day that is not asked."""
        found: dict[str, list[Uncounted]] = defaultdict(list)
        if self.known is None:
            for one in uncounted_of([self.object]).get(self.object.pk, ()):
                found[one.claim.direction].append(one)
        return found

    def sides(self, figures) -> list[dict]:
        """Return what stands at the top: each party's direction at the same size, then any other that was stated."""
        if not took_place(self.object):
            return []
        sides = [
            {
                "label": party.direction_label,
                "colour": party.colour,
                "figures": self.shown(headline(figures, party.direction)),
                "uncounted": self.uncounted.get(party.direction, []),
                "beside": self.shown(parts_beside(figures, party.direction)),
            }
            for party in self.parties
        ]
        stated = {figure.direction for figure in figures} | self.uncounted.keys()
        others = sorted(stated - {party.direction for party in self.parties})
        more = [
            {
                "label": direction_words(self.object.conflict, code) or _("Direction not stated"),
                "colour": "d",
                "figures": self.shown(headline(figures, code)),
                "uncounted": self.uncounted.get(code, []),
                "beside": self.shown(parts_beside(figures, code)),
            }
            for code in others
        ]
        more = [side for side in more if side["figures"] or side["uncounted"]]
        return more if more and not any(side["figures"] or side["uncounted"] for side in sides) else sides + more

    def shown(self, figures) -> list[dict]:
        return [
            {
                "figure": figure,
                "category": category_words(figure),
                "best": "" if figure.best is None else f"{figure.best:,}",
                "between": between(figure),
            }
            for figure in figures
        ]

    def direction_of(self, figure: FigureRange) -> str:
        return direction_words(self.object.conflict, figure.direction) or _("Direction not stated")

    def reached(self, shown: list[FigureRange], plain: list[PlainClaim], claims: list[Claim]) -> list[dict]:
        """Return how each figure at the top was reached, with where a reviewer sets another."""
        names = {claim.claimant_id: claim.claimant for claim in claims}
        may_set = self.may_change() and permissions.may(permissions.ESTIMATE)
        set_url = self.page_url("estimate-add", self.object.pk) if may_set else None
        return [
            reached(figure, plain, names)
            | {
                "figure": figure,
                "direction": self.direction_of(figure),
                "category": category_words(figure),
                "estimate_url": reverse("exchanges:estimate-detail", args=[figure.estimate])
                if figure.estimate
                else None,
                "set_url": set_url and f"{set_url}?{urlencode({'direction': figure.direction, 'of': figure.category})}",
            }
            for figure in shown
        ]

    def get_context_data(self, **kwargs):
        outcome, claims = self.object, claims_of(self.object, self.known)
        figures = figures_of([outcome], self.known)[outcome.pk]
        plain = in_force(plain_claims({"outcome": [outcome.pk]}, self.known)[outcome.pk])
        sides = self.sides(figures)
        shown = [told["figure"] for side in sides for told in side["figures"]]
        return super().get_context_data(**kwargs) | {
            "sides": sides,
            "took_place": took_place(outcome),
            "status_words": outcome.get_status_display(),
            "claims": table(outcome, self.parties, claims),
            "pictures": pictures(outcome, self.parties, claims, plain, figures),
            "reached": self.reached(shown, plain, claims),
            "add_claim_url": self.page_url("claim-add", outcome.pk) if self.may_change() else None,
            "deliver_url": self.page_url("deliver", outcome.pk) if self.may_change() and took_place(outcome) else None,
        }


def between(figure: FigureRange) -> str:
    """Return the range beside a best figure, in words; nothing where it says no more."""
    if figure.best is None or figure.low == figure.high:
        return ""
    if figure.high is None:
        return _("at least %(low)s") % {"low": f"{figure.low:,}"}
    return _("between %(low)s and %(high)s") % {"low": f"{figure.low:,}", "high": f"{figure.high:,}"}


def credited(outcome: Outcome) -> list:
    """Return the actors credited with a role, each once."""
    roles = outcome.roles.current().select_related("actor", "actor__label")
    return list({role.actor_id: role.actor for role in roles}.values())
