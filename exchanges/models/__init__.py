"""Outcomes, the claims about them, estimates, deliveries, running totals."""

from exchanges.models.claims import Claim, Estimate, EstimateClaim, RunningTotal
from exchanges.models.outcomes import (
    Delivery,
    Outcome,
    OutcomeAgreement,
    OutcomeChannel,
    OutcomeMeeting,
    OutcomeRole,
)

__all__ = [
    "Claim",
    "Delivery",
    "Estimate",
    "EstimateClaim",
    "Outcome",
    "OutcomeAgreement",
    "OutcomeChannel",
    "OutcomeMeeting",
    "OutcomeRole",
    "RunningTotal",
]
