"""Arithmetic over events: parity, lag, running totals. Pure functions without database; rules: DOMAIN.md section 4."""
