"""The ranges of what is claimed of many events, in one statement."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from exchanges.models import Claim, Outcome
from exchanges.vocabulary import Category, Stage
from negotiations.models import Conflict
from sources.models import ClaimState


@dataclass
class Range:
    """What is claimed of one event in one direction and category, at one stage."""

    what: str
    claims: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    low: int | None = None
    high: int | None = None
    is_open: bool = False

    @property
    def stated(self) -> str:
        """The range in words."""
        if self.low is None:
            return _("not disclosed")
        if self.is_open:
            return _("at least %(low)s") % {"low": f"{self.low:,}"}
        return f"{self.low:,}" if self.low == self.high else f"{self.low:,}–{self.high:,}"

    def add(self, claim: Claim) -> None:
        self.claims.append(str(claim.pk))
        self.said.append(str(claim))
        if claim.number is None:
            self.withheld.append(str(claim.pk))
            return
        top = claim.number if claim.number_high is None else claim.number_high
        self.low = claim.number if self.low is None else min(self.low, claim.number)
        self.high = top if self.high is None else max(self.high, top)
        self.is_open = self.is_open or claim.quantifier in {"at_least", "more_than"}


def ranges_of(outcomes: list[Outcome], conflict: Conflict) -> tuple[dict[Any, list[Range]], set[int]]:
    """Return the ranges of each outcome by its key, and the labels of the claims and parties they rest on."""
    directions = conflict.directions()
    labels = {party.label_id for party in conflict.parties.all()}
    found: dict[Any, dict[tuple, Range]] = {}
    claims = (
        Claim.objects.counted()
        .filter(outcome__in=[outcome.pk for outcome in outcomes], state=ClaimState.CURRENT)
        .select_related("claimant")
    )
    for claim in claims:
        labels.add(claim.label_id)
        key = (claim.direction, claim.category, claim.stage)
        of_outcome = found.setdefault(claim.outcome_id, {})
        if key not in of_outcome:
            of_outcome[key] = Range(words_of(*key, directions))
        of_outcome[key].add(claim)
    order = list(directions)
    categories = Category.values
    return {
        pk: [
            of_outcome[key]
            for key in sorted(
                of_outcome, key=lambda k: (order.index(k[0]) if k[0] in order else 99, categories.index(k[1]), k[2])
            )
        ]
        for pk, of_outcome in found.items()
    }, labels


def words_of(direction: str, category: str, stage: str, directions: dict[str, str]) -> str:
    """Return the direction, category and stage of a figure in words."""
    words = [directions.get(direction) or _("Direction not stated")]
    words.append(str(Category(category).label))
    if stage != Stage.DELIVERED:
        words.append(str(Stage(stage).label))
    return ", ".join(words)
