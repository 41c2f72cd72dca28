"""The script that damages the rules (scripts/mutants)."""
