"""Refuses passwords that are tried first. Source: NIST SP 800-63B, 5.1.1.2: known, repeated and context words."""

import re

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# What an attacker who knows what Parley is for would try.
CONTEXT = frozenset(
    """
    parley negotiation negotiations ceasefire exchange exchanges prisoner prisoners humanitarian mediator
    ukraine russia turkey kyiv kiev moscow istanbul ankara geneva vienna minsk riyadh jeddah doha abudhabi dubai vatican
    gomel chernihiv mariupol azovstal donetsk luhansk kharkiv odesa crimea
    """.split()  # noqa: SIM905 - read more easily than forty quoted words
)


def core(text: str) -> str:
    """Return what is left of a password without case, digits and signs around its letters, and repetition."""
    kept = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text.lower())
    return re.sub(r"^(.+?)\1+$", r"\1", kept, flags=re.DOTALL)


class KnownPasswordValidator(CommonPasswordValidator):
    """Refuses a password on Django's list of 20,000 breached ones, a context word, the user's own name, and any of
    these with digits or signs around it, said several times or several in a row; also one of digits and signs only."""

    def validate(self, password: str, user=None) -> None:
        name = core(user.get_username()) if user is not None else ""
        known = {*CONTEXT, name} - {""}
        left = core(password)
        rest = left
        for word in sorted(known, key=len, reverse=True):
            rest = rest.replace(word, "")
        if (
            password.lower().strip() in self.passwords
            or left in self.passwords
            or len(set(password)) < 5
            or len(core(rest)) < 4
        ):
            raise ValidationError(
                _("This password is among the first that are tried. Take several unconnected words, for example."),
                code="password_known",
            )

    def get_help_text(self) -> str:
        return _("Not a common password, a name of this system or place, or one of these with digits around it.")
