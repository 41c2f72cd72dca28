"""A claim as reconciling sees it, and which claims are in force. Rules: DOMAIN.md sections 1 and 3."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date

from exchanges.vocabulary import Stage
from sources.models import ClaimState, Quantifier


@dataclass(frozen=True)
class PlainClaim:
    """What reconciling needs to know of a claim. ``number`` is None where no number was disclosed.

    ``identity`` and ``supersedes`` name the claim and the one it stands in for; ``sources`` are the sources it rests
    on, each an echo's origin rather than the echo. ``is_composed``: its claimant's own parts, added up.
    """

    claimant: Hashable
    direction: str
    category: str
    quantifier: str
    number: int | None
    number_high: int | None = None
    stage: str = Stage.DELIVERED
    state: str = ClaimState.CURRENT
    as_of: date | None = None
    identity: Hashable = None
    supersedes: Hashable = None
    sources: frozenset = frozenset()
    is_composed: bool = False

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

    @property
    def is_exact(self) -> bool:
        """Whether the claim names one number and means just that."""
        return self.number is not None and self.quantifier == Quantifier.EXACTLY


def in_force(claims: Iterable[PlainClaim]) -> list[PlainClaim]:
    """Return the claims that are neither withdrawn nor refuted, nor superseded by another of those given.

    Whoever refutes a claim does not bring back the one it had replaced: its claimant no longer says that either.
    """
    claims = list(claims)
    superseded = {claim.supersedes for claim in claims} - {None}
    return [claim for claim in claims if claim.state == ClaimState.CURRENT and claim.identity not in superseded]


def latest(claims: Iterable[PlainClaim]) -> list[PlainClaim]:
    """Return the claims without those whose claimant counted the same again as of a later day."""
    last: dict[Hashable, date] = {}
    for claim in claims:
        if claim.as_of is not None:
            last[claim.claimant] = max(claim.as_of, last.get(claim.claimant, claim.as_of))
    return [claim for claim in claims if claim.as_of is None or claim.as_of == last[claim.claimant]]
