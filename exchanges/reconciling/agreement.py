"""How rival claims stand to one another: whether they agree, by how much they differ, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from exchanges.reconciling.plain import PlainClaim
from exchanges.vocabulary import Category, DifferenceReason
from sources.models import Quantifier


class Agreement(StrEnum):
    """How the claims in force stand to one another. Source: FIELD.md 5.10.

    Unresolved: they differ, but only because a number was given as "about". Undisclosed: nobody gave one.
    """

    AGREED = "agreed"
    COMPATIBLE = "compatible"
    DISPUTED = "disputed"
    SINGLE_SOURCE = "single_source"
    UNRESOLVED = "unresolved"
    UNDISCLOSED = "undisclosed"

    @property
    def label(self) -> str:
        return {
            Agreement.AGREED: _("claims agree"),
            Agreement.COMPATIBLE: _("claims are compatible"),
            Agreement.DISPUTED: _("claims differ"),
            Agreement.SINGLE_SOURCE: _("single source"),
            Agreement.UNRESOLVED: _("unresolved"),
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
            Agreement.UNRESOLVED: "half",
            Agreement.UNDISCLOSED: "no",
        }[self]


def agreement_of(stated: list[PlainClaim]) -> Agreement:
    """Return how claims that state a number stand to one another.

    Agreed: several claimants state the very same. Compatible: no number they state excludes another's. Disputed: no
    number satisfies them all, even where all are one claimant's. Unresolved: that is so only because "about N" was
    taken as N.
    """
    if excluding(stated):
        exact = [claim for claim in stated if claim.quantifier != Quantifier.ABOUT]
        return Agreement.DISPUTED if excluding(exact) else Agreement.UNRESOLVED
    if len({claim.claimant for claim in stated}) == 1:
        return Agreement.SINGLE_SOURCE
    if len({(claim.quantifier, claim.number, claim.number_high) for claim in stated}) == 1:
        return Agreement.AGREED
    return Agreement.COMPATIBLE


def excluding(stated: list[PlainClaim]) -> bool:
    """Return whether no number satisfies all the claims."""
    floor = max((low for low, _high in (claim.bounds for claim in stated) if low is not None), default=0)
    ceiling = min((high for _low, high in (claim.bounds for claim in stated) if high is not None), default=None)
    strict = {(claim.quantifier, claim.number) for claim in stated}
    return ceiling is not None and (
        floor > ceiling
        or (floor == ceiling and bool({(Quantifier.MORE_THAN, floor), (Quantifier.FEWER_THAN, ceiling)} & strict))
    )


@dataclass(frozen=True)
class Difference:
    """By how much claims differ: the greatest number named less the least, and the reason, from a closed list."""

    size: int
    reason: str = DifferenceReason.UNEXPLAINED

    @property
    def reason_label(self) -> str:
        return str(DifferenceReason(self.reason).label)


def difference_of(stated: list[PlainClaim], beside: Iterable[PlainClaim]) -> Difference | None:
    """Return by how much comparable claims differ; None where they do not.

    ``beside`` are the claims of the same direction and stage about other categories: where the difference is just
    the civilians, or just the wounded, that one of the claimants names, that is the reason. Counts as of several days
    differ for their cut-off. Any other reason is for a reviewer to say.
    """
    numbers = [number for claim in stated for number in claim.bounds if number is not None]
    if not numbers or min(numbers) == max(numbers):
        return None
    size = max(numbers) - min(numbers)
    named = {(claim.category, claim.number) for claim in beside if claim.is_exact}
    if {(Category.CIVILIAN, size), (Category.CIVILIANS, size)} & named:
        return Difference(size, DifferenceReason.CIVILIANS)
    if (Category.WOUNDED, size) in named:
        return Difference(size, DifferenceReason.WOUNDED)
    if len({claim.as_of for claim in stated}) > 1:
        return Difference(size, DifferenceReason.CUT_OFF)
    return Difference(size)
