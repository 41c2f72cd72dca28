"""Reads request bodies."""

import json

from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers


class JSONParser(parsers.JSONParser):
    """JSON whose nesting cannot exhaust the interpreter and whose text the database can hold."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(_("The body is nested too deeply.")) from error
        if "\\u0000" in json.dumps(data):
            raise exceptions.ParseError(_("The body contains the character NUL, which no text may contain."))
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise exceptions.ParseError(_("The body contains half of a surrogate pair, which is no text.")) from error
        return data
