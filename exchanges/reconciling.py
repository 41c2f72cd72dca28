"""Rival claims side by side: ranges, never sums. Pure functions, no database. Rules: DOMAIN.md section 3."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from exchanges.vocabulary import Category, CategoryRole, Stage, role_of
from sources.models import ClaimState, Quantifier


class Agreement(StrEnum):
    """How the claims in force stand to one another."""

    AGREED = "agreed"
    COMPATIBLE = "compatible"
    DISPUTED = "disputed"
    SINGLE_SOURCE = "single_source"
    UNDISCLOSED = "undisclosed"

    @property
    def label(self) -> str:
        return {
            Agreement.AGREED: _("claims agree"),
            Agreement.COMPATIBLE: _("claims are compatible"),
            Agreement.DISPUTED: _("claims differ"),
            Agreement.SINGLE_SOURCE: _("single source"),
            Agreement.UNDISCLOSED: _("not disclosed"),
        }[self]

    @property
    def css(self) -> str:
        """The class of its shape, so that colour is never alone."""
        return {
            Agreement.AGREED: "ok",
            Agreement.COMPATIBLE: "half",
            Agreement.DISPUTED: "diff",
            Agreement.SINGLE_SOURCE: "no",
            Agreement.UNDISCLOSED: "no",
        }[self]


@dataclass(frozen=True)
class PlainClaim:
    """What reconciling needs to know of a claim. ``number`` is None where no number was disclosed."""

    claimant: Hashable
    direction: str
    category: str
    quantifier: str
    number: int | None
    number_high: int | None = None
    stage: str = Stage.DELIVERED
    state: str = ClaimState.CURRENT
    as_of: date | None = None

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """The least and the greatest number the claim allows; None where it sets no bound on that side."""
        if self.quantifier in {Quantifier.AT_LEAST, Quantifier.MORE_THAN}:
            return self.number, None
        if self.quantifier in {Quantifier.AT_MOST, Quantifier.FEWER_THAN}:
            return None, self.number
        if self.quantifier == Quantifier.BETWEEN:
            return self.number, self.number_high
        return self.number, self.number


@dataclass(frozen=True)
class FigureRange:
    """The range of the claims in force about one direction, category and stage: called so, never an interval.

    ``high`` is None where the range is open upward. Both are None where no number was disclosed. ``is_composed``
    says that for some claimant, who gave no total, its own parts stand for it.
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


def ranges(claims: Iterable[PlainClaim]) -> list[FigureRange]:
    """Return one range for each direction, category and stage, whatever the order of the claims.

    Only claims in force count: superseded, withdrawn and refuted ones do not. Of one claimant's counts of the same
    thing as of several days, only the latest counts. What different claimants say is never added up; see
    ``own_totals`` for a claimant's own parts. Source: DOMAIN.md section 3.
    """
    groups: dict[tuple[str, str, str], set[PlainClaim]] = defaultdict(set)
    for claim in claims:
        if claim.state == ClaimState.CURRENT:
            groups[claim.direction, claim.category, claim.stage].add(claim)
    composed = own_totals(groups)
    for key, claim in composed:
        groups[key].add(claim)
    composed_keys = {key for key, _claim in composed}
    found = [range_of(key, latest(group)) for key, group in sorted(groups.items())]
    return [
        replace(figure, is_composed=(figure.direction, figure.category, figure.stage) in composed_keys)
        for figure in found
    ]


def own_totals(groups: dict[tuple[str, str, str], set[PlainClaim]]) -> list[tuple[tuple[str, str, str], PlainClaim]]:
    """Return, for claimants that gave parts but no total, the total that their own parts make.

    A side that says "150 servicemen" has said how many came: so its count of the military, with the civilians it names
    itself, is compared with what others give as the total. Only where it must be compared (somebody gave a total, or
    the sides gave different parts), only exact counts, one for each part, and only of a claimant that counts the
    military: a mention of two civilians alone is no total, and a count of the military that another's breakdown has
    too is that part of the other's total, not its rival. Source: DOMAIN.md section 3.
    """
    parts: dict[tuple[str, str], dict[Hashable, dict[str, list[PlainClaim]]]] = {}
    for (direction, category, stage), claims in groups.items():
        if role_of(category) == CategoryRole.PART:
            for claim in claims:
                by_claimant = parts.setdefault((direction, stage), {})
                by_claimant.setdefault(claim.claimant, {}).setdefault(category, []).append(claim)
    found = []
    for (direction, stage), by_claimant in parts.items():
        key = (direction, str(Category.TOTAL), stage)
        given = {claim.claimant for claim in groups.get(key, ()) if claim.number is not None}
        others = {claimant: own for claimant, own in by_claimant.items() if claimant not in given and can_be_added(own)}
        kinds = {frozenset(own) for own in others.values()}
        if others and (given or len(kinds) > 1 or any(len(kind) > 1 for kind in kinds)):
            for claimant, own in others.items():
                if any(has_part(groups.get(key, ()), by_claimant, one, own) for one in given):
                    continue
                number = sum(claims[0].number for claims in own.values())
                found.append((key, PlainClaim(claimant, direction, key[1], Quantifier.EXACTLY, number, stage=stage)))
    return found


def has_part(totals: Iterable[PlainClaim], by_claimant: dict, claimant: Hashable, own: dict) -> bool:
    """Return whether a claimant's breakdown of its total, stated or implied, has the same single part as ``own``."""
    if len(own) != 1:
        return False
    ((category, (claim,)),) = own.items()
    breakdown = by_claimant.get(claimant, {})
    stated = {one.number for one in breakdown.get(category, ())}
    rest = [one.number for name, claims in breakdown.items() if name != category for one in claims]
    mine = [total.number for total in totals if total.claimant == claimant and total.number is not None]
    implied = {total - sum(rest) for total in mine if rest and None not in rest}
    return claim.number not in mine and claim.number in stated | implied


def can_be_added(own: dict[str, list[PlainClaim]]) -> bool:
    """Return whether one claimant's parts make a total: the military among them, each given once and exactly."""
    return bool({Category.MILITARY, Category.POW} & set(own)) and all(
        len(claims) == 1 and claims[0].quantifier == Quantifier.EXACTLY and claims[0].number is not None
        for claims in own.values()
    )


def latest(claims: Iterable[PlainClaim]) -> list[PlainClaim]:
    """Return the claims without those whose claimant counted the same again as of a later day."""
    last: dict[Hashable, date] = {}
    for claim in claims:
        if claim.as_of is not None:
            last[claim.claimant] = max(claim.as_of, last.get(claim.claimant, claim.as_of))
    return [claim for claim in claims if claim.as_of is None or claim.as_of == last[claim.claimant]]


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


def agreement_of(stated: list[PlainClaim]) -> Agreement:
    """Return how claims that state a number stand to one another.

    Agreed: several claimants state the very same. Compatible: no number they state excludes another's. Disputed: no
    number satisfies them all, even where all are one claimant's. About N is taken as N.
    """
    floor = max((low for low, _high in (claim.bounds for claim in stated) if low is not None), default=0)
    ceiling = min((high for _low, high in (claim.bounds for claim in stated) if high is not None), default=None)
    strict = {(claim.quantifier, claim.number) for claim in stated}
    if ceiling is not None and (
        floor > ceiling
        or (floor == ceiling and {(Quantifier.MORE_THAN, floor), (Quantifier.FEWER_THAN, ceiling)} & strict)
    ):
        return Agreement.DISPUTED
    if len({claim.claimant for claim in stated}) == 1:
        return Agreement.SINGLE_SOURCE
    if len({(claim.quantifier, claim.number, claim.number_high) for claim in stated}) == 1:
        return Agreement.AGREED
    return Agreement.COMPATIBLE


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
