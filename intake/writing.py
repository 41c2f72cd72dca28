"""Writes what was planned: new records in one statement for each kind, changed ones singly."""

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from access.context import Reader
from intake.planning import Plan, Recipe
from records.bulk import add_records
from records.services import change_record
from reports.public_record.desk import in_words

# What others point to is written before them.
ORDER = (
    "negotiations_place", "sources_source", "negotiations_meeting", "negotiations_participant", "exchanges_outcome",
    "exchanges_outcomechannel", "exchanges_outcomeagreement", "exchanges_outcomerole", "exchanges_claim",
    "sources_citation",
)  # fmt: skip


class Refused(Exception):
    """The rows cannot be written; the message says which and why."""


def write_plan(actor: Reader, plan: Plan, recipe: Recipe, *, reason: str) -> None:
    """Write the records of some rows; ``reason`` is kept in the history of those that were there and change.

    Raises Refused, and then part of it may be written: to be called in a transaction that is given up.
    """
    marking = {"level": recipe.level, "compartments": list(recipe.compartments)}
    try:
        with transaction.atomic():
            for model in sorted(plan.inserts, key=lambda model: ORDER.index(model._meta.db_table)):
                add_records(actor, model, plan.inserts[model], **marking)
    except (IntegrityError, DataError) as error:
        told = _("Lines %(first)s to %(last)s: %(reason)s Nothing was written.")
        first, last = plan.rows[0][0], plan.rows[-1][0]
        raise Refused(told % {"first": first, "last": last, "reason": in_words(error, model)}) from error
    for line, record, fields in plan.changes:
        for name, value in fields.items():
            setattr(record, name, value)
        try:
            change_record(actor, record, expected_version=record.version, reason=reason)
        except ValidationError as error:
            told = _("Line %(line)s: %(reason)s Nothing was written.")
            raise Refused(told % {"line": line, "reason": " ".join(error.messages)}) from error
