"""Somebody who can run SQL as the application's role: what they get, statement by statement."""
