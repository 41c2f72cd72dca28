"""Signing in and one's own account: allauth's flows behind the reading door, in our own pages."""
