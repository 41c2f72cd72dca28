"""The forms of the exchanges room."""

from exchanges.forms.claims import ClaimForm, EstimateForm, RefuteForm
from exchanges.forms.deliveries import DeliveryForm

__all__ = ["ClaimForm", "DeliveryForm", "EstimateForm", "RefuteForm"]
