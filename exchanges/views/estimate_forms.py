"""Pages on which a reviewer sets an estimate, or a new version of one."""

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import permissions
from access.context import current_reader
from exchanges.forms import EstimateForm
from exchanges.models import Claim, Estimate, Outcome
from exchanges.querysets import figures_of
from exchanges.reconciling import FigureRange
from exchanges.services import set_estimate
from exchanges.views.claim_forms import WritingView
from exchanges.views.figures import direction_words
from exchanges.views.reached import difference, range_sentence, sentence, sources
from exchanges.vocabulary import Category, CategoryRole, EstimateMethod, EstimateUse, Stage, role_of
from sources.models import ClaimState
from sources.querysets import with_citations


class EstimateAdd(WritingView):
    """Set the figure of one direction and category of an outcome: ``?direction=…&of=…`` says which."""

    model = Outcome
    form_class = EstimateForm
    template_name = "exchanges/estimate_form.html"
    permission = permissions.ESTIMATE
    done = gettext_lazy("The estimate is set. The range of the claims stands beside it.")
    supersedes: Estimate | None = None

    def get_queryset(self):
        return Outcome.objects.current().select_related("label", "conflict")

    @property
    def outcome(self) -> Outcome:
        return self.object

    @cached_property
    def about(self) -> tuple[str, str]:
        """Direction and category: those asked for, else those of the first figure; 404 for what there is not."""
        first = next((one for one in self.figures if one.category == Category.TOTAL), next(iter(self.figures), None))
        direction = self.request.GET.get("direction", first.direction if first else "")
        category = self.request.GET.get("of", first.category if first else Category.TOTAL)
        if (direction and direction not in self.outcome.conflict.directions()) or category not in Category.values:
            raise Http404
        return direction, category

    @cached_property
    def figures(self) -> list[FigureRange]:
        return [figure for figure in figures_of([self.outcome])[self.outcome.pk] if figure.stage == Stage.DELIVERED]

    @cached_property
    def figure(self) -> FigureRange | None:
        """The figure as the rules give it."""
        return next((one for one in self.figures if (one.direction, one.category) == self.about), None)

    @cached_property
    def claims(self) -> list[Claim]:
        """The claims to weigh: about the same, and of a total its parts as well; those no longer in force too."""
        direction, category = self.about
        weighed = {category, *(name for name in Category.values if role_of(name) == CategoryRole.PART)}
        found = Claim.objects.counted().filter(outcome=self.outcome, direction=direction, stage=Stage.DELIVERED)
        found = found.filter(category__in=weighed if category == Category.TOTAL else [category])
        found = found.with_state().select_related("label", "claimant").prefetch_related(with_citations())
        return list(found.order_by("recorded_at", "pk"))

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"claims": self.claims}

    def get_initial(self):
        figure = self.figure
        found = {} if figure is None else {"low": figure.low, "best": figure.best, "high": figure.high}
        if figure is not None and figure.difference is not None:
            found["difference"] = figure.difference.reason
        marking = {"level": self.outcome.label.level, "compartments": self.outcome.compartments}
        return found | marking | {name: value for claim in self.claims for name, value in self.weighed(claim).items()}

    def weighed(self, claim: Claim) -> dict:
        """Return what stands in the form for a claim before the reviewer decides."""
        if claim.state != ClaimState.CURRENT:
            told = _("No longer in force: %(state)s.") % {"state": claim.state_label.lower()}
            return {f"use-{claim.pk}": EstimateUse.EXCLUDED, f"why-{claim.pk}": told}
        is_best = self.figure is not None and self.figure.best is not None and claim.number == self.figure.best
        return {f"use-{claim.pk}": EstimateUse.RECOMMENDED if is_best else EstimateUse.TRIANGULATION}

    def write(self, form) -> Estimate:
        direction, category = self.about
        estimate = form.estimate(
            outcome=self.outcome, direction=direction, category=category, method=EstimateMethod.REVIEWER
        )
        return set_estimate(current_reader(), estimate, form.uses(), supersedes=self.supersedes)

    def get_context_data(self, **kwargs):
        direction, category = self.about
        what = [direction_words(self.outcome.conflict, direction) or _("direction not stated")]
        what += [] if category == Category.TOTAL else [str(Category(category).label)]
        told = (
            []
            if self.figure is None
            else [part(self.figure) for part in (sentence, range_sentence, difference, sources)]
        )
        return super().get_context_data(**kwargs) | {
            "title": _("Set the best figure: %(what)s") % {"what": ", ".join(what)},
            "lede": str(self.outcome),
            "outcome": self.outcome,
            "figure": self.figure,
            "told": [words for words in told if words],
            "supersedes": self.supersedes,
        }


class EstimateSupersede(EstimateAdd):
    """A new version of an estimate; the old one is kept and named in the new one."""

    model = Estimate
    done = gettext_lazy("The new version is set. The old one is kept.")

    def get_queryset(self):
        return Estimate.objects.current().select_related("label", "outcome__conflict", "outcome__label")

    @property
    def outcome(self) -> Outcome:
        return self.object.outcome

    @property
    def supersedes(self) -> Estimate:
        return self.object

    @cached_property
    def about(self) -> tuple[str, str]:
        return self.object.direction, self.object.category

    def get_initial(self):
        old = {name: getattr(self.object, name) for name in ("low", "best", "high", "difference")}
        marking = {"level": self.object.level, "compartments": self.object.compartments}
        return super().get_initial() | old | marking

    def weighed(self, claim: Claim) -> dict:
        link = self.links.get(claim.pk)
        if link is None or claim.state != ClaimState.CURRENT:
            return super().weighed(claim)
        return {f"use-{claim.pk}": link.use, f"why-{claim.pk}": link.reason}

    @cached_property
    def links(self) -> dict:
        return {link.claim_id: link for link in self.object.claim_links.current()}
