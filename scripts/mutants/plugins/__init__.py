"""Damages done in Python: each is a pytest plugin."""
