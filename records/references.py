"""Short random references. A running number would betray how many hidden records exist between two visible ones."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
LENGTH = 10


def random_reference() -> str:
    """Return fifty random bits as two groups of five characters, for example ``7KQ2X-F4HMP``."""
    bits = secrets.randbits(5 * LENGTH)
    drawn = "".join([PAIRS[bits >> shift & 1023] for shift in range(0, 5 * LENGTH, 10)])
    return f"{drawn[:5]}-{drawn[5:]}"
