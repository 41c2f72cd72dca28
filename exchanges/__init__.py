"""Humanitarian outcomes, the claims about them, estimates, deliveries and running totals."""
