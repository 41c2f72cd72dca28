"""The ranges of what is claimed of many events, each with the claims it rests on; two statements."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exchanges.models import Claim, Outcome
from exchanges.querysets import counted_ranges
from exchanges.reconciling import FigureRange, PlainClaim, latest, order
from exchanges.vocabulary import Stage
from negotiations.models import Conflict
from sources.models import ClaimState

PLAIN = ("claimant_id", "direction", "category", "quantifier", "number", "number_high", "stage", "state", "as_of")


@dataclass(frozen=True)
class Stated:
    """One range with its words and the claims behind it."""

    what: str
    range: FigureRange
    behind: list[Claim]

    @property
    def value(self) -> str:
        return self.range.stated

    @property
    def claims(self) -> list[str]:
        return [str(claim.pk) for claim in self.behind]

    @property
    def said(self) -> str:
        """Who says what, in words."""
        return "; ".join(dict.fromkeys(str(claim) for claim in self.behind))

    @property
    def withheld(self) -> list[str]:
        """The claims that say that the number is not disclosed."""
        return [str(claim.pk) for claim in self.behind if claim.number is None]


def ranges_of(outcomes: list[Outcome], conflict: Conflict) -> tuple[dict[Any, list[Stated]], set[int]]:
    """Return the ranges of each outcome by its key, and the labels of the claims and parties they rest on."""
    parties = list(conflict.parties.current())
    words = {party.direction: party.direction_label for party in parties} | conflict.directions()
    labels = {party.label_id for party in parties}
    by_outcome: dict[Any, list[Claim]] = defaultdict(list)
    claims = Claim.objects.counted().filter(outcome__in=[outcome.pk for outcome in outcomes], state=ClaimState.CURRENT)
    for claim in claims.select_related("claimant").order_by("recorded_at", "pk"):
        by_outcome[claim.outcome_id].append(claim)
        labels.add(claim.label_id)
    return {outcome.pk: stated_of(outcome, by_outcome[outcome.pk], words) for outcome in outcomes}, labels


def stated_of(outcome: Outcome, claims: list[Claim], words: dict[str, str]) -> list[Stated]:
    """Return the ranges of one event in the order of the directions, each with the claims that made it."""
    behind: dict[PlainClaim, list[Claim]] = defaultdict(list)
    for claim in claims:
        behind[PlainClaim(*(getattr(claim, name) for name in PLAIN))].append(claim)
    groups: dict[tuple, list[PlainClaim]] = defaultdict(list)
    for plain in behind:
        groups[plain.direction, plain.category, plain.stage].append(plain)
    places = {direction: place for place, direction in enumerate(words)}
    found = sorted(
        counted_ranges(outcome, behind),
        key=lambda figure: (places.get(figure.direction, len(places)), order(figure.category), figure.stage),
    )
    return [
        Stated(
            what_of(figure, words),
            figure,
            [
                claim
                for plain in latest(groups[figure.direction, figure.category, figure.stage])
                for claim in behind[plain]
            ],
        )
        for figure in found
    ]


def what_of(figure: FigureRange, directions: dict[str, str]) -> str:
    """Return the direction, category and stage of a figure in words."""
    words = [directions.get(figure.direction) or _("Direction not stated"), figure.category_label]
    if figure.stage != Stage.DELIVERED:
        words.append(str(Stage(figure.stage).label))
    return ", ".join(words)
