"""What comes in from outside: imports of files, and candidates, which wait in the inbox."""

from intake.models.candidates import Candidate, CandidateKind, CandidateRecord, CandidateState, Origin
from intake.models.imports import ImportedRecord, ImportRun, Stage

__all__ = [
    "Candidate",
    "CandidateKind",
    "CandidateRecord",
    "CandidateState",
    "ImportRun",
    "ImportedRecord",
    "Origin",
    "Stage",
]
