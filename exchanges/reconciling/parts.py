"""One claimant's parts and its total: added where that is sound, and checked against each other."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from exchanges.reconciling.plain import PlainClaim
from exchanges.vocabulary import Category, CategoryRole, role_of
from sources.models import Quantifier


def own_totals(groups: dict[tuple[str, str, str], list[PlainClaim]]) -> list[tuple[tuple[str, str, str], PlainClaim]]:
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
                sources = frozenset().union(*(claim.sources for claims in own.values() for claim in claims))
                total = PlainClaim(
                    claimant, *key[:2], Quantifier.EXACTLY, number, stage=stage, sources=sources, is_composed=True
                )
                found.append((key, total))
    return found


def has_part(totals: Iterable[PlainClaim], by_claimant: dict, claimant: Hashable, own: dict) -> bool:
    """Return whether a claimant's breakdown of its total, stated or implied, has the same single part as ``own``."""
    if len(own) != 1:
        return False
    ((category, (claim, *_same)),) = own.items()
    breakdown = by_claimant.get(claimant, {})
    stated = {one.number for one in breakdown.get(category, ())}
    rest = [one.number for name, claims in breakdown.items() if name != category for one in claims]
    mine = [total.number for total in totals if total.claimant == claimant and total.number is not None]
    implied = {total - sum(rest) for total in mine if rest and None not in rest}
    return claim.number not in mine and claim.number in stated | implied


def can_be_added(own: dict[str, list[PlainClaim]]) -> bool:
    """Return whether one claimant's parts make a total: the military among them, each given once and exactly."""
    return bool({Category.MILITARY, Category.POW} & set(own)) and all(
        all(claim.is_exact for claim in claims) and len({claim.number for claim in claims}) == 1
        for claims in own.values()
    )


class PartsState(StrEnum):
    """How one claimant's parts stand to its total."""

    ADD_UP = "add_up"
    INCOMPLETE = "incomplete"
    CONTRADICT = "contradict"

    @property
    def label(self) -> str:
        return {
            PartsState.ADD_UP: _("the parts add up to the total"),
            PartsState.INCOMPLETE: _("the parts named leave a rest"),
            PartsState.CONTRADICT: _("the parts do not add up to the total"),
        }[self]


@dataclass(frozen=True)
class PartsCheck:
    """One claimant's total for a direction and stage against the parts it names itself."""

    claimant: Hashable
    direction: str
    stage: str
    total: int
    parts: tuple[tuple[str, int], ...]
    state: PartsState

    @property
    def rest(self) -> int:
        """What the total holds beyond the parts; negative where they exceed it."""
        return self.total - sum(number for _category, number in self.parts)


def check_parts(claims: Iterable[PlainClaim]) -> list[PartsCheck]:
    """Return, of claims in force, each claimant's exact total against its exact parts; attributes are no parts.

    With both the military and the civilians named nothing is left out, so any rest is a contradiction. A claimant
    that gives two totals, or one part twice, cannot be checked. Source: DOMAIN.md section 3.
    """
    totals: dict[tuple, list[int]] = {}
    parts: dict[tuple, dict[str, list[int]]] = {}
    for claim in claims:
        key = (claim.claimant, claim.direction, claim.stage)
        if claim.is_exact and role_of(claim.category) == CategoryRole.HEADLINE:
            totals.setdefault(key, []).append(claim.number)
        elif claim.is_exact and role_of(claim.category) == CategoryRole.PART:
            parts.setdefault(key, {}).setdefault(claim.category, []).append(claim.number)
    found = []
    for key in sorted(totals.keys() & parts.keys(), key=str):
        numbers = {category: set(stated) for category, stated in parts[key].items()}
        if len(set(totals[key])) > 1 or any(len(stated) > 1 for stated in numbers.values()):
            continue
        total, named = totals[key][0], tuple(sorted((category, min(stated)) for category, stated in numbers.items()))
        found.append(PartsCheck(*key, total, named, state_of_parts(total, dict(named))))
    return found


def state_of_parts(total: int, named: dict[str, int]) -> PartsState:
    """Return how parts, by category, stand to their total."""
    rest = total - sum(named.values())
    is_whole = Category.CIVILIAN in named and bool({Category.MILITARY, Category.POW} & named.keys())
    if rest == 0:
        return PartsState.ADD_UP
    return PartsState.CONTRADICT if rest < 0 or is_whole else PartsState.INCOMPLETE
