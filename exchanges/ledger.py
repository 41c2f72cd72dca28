"""Promises held against deliveries. Pure functions, no database. Rules: DOMAIN.md section 4, FIELD.md 5.6."""

import datetime as dt
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exchanges.vocabulary import LedgerState
from negotiations.vocabulary import AgreementStatus, QuantityKind, TermCertainty

# What one side offers, demands or refuses binds nobody: it is listed apart and is never overdue.
NOT_AGREED = frozenset({TermCertainty.OFFERED, TermCertainty.DEMANDED, TermCertainty.REFUSED})


@dataclass(frozen=True)
class PlainCommitment:
    """What the ledger needs to know of a promise in one direction.

    ``low`` and ``high`` are the promised number as the claims about it give it, or the number of the terms twice;
    None where there is none. ``differs`` says that the claims about the promised number differ.
    """

    identity: Hashable
    direction: str
    quantity_kind: str
    low: int | None = None
    high: int | None = None
    is_minimum: bool = False
    differs: bool = False
    certainty: str = TermCertainty.UNKNOWN
    due_on: dt.date | None = None
    agreement_status: str = AgreementStatus.AGREED
    is_withdrawn: bool = False

    @property
    def has_number(self) -> bool:
        return self.quantity_kind == QuantityKind.NUMBER and self.low is not None

    @property
    def is_agreed(self) -> bool:
        """Whether it is a term of an agreement, not only an offer, a demand or something refused."""
        return self.certainty not in NOT_AGREED and self.agreement_status != AgreementStatus.PROPOSED


@dataclass(frozen=True)
class PlainDelivery:
    """What one event delivers in one direction: its range; ``low`` None where no number was given.

    ``high`` is None where the range is open upward, ``best`` while it is unresolved.
    """

    identity: Hashable
    day: dt.date | None
    low: int | None = None
    best: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Line:
    """One promise in one direction, with what was delivered of it as far as the reader may see.

    ``low``, ``best`` and ``high`` are sums over different events, never over rival claims: None where no event gave a
    number, ``high`` also where it is open upward. ``undisclosed`` counts the events without a number.
    """

    commitment: PlainCommitment
    deliveries: tuple[PlainDelivery, ...]
    low: int | None
    best: int | None
    high: int | None
    undisclosed: int
    remaining_low: int | None
    remaining_high: int | None
    days_late: int | None
    state: LedgerState
    implementation: int | None

    @property
    def direction(self) -> str:
        return self.commitment.direction

    @property
    def first_on(self) -> dt.date | None:
        return min((one.day for one in self.deliveries if one.day), default=None)

    @property
    def last_on(self) -> dt.date | None:
        return max((one.day for one in self.deliveries if one.day), default=None)

    @property
    def delivered(self) -> str:
        """What was delivered, in words; not disclosed is no nought."""
        if self.low is None:
            return _("not disclosed") if self.deliveries else _("nothing recorded")
        return in_words(self.low, self.high)

    @property
    def remaining(self) -> str:
        """What is still owed, in words; nothing where that cannot be told."""
        if self.remaining_low is None and self.remaining_high is None:
            return ""
        if self.remaining_low == 0 and self.remaining_high:
            return _("at most %(number)s") % {"number": f"{self.remaining_high:,}"}
        return in_words(self.remaining_low or 0, self.remaining_high)

    @property
    def promised(self) -> str:
        """The promised number in words; nothing where there is none."""
        promise = self.commitment
        if not promise.has_number:
            return ""
        return in_words(promise.low, None if promise.is_minimum and promise.high == promise.low else promise.high)


def in_words(low: int, high: int | None) -> str:
    """Return a range in words: ``390``, ``6,057–6,060``, ``at least 1,200``."""
    if high is None:
        return _("at least %(number)s") % {"number": f"{low:,}"}
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def line(promise: PlainCommitment, deliveries: Iterable[PlainDelivery], today: dt.date) -> Line:
    """Return the line of a promise in one direction, whatever the order of its deliveries; ``today`` judges delay."""
    delivered = tuple(sorted(set(deliveries), key=lambda one: (one.day or dt.date.max, str(one.identity))))
    told = [one for one in delivered if one.low is not None]
    undisclosed = len(delivered) - len(told)
    low = sum(one.low for one in told) if told else None
    # An event without a number may have delivered any number: the sum is then open upward, and no best is known.
    is_open = undisclosed > 0 or any(one.high is None for one in told)
    high = sum(one.high for one in told) if told and not is_open else None
    has_best = told and not undisclosed and all(one.best is not None for one in told)
    best = sum(one.best for one in told) if has_best else None
    owed_low, owed_high = remaining(promise, low, high, delivered)
    return Line(
        commitment=promise,
        deliveries=delivered,
        low=low,
        best=best,
        high=high,
        undisclosed=undisclosed,
        remaining_low=owed_low,
        remaining_high=owed_high,
        days_late=days_late(promise, delivered, today),
        state=state_of(promise, low, high, delivered, today),
        implementation=implementation(promise, low, high, delivered),
    )


def remaining(promise: PlainCommitment, low, high, delivered) -> tuple[int | None, int | None]:
    """Return the least and the greatest number still owed, never negative; the greatest None where it is open."""
    if not promise.has_number:
        return None, None
    if delivered and high is None:
        least = 0
    else:
        least = max(0, promise.low - (high or 0))
    return least, None if promise.high is None else max(0, promise.high - (low or 0))


def is_reached(promise: PlainCommitment, low: int | None) -> bool:
    """Return whether even the least number delivered is what every claim says was promised."""
    if not promise.has_number or low is None:
        return False
    return low >= (promise.low if promise.high is None else promise.high)


def state_of(promise: PlainCommitment, low, high, delivered, today: dt.date) -> LedgerState:
    """Return how a promise stands.

    A promise without a number is never fulfilled by arithmetic. Disputed: whether it is fulfilled depends on whose
    figure one takes, of what was delivered or of what was promised. What binds nobody is never due or overdue.
    """
    if promise.is_withdrawn:
        return LedgerState.WITHDRAWN
    if is_reached(promise, low):
        is_open = promise.is_minimum or promise.high is None
        return LedgerState.FULFILLED if is_open or low == promise.high else LedgerState.EXCEEDED
    depends = promise.has_number and low is not None and high is not None and low < promise.low <= high
    if depends or promise.differs:
        return LedgerState.DISPUTED
    if promise.agreement_status == AgreementStatus.COLLAPSED:
        return LedgerState.LAPSED
    # Where numbers were withheld or are open upward, or none was promised, nobody can say that something is lacking.
    may_be_all = bool(delivered) and (high is None or not promise.has_number)
    if promise.is_agreed and promise.due_on and promise.due_on < today and not may_be_all:
        return LedgerState.OVERDUE
    if may_be_all or low:
        return LedgerState.PART_DELIVERED
    return LedgerState.DUE if promise.is_agreed and promise.due_on else LedgerState.OPEN


def days_late(promise: PlainCommitment, delivered: tuple[PlainDelivery, ...], today: dt.date) -> int | None:
    """Return by how many days the promise was, or is by now, kept late; None where that cannot be told."""
    if promise.due_on is None or not promise.has_number or not promise.is_agreed or promise.is_withdrawn:
        return None
    reached = 0
    for one in delivered:
        reached += one.low or 0
        if is_reached(promise, reached):
            return None if one.day is None else max(0, (one.day - promise.due_on).days)
    if any(one.low is None or one.high is None for one in delivered):
        return None
    return max(0, (today - promise.due_on).days)


def implementation(promise: PlainCommitment, low, high, delivered) -> int | None:
    """Return the degree after Kroc PAM: 0 not initiated, 1 minimal, 2 intermediate (half or more), 3 full.

    None where the least and the greatest figure give different degrees, or no number was promised or told.
    """
    if promise.is_withdrawn:
        return None
    if not delivered:
        return 0
    if not promise.has_number or low is None:
        return None
    if is_reached(promise, low):
        return 3
    if high is None or promise.high is None:
        return None
    degrees = {degree(low, promise.high), degree(high, promise.low)}
    return degrees.pop() if len(degrees) == 1 else None


def degree(delivered: int, promised: int) -> int:
    """Return the degree that one number delivered is of one number promised."""
    if delivered >= promised:
        return 3
    if delivered == 0:
        return 0
    return 2 if 2 * delivered >= promised else 1
