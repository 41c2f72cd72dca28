"""How many sources of a figure are independent of one another."""

from collections.abc import Iterable

from exchanges.reconciling.plain import PlainClaim


def independent_sources(claims: Iterable[PlainClaim]) -> int:
    """Return how many independent sources state a number.

    What one claimant says is one source, however many outlets repeat it; claims that rest on the same source, or on
    echoes of it, are one as well. Source: DOMAIN.md section 3.
    """
    groups: list[set] = []
    for claim in claims:
        if claim.number is None:
            continue
        mine = {("claimant", claim.claimant), *(("source", source) for source in claim.sources)}
        joined = [group for group in groups if group & mine]
        groups = [group for group in groups if not group & mine] + [mine.union(*joined)]
    return len(groups)
