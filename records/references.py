"""Short random references. A running number would betray how many hidden records exist between two visible ones."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH = 10


def random_reference() -> str:
    """Return fifty random bits as two groups of five characters, for example ``7KQ2X-F4HMP``."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{drawn[:5]}-{drawn[5:]}"
