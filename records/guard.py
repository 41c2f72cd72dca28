"""Keeps personal data out of free text, whatever door it comes through: flagged before it is written, let through with
a reason that the history keeps. What is looked for stands in ``records.personal_data``."""

from collections.abc import Mapping
from functools import cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import SYSTEM, current_reader
from records.models import Record
from records.personal_data import Finding, find
from records.querysets import kinds

# The code of the errors raised here, and the name under which every door takes the reason.
CODE = "personal_data"
REASON = "personal_data_reason"
REMEDY = gettext_lazy("Take it out; or, if it must stay, say why.")
# No words of anybody's: identifiers, codes, addresses, and what programs say of files.
NO_WORDS = frozenset(
    {"reference", "external_id", "url", "direction", "colour", "language", "script", "iso_code", "country_code"}
    | {"field", "category", "found_at", "asked_address", "final_address", "told"}
    | {"file", "file_name", "media_type", "sha256", "text_file", "text_told"}
)


@cache
def text_fields(model: type[Record]) -> tuple[models.Field, ...]:
    """Return the fields of a kind that hold what somebody wrote in their own words."""
    return tuple(
        field
        for field in model._meta.local_concrete_fields
        if is_words(getattr(field, "base_field", field)) and field.name not in NO_WORDS
    )


def is_words(field: models.Field) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.URLField)
    return is_text and not field.choices


def officials() -> set[str]:
    """Return the names of the officials in office that the reader may see: who may be named in a list, too."""
    return {
        name
        for model in kinds()
        if model.official_named_in
        for name in model.objects.current().order_by().values_list(model.official_named_in, flat=True)
    }


def look(words: str | list[str] | None) -> list[Finding]:
    """Return what in a text, or in several, looks like personal data of somebody who is not an official known here."""
    text = "\n".join(words) if isinstance(words, list) else words
    return find(text, officials) if text else []


def refusal(findings: list[Finding]) -> ValidationError:
    """Return the error that tells what was found and what to do."""
    return ValidationError([ValidationError(f"{one} {REMEDY}", code=CODE) for one in findings])


def is_flagged(error: ValidationError) -> bool:
    """Whether it is personal data, among other things, that an error refuses."""
    errors = error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]
    return any(one.code == CODE for found in errors for one in found)


def allow(reason: str | None) -> None:
    """Let through, from now on in this act, what is flagged: for a reason, which the history keeps with the record.

    Without a reason nothing is let through. Raises ValidationError where the reason says itself what must not be kept.
    """
    reason = " ".join((reason or "").split())
    if found := look(reason):
        raise ValidationError({REASON: refusal(found)})
    current_reader().personal_data_reason = reason


def check_words(texts: Mapping[str, str | list[str] | None]) -> str:
    """Raise ValidationError by name for what is flagged in these texts and not let through.

    Returns what the history is to say of it; nothing where nothing was flagged.
    """
    actor = current_reader()
    flagged = {name: found for name, text in texts.items() if (found := look(text))}
    # The system says again what somebody was allowed to say.
    if not flagged or actor.principal == SYSTEM:
        return ""
    reason = actor.personal_data_reason
    if not reason:
        raise ValidationError({name: refusal(found) for name, found in flagged.items()})
    return kept_because(reason)


def kept_because(reason: str) -> str:
    """Return how the history says why what was flagged is kept; nothing without a reason."""
    return _("Personal data kept: %(reason)s") % {"reason": reason} if reason else ""


def check_reason(reason: str, name: str = "reason") -> str:
    """Return a reason as the history is to keep it; raise ValidationError by name for what is flagged in it."""
    return " ".join(filter(None, (reason, check_words({name: reason}))))


def check_record(record: Record, before: Record | None = None, reason: str = "") -> str:
    """Raise ValidationError by field for what is flagged in the words of a record that is to be written.

    Of a record that is there already only what ``before`` did not say yet is looked at. ``reason`` is why it is
    written; returned is that, and why what was flagged is kept.
    """
    words = {field.name: getattr(record, field.attname) for field in text_fields(type(record))}
    if before is not None:
        words = {name: text for name, text in words.items() if text != getattr(before, name)}
    # A reason often stands in the record as well; there it has a field of its own to be told beside.
    if reason and all(reason != text for text in words.values()):
        words |= {"reason": reason}
    return " ".join(filter(None, (reason, check_words(words))))
