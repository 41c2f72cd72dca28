"""Actors, their names, their mandates as intermediaries and their representatives."""
