"""Reads request bodies."""

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers

# No record is nested deeper than a list of objects.
DEEPEST = 20


def is_deeper(data: Any, most: int) -> bool:
    """Return whether something is nested deeper than ``most`` lists and objects."""
    if not isinstance(data, dict | list):
        return False
    return most == 0 or any(is_deeper(one, most - 1) for one in (data.values() if isinstance(data, dict) else data))


class JSONParser(parsers.JSONParser):
    """JSON whose nesting cannot exhaust the interpreter and whose text the database can hold."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(_("The body is nested too deeply.")) from error
        if is_deeper(data, DEEPEST):
            raise exceptions.ParseError(_("The body is nested too deeply."))
        if "\\u0000" in json.dumps(data):
            raise exceptions.ParseError(_("The body contains the character NUL, which no text may contain."))
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise exceptions.ParseError(_("The body contains half of a surrogate pair, which is no text.")) from error
        return data
