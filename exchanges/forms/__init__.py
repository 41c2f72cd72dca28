"""The forms of the exchanges room."""

from exchanges.forms.claims import ClaimForm, EstimateForm, RefuteForm
from exchanges.forms.deliveries import DeliveryForm
from exchanges.forms.outcomes import OutcomeForm

__all__ = ["ClaimForm", "DeliveryForm", "EstimateForm", "OutcomeForm", "RefuteForm"]
