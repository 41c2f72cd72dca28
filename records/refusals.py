"""What the database refuses, in words: the rules that triggers keep, whatever door a change comes by."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

PERIOD_LOCKED = "period_locked"


@contextmanager
def in_words() -> Iterator[None]:
    """Raise ValidationError for what a trigger refuses inside; everything written inside is undone then."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        told = refusal_of(error)
        if told is None:
            raise
        raise told from error


def refusal_of(error: DatabaseError) -> ValidationError | None:
    """Return what a trigger refused, in words; None for any other error."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    if name == PERIOD_LOCKED:
        return ValidationError(period_words(dt.date.fromisoformat(diagnosis.message_detail)))
    if name == "merge_possible":
        return ValidationError(_("These two records cannot be merged. Look at both again."))
    if "lowering confidentiality" in str(error):
        return ValidationError({"level": _("Lowering needs a reviewer and a reason.")})
    return None


def period_words(until: dt.date) -> str:
    """Return why nothing changes in a locked period, and whom to ask."""
    told = _(
        "Everything up to %(until)s is closed in this conflict: nothing in that period is added, changed, withdrawn or"
        " merged. Ask a reviewer to unlock the period."
    )
    return told % {"until": date_format(until)}
