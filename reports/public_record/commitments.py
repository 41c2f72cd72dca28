"""The cell ``subject:amount:direction;…`` of an agreement: its promises, and back again."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from negotiations.models import Commitment
from negotiations.models.conflicts import BOTH
from negotiations.vocabulary import CommitmentKind, CommitmentSubject, QuantityKind, Reciprocity, TermCertainty
from reports.public_record.cells import WHOLE, items
from reports.public_record.codes import COMMITMENT_KIND, EACH_SIDE, MINIMUM
from reports.public_record.conflict import DIRECTIONS

ALL, UNSPECIFIED = "all", "unspecified"
QUANTITY_WORDS = {QuantityKind.ALL.value: ALL, QuantityKind.NOT_AGREED.value: UNSPECIFIED}
LONGEST_WORDS = 80


def problems(cell: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the cell, each with its remedy."""
    for promise in items(cell):
        parts = promise.split(":")
        if len(parts) != 3 or any(part != part.strip() or not part for part in parts):
            yield (
                _("%(cell)s is no promise") % {"cell": repr(promise)},
                _("Write subject:amount:direction, for example prisoners:1000:each_side."),
            )
        elif max(map(len, parts)) > LONGEST_WORDS:
            yield (
                _("the promise %(cell)s is too long") % {"cell": repr(promise)},
                _("Keep each part to %(longest)s characters.") % {"longest": LONGEST_WORDS},
            )


def fields(promise: str, title: str, terms: str) -> dict[str, Any]:
    """Return the fields of one promise.

    ``title`` and ``terms`` say whether it is one for one or all for all, and whether it was only offered.
    """
    subject_words, amount, direction_words = promise.split(":")
    subject = subject_words if subject_words in CommitmentSubject.values else CommitmentSubject.OTHER
    kind = COMMITMENT_KIND.get(subject, CommitmentKind.OTHER)
    mutual = direction_words.removesuffix(MINIMUM) == EACH_SIDE
    if kind == CommitmentKind.RELEASE and mutual:
        kind = CommitmentKind.EXCHANGE
    quantity_kind = quantity_kind_of(amount)
    return {
        "subject": subject,
        "subject_words": subject_words,
        "commitment_kind": kind,
        "quantity_kind": quantity_kind,
        "quantity": int(amount) if quantity_kind == QuantityKind.NUMBER else None,
        "quantity_words": amount,
        "is_minimum": direction_words.endswith(MINIMUM),
        "direction": direction_words if direction_words in (*DIRECTIONS, BOTH) else "",
        "direction_words": direction_words,
        "reciprocity": reciprocity(amount, mutual, title, terms),
        "certainty": certainty(amount, terms),
    }


def quantity_kind_of(amount: str) -> str:
    """Return whether the amount is a number, all, not agreed, or words."""
    if WHOLE.fullmatch(amount):
        return QuantityKind.NUMBER
    return {words: kind for kind, words in QUANTITY_WORDS.items()}.get(amount, QuantityKind.WORDS.value)


def reciprocity(amount: str, mutual: bool, title: str, terms: str) -> str:
    """Return what is given in return, only where the words of the agreement say so."""
    if mutual and amount.isdigit() and f"{int(amount):,} for {int(amount):,}" in title:
        return Reciprocity.ONE_FOR_ONE
    if mutual and amount == ALL and "all-for-all" in terms.lower():
        return Reciprocity.ALL_FOR_ALL
    return Reciprocity.UNSPECIFIED


def certainty(amount: str, terms: str) -> str:
    """Return how binding the term is, only where the words of the agreement say so: ``Russia offered 3,000 more``."""
    if WHOLE.fullmatch(amount) and re.search(rf"\boffered {int(amount):,}(?![\d,]*\d)", terms):
        return TermCertainty.OFFERED
    return TermCertainty.UNKNOWN


def words(commitment: Commitment) -> str:
    """Return the promise as the file writes it."""
    subject = commitment.subject_words if commitment.subject == CommitmentSubject.OTHER else commitment.subject
    if commitment.quantity_kind == QuantityKind.NUMBER:
        amount = str(commitment.quantity)
    else:
        amount = QUANTITY_WORDS.get(commitment.quantity_kind, commitment.quantity_words)
    return f"{subject}:{amount}:{commitment.direction or commitment.direction_words}"
