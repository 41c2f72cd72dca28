"""Rival claims reconciled: ranges, best figures, agreement, checks. Pure functions; DOMAIN.md section 3."""

from exchanges.reconciling.agreement import Agreement, Difference
from exchanges.reconciling.independence import independent_sources
from exchanges.reconciling.parts import PartsCheck, PartsState, check_parts
from exchanges.reconciling.plain import PlainClaim, in_force, latest
from exchanges.reconciling.ranges import FigureRange, comparable, headline, order, parts_beside, ranges

__all__ = [
    "Agreement",
    "Difference",
    "FigureRange",
    "PartsCheck",
    "PartsState",
    "PlainClaim",
    "check_parts",
    "comparable",
    "headline",
    "in_force",
    "independent_sources",
    "latest",
    "order",
    "parts_beside",
    "ranges",
]
