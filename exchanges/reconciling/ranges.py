"""Rival claims side by side: ranges, never sums. Pure functions, no database. Rules: DOMAIN.md section 3."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.utils.translation import gettext as _

from exchanges.reconciling.agreement import Agreement, Difference, agreement_of, difference_of
from exchanges.reconciling.independence import independent_sources
from exchanges.reconciling.parts import PartsState, check_parts, own_totals
from exchanges.reconciling.plain import PlainClaim, in_force, latest
from exchanges.vocabulary import Category, CategoryRole, EstimateMethod, Stage, role_of
from sources.models import Quantifier


@dataclass(frozen=True)
class FigureRange:
    """The range of the claims in force about one direction, category and stage: called so, never an interval.

    ``high`` is None where the range is open upward. Both are None where no number was disclosed. ``is_composed``
    says that for some claimant, who gave no total, its own parts stand for it. ``best`` is the figure that ``rule``
    gives, None while unresolved; ``estimate`` is the identity of the reviewer's estimate that set it. ``parts_differ``:
    the parts of this total are disputed, even where the total is not.
    """

    direction: str
    category: str
    stage: str
    low: int | None
    high: int | None
    claimants: int
    agreement: Agreement
    is_approximate: bool = False
    is_composed: bool = False
    best: int | None = None
    rule: str = EstimateMethod.UNRESOLVED
    independent_sources: int = 0
    difference: Difference | None = None
    parts_differ: bool = False
    estimate: Hashable = None

    @property
    def stated(self) -> str:
        """The range in words: ``150``, ``150–189``, ``at least 1,000``, ``about 90``, ``not disclosed``."""
        if self.low is None:
            return _("not disclosed")
        if self.high is None:
            return _("at least %(number)s") % {"number": f"{self.low:,}"}
        told = f"{self.low:,}" if self.low == self.high else f"{self.low:,}–{self.high:,}"
        return _("about %(number)s") % {"number": told} if self.is_approximate else told

    @property
    def category_label(self) -> str:
        return str(Category(self.category).label)

    @property
    def key(self) -> tuple[str, str, str]:
        """What the figure is about: direction, category, stage."""
        return self.direction, self.category, self.stage

    @property
    def rule_label(self) -> str:
        return str(EstimateMethod(self.rule).label)

    @property
    def differs(self) -> bool:
        """Whether the claims differ, about the figure itself or about its parts."""
        return self.agreement == Agreement.DISPUTED or self.parts_differ


def ranges(claims: Iterable[PlainClaim], receiving: Mapping[str, Hashable] = MappingProxyType({})) -> list[FigureRange]:
    """Return one range for each direction, category and stage, whatever the order of the claims.

    ``receiving`` names the claimant on the receiving side of each direction. Only claims in force count: superseded,
    withdrawn and refuted ones do not. Of one claimant's counts of the same thing as of several days, only the latest
    counts. What different claimants say is never added up; see ``own_totals`` for a claimant's own parts. Source:
    DOMAIN.md section 3.
    """
    groups = comparable(in_force(claims))
    found = [figure_of(key, groups, receiving) for key in sorted(groups)]
    disputed = {
        (figure.direction, figure.stage)
        for figure in found
        if role_of(figure.category) == CategoryRole.PART and figure.agreement == Agreement.DISPUTED
    }
    return [
        replace(figure, parts_differ=True)
        if figure.category == Category.TOTAL and (figure.direction, figure.stage) in disputed
        else figure
        for figure in found
    ]


def comparable(claims: Iterable[PlainClaim]) -> dict[tuple[str, str, str], list[PlainClaim]]:
    """Return claims in force by direction, category and stage, the latest of each claimant, with its own totals."""
    stated: dict[tuple[str, str, str], set[PlainClaim]] = defaultdict(set)
    for claim in claims:
        stated[claim.direction, claim.category, claim.stage].add(claim)
    groups = {key: latest(group) for key, group in stated.items()}
    for key, claim in own_totals(groups):
        groups.setdefault(key, []).append(claim)
    return groups


def figure_of(key: tuple[str, str, str], groups: dict, receiving: Mapping[str, Hashable]) -> FigureRange:
    """Return the figure of one group of comparable claims: its range, and the best figure by rule."""
    claims = groups[key]
    figure = range_of(key, claims)
    if figure.low is None:
        return figure
    direction, _category, stage = key
    beside = [c for other, found in groups.items() if other != key and other[::2] == (direction, stage) for c in found]
    best, rule = best_of(figure, claims, beside, receiving.get(direction))
    return replace(
        figure,
        best=best,
        rule=rule,
        independent_sources=independent_sources(claims),
        difference=difference_of([claim for claim in claims if claim.number is not None], beside),
        is_composed=any(claim.is_composed for claim in claims),
    )


def best_of(
    figure: FigureRange, claims: list[PlainClaim], beside: list[PlainClaim], receiving: Hashable
) -> tuple[int | None, str]:
    """Return the best figure where nobody has decided, with the rule that gives it.

    The single value if all claims agree or only one is made; else the receiving side's own itemised count of its own
    people: its one exact number, with parts of its own that do not contradict it; else none. Source: DOMAIN.md
    section 3.
    """
    if figure.low == figure.high and not figure.is_approximate:
        return figure.low, EstimateMethod.ONLY_CLAIM if figure.claimants == 1 else EstimateMethod.ALL_AGREE
    own = {claim.number if claim.is_exact else None for claim in claims if claim.claimant == receiving}
    if receiving is not None and figure.category == Category.TOTAL and len(own) == 1 and None not in own:
        (number,) = own
        named = [claim for claim in beside if claim.claimant == receiving]
        total = PlainClaim(receiving, figure.direction, figure.category, Quantifier.EXACTLY, number, stage=figure.stage)
        checks = check_parts([total, *named])
        if checks and checks[0].state != PartsState.CONTRADICT:
            return number, EstimateMethod.RECEIVING_SIDE
    return None, EstimateMethod.UNRESOLVED


def range_of(key: tuple[str, str, str], claims: Iterable[PlainClaim]) -> FigureRange:
    """Return the range of comparable claims.

    ``low`` is the least and ``high`` the greatest number named. "At least N" (or "more than N") names N as the least
    and opens the range upward, unless another claim's greatest number is one it allows; "at most N" (or "fewer than
    N") names N as the greatest and opens the range downward, to 0, unless another claim's least number is one it
    allows. "About N" counts as N.
    """
    stated = [claim for claim in claims if claim.number is not None]
    if not stated:
        return FigureRange(*key, None, None, 0, Agreement.UNDISCLOSED)
    lows = [low for low, _high in (claim.bounds for claim in stated) if low is not None]
    highs = [high for _low, high in (claim.bounds for claim in stated) if high is not None]
    opens_upward = any(not met(claim, highs) for claim in stated if claim.bounds[1] is None)
    opens_downward = any(not met(claim, lows) for claim in stated if claim.bounds[0] is None)
    return FigureRange(
        *key,
        low=0 if opens_downward else min(lows),
        high=None if opens_upward else max(highs),
        claimants=len({claim.claimant for claim in stated}),
        agreement=agreement_of(stated),
        is_approximate=all(claim.quantifier == Quantifier.ABOUT for claim in stated),
    )


def met(claim: PlainClaim, numbers: list[int]) -> bool:
    """Return whether one of the numbers is what an open claim allows: at least, more than, at most, fewer than N."""
    return any(
        {
            Quantifier.AT_LEAST: number >= claim.number,
            Quantifier.MORE_THAN: number > claim.number,
            Quantifier.AT_MOST: number <= claim.number,
            Quantifier.FEWER_THAN: number < claim.number,
        }[Quantifier(claim.quantifier)]
        for number in numbers
    )


def headline(figures: Iterable[FigureRange], direction: str) -> list[FigureRange]:
    """Return what stands at the top for one direction, of what was delivered only.

    The total where a claimant gives one or its own parts make one; else the part that was given, under its own name;
    and whatever is counted in a unit of its own, such as remains beside prisoners.
    """
    delivered = [figure for figure in figures if figure.direction == direction and figure.stage == Stage.DELIVERED]
    by_role = defaultdict(list)
    for figure in delivered:
        by_role[role_of(figure.category)].append(figure)
    totals = by_role[CategoryRole.HEADLINE]
    told = [figure for figure in totals if figure.low is not None]
    parts = sorted(by_role[CategoryRole.PART], key=lambda figure: order(figure.category))
    own = sorted(by_role[CategoryRole.OWN_UNIT], key=lambda figure: order(figure.category))
    return [*(told or parts or totals), *own]


def parts_beside(figures: Iterable[FigureRange], direction: str) -> list[FigureRange]:
    """Return the parts stated for a direction that has a total at its head: beside it, so that none is lost."""
    delivered = [figure for figure in figures if figure.direction == direction and figure.stage == Stage.DELIVERED]
    parts = [figure for figure in delivered if role_of(figure.category) == CategoryRole.PART]
    has_total = any(
        role_of(figure.category) == CategoryRole.HEADLINE and figure.low is not None for figure in delivered
    )
    return sorted(parts, key=lambda figure: order(figure.category)) if has_total else []


def order(category: str) -> int:
    """Return a category's place in the closed list."""
    return Category.values.index(category)
