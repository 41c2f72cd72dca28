"""Cells that a spreadsheet would run as a formula. Source: OWASP, CSV injection; ASVS 5.0.0, 1.2.10.

Written with an apostrophe before them, which spreadsheets take for "this is text" and reading takes away again.
"""

import re

# After any apostrophes of its own, so that a text that begins with one comes back as it was.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def as_text(cell: str) -> str:
    """Return a cell that no spreadsheet runs; numbers stay numbers."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


def as_written(cell: str) -> str:
    """Return what ``as_text`` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
