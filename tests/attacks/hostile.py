"""Texts that would do harm where they are not shown as text, put into every field that holds one."""

from html.parser import HTMLParser

from django.core.validators import URLValidator
from django.db import models

from records.models import Record

# Seven ways out of where a text may stand: element, attribute, script, comment, template, address, style.
MARKUP = (
    "</title></script></style></textarea>\"'><img src=x data-evil=1 onerror=document.documentElement.dataset.ran=1>"
    "<script data-evil=1>document.documentElement.dataset.ran=1</script><svg data-evil=1 onload=alert(1)>"
    "<a data-evil=1 href=javascript:alert(1)>x</a><!--{{7*7}}{%25 debug %25}${7*7}"
)
FORMULAS = ('=HYPERLINK("http://evil.example","x")', "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(1)", "\t=1", "'=1", "''=1")
# Right to left override, isolates, zero-width joiners and spaces, a soft hyphen, combining marks, a lone mark.
INVISIBLE = "a\u202eb\u2066c\u2069d\u200be\u200df\u200cg\ufeffh\u00adi e\u0301 \u0301"


SHORTEST = 100


def text_fields(model: type[Record]) -> list[models.Field]:
    """Return the fields that hold free text a person types; shorter ones hold codes, with rules of their own."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.URLField)
        and not any(isinstance(validator, URLValidator) for validator in field.validators)
        and field.editable
        and not field.choices
        and (field.max_length or SHORTEST) >= SHORTEST
    ]


class Elements(HTMLParser):
    """Collects every element and attribute of a page that could only come from a text."""

    def __init__(self):
        super().__init__()
        self.evil, self.names = [], []

    def handle_starttag(self, tag, attributes):
        self.names.append(tag)
        for name, value in attributes:
            if name == "data-evil" or name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.evil.append((tag, name, value))

    @classmethod
    def evil_in(cls, page: str) -> list[tuple]:
        parser = cls()
        parser.feed(page)
        parser.close()
        return parser.evil
