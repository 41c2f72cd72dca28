"""Damages the access rules one by one and asks whether a test notices: `make mutants`."""
