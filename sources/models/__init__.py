"""The models of this room."""

from sources.models.copies import ArchivedCopy, ArchiveRun, CopyOrigin, CopyState
from sources.models.figures import (
    AbstractClaim,
    ClaimKind,
    ClaimState,
    Figure,
    FigureManager,
    FigureQuerySet,
    Quantifier,
    figure_constraints,
)
from sources.models.sources import Citation, Source, SourceKind, TitleOrigin

__all__ = [
    "AbstractClaim",
    "ArchiveRun",
    "ArchivedCopy",
    "Citation",
    "ClaimKind",
    "ClaimState",
    "CopyOrigin",
    "CopyState",
    "Figure",
    "FigureManager",
    "FigureQuerySet",
    "Quantifier",
    "Source",
    "SourceKind",
    "TitleOrigin",
    "figure_constraints",
]
