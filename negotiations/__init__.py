"""Conflicts, channels, meetings, agreements and commitments."""
