"""The ranges of what is claimed of many events, each with the claims it rests on; a bounded number of statements."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exchanges.models import Claim, Outcome
from exchanges.querysets import figures_of, plain_claims
from exchanges.reconciling import FigureRange, comparable, in_force, order
from exchanges.vocabulary import Stage
from negotiations.models import Conflict


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
    figures = figures_of(outcomes)
    plain = plain_claims({"outcome": list(figures)})
    claims = Claim.objects.in_force().filter(outcome__in=list(figures)).select_related("claimant")
    stated = {claim.pk: claim for claim in claims.order_by("recorded_at", "pk")}
    place = {identity: place for place, identity in enumerate(stated)}
    labels.update(claim.label_id for claim in stated.values())
    places = {direction: place for place, direction in enumerate(words)}
    found = {}
    for outcome, ranges in figures.items():
        groups = comparable(in_force(plain[outcome]))
        behind = {
            key: [stated[one] for one in sorted({one.identity for one in group} & stated.keys(), key=place.get)]
            for key, group in groups.items()
        }
        ranges.sort(
            key=lambda figure: (places.get(figure.direction, len(places)), order(figure.category), figure.stage)
        )
        found[outcome] = [Stated(what_of(figure, words), figure, behind[figure.key]) for figure in ranges]
    return found, labels


def what_of(figure: FigureRange, directions: dict[str, str]) -> str:
    """Return the direction, category and stage of a figure in words."""
    words = [directions.get(figure.direction) or _("Direction not stated"), figure.category_label]
    if figure.stage != Stage.DELIVERED:
        words.append(str(Stage(figure.stage).label))
    return ", ".join(words)
