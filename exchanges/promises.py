"""The ledger of many promises, from what the reader may see; the arithmetic is in ``exchanges.ledger``."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from exchanges.ledger import Line, PlainCommitment, PlainDelivery, line
from exchanges.models import Delivery, Outcome
from exchanges.querysets import NOT_TAKEN_PLACE, figures_of, plain_claims
from exchanges.reconciling import Agreement, FigureRange, headline, ranges
from exchanges.uncounted import changed_deliveries
from exchanges.vocabulary import Category, CategoryRole, LedgerState, Stage, role_of
from negotiations.models import Commitment, Party
from negotiations.vocabulary import AgreementStatus, CommitmentSubject, Reciprocity
from records.known import KnownOn

# As commitments of the public record write that each side owes the same.
EACH_SIDE = "each_side"
BAR = 150
STATE_CSS = {
    LedgerState.FULFILLED: "ok",
    LedgerState.EXCEEDED: "ok",
    LedgerState.PART_DELIVERED: "half",
    LedgerState.DISPUTED: "diff",
    LedgerState.OVERDUE: "bad",
    LedgerState.LAPSED: "bad",
}
MUTUAL = frozenset({Reciprocity.ONE_FOR_ONE, Reciprocity.ALL_FOR_ALL})


@dataclass(frozen=True)
class LedgerLine:
    """A line of the ledger with the records behind it: the promise and the deliveries the reader may see."""

    commitment: Commitment
    direction_words: str
    line: Line
    deliveries: tuple[Delivery, ...]
    # Events left out, because they, or what is claimed of them, changed since a second person verified it.
    changed: int = 0

    @property
    def css(self) -> str:
        """The class of the state's shape, so that colour is never alone."""
        return STATE_CSS.get(self.line.state, "no")

    @property
    def is_bar_drawn(self) -> bool:
        """Whether promise and delivery are both numbers that a bar can hold against each other."""
        return self.line.commitment.has_number and self.line.low is not None

    @property
    def bar(self) -> dict[str, str]:
        """The lengths of the bar out of ``BAR``: what is certain, what only the greatest figure adds, the promise."""
        promised, low, high = self.line.commitment.low, self.line.low, self.line.high
        scale = BAR / max(promised, low, high or 0, 1)
        lengths = {"low": low * scale, "more": ((high or low) - low) * scale, "promise": promised * scale}
        return {name: f"{length:.1f}" for name, length in lengths.items()}


def ledger(
    commitments: Iterable[Commitment], known: KnownOn | None = None, today: dt.date | None = None
) -> list[LedgerLine]:
    """Return the lines of the promises in their order, one for each direction; a bounded number of statements.

    With ``known``, from what was known on that day, which is then also the day that delay is judged by.
    """
    commitments = list(commitments)
    today = today or (known.day if known else timezone.localdate())
    identities = [one.pk for one in commitments]
    delivered = deliveries_of(identities, known)
    figures = figures_of({d.outcome_id: d.outcome for several in delivered.values() for d in several}.values(), known)
    claims = plain_claims({"commitment": identities}, known)
    parties = parties_of(commitments)
    changed = changed_deliveries(identities, known)
    amending = Commitment.objects.counted(known).filter(amends__in=identities)
    amended = set(amending.values_list("amends", flat=True))
    found = []
    for commitment in commitments:
        words = parties.get(conflict_of(commitment), {})
        promised = ranges(claims[commitment.pk])
        for direction in directions_of(commitment, words):
            mine = tuple(one for one in delivered[commitment.pk] if not direction or one.direction in {"", direction})
            plain = [plain_delivery(one, commitment, direction, figures[one.outcome_id]) for one in mine]
            found.append(
                LedgerLine(
                    commitment=commitment,
                    direction_words=words.get(direction, commitment.direction_in_words),
                    line=line(
                        plain_commitment(
                            commitment,
                            direction,
                            promised,
                            is_withdrawn=is_withdrawn(commitment, known),
                            is_amended=commitment.pk in amended,
                        ),
                        plain,
                        today,
                    ),
                    deliveries=mine,
                    changed=changed.get(commitment.pk, 0),
                )
            )
    return found


def is_withdrawn(commitment: Commitment, known: KnownOn | None = None) -> bool:
    """Return whether the promise was withdrawn, with ``known`` by the end of that day."""
    return commitment.is_withdrawn and (known is None or commitment.withdrawn_at < known.end)


def deliveries_of(commitments: list, known: KnownOn | None = None) -> dict[object, list[Delivery]]:
    """Return what may count, by commitment: what took place and is not withdrawn, by then; one statement."""
    found = defaultdict(list)
    happened = Outcome.objects.counted(known).exclude(status__in=NOT_TAKEN_PLACE)
    rows = Delivery.objects.counted(known).filter(commitment__in=commitments, outcome__in=happened.values("pk"))
    for delivery in rows.select_related("label", "outcome__label").order_by("outcome__started_on", "pk"):
        found[delivery.commitment_id].append(delivery)
    return found


def conflict_of(commitment: Commitment):
    """Return the identity of the conflict of the talks in which the promise was made."""
    return commitment.made_in.channel.conflict_id if commitment.made_in else None


def parties_of(commitments: Iterable[Commitment]) -> dict[object, dict[str, str]]:
    """Return, by conflict, its parties' directions with their words; one statement."""
    found: dict[object, dict[str, str]] = defaultdict(dict)
    conflicts = {conflict_of(one) for one in commitments}
    for party in Party.objects.current().filter(conflict__in=conflicts).order_by("position"):
        found[party.conflict_id][party.direction] = party.direction_label
    return found


def is_each_side(commitment: Commitment) -> bool:
    """Return whether each side owes the same; not so where one number is of both directions together."""
    return not commitment.direction and (
        commitment.direction_words.startswith(EACH_SIDE) or commitment.reciprocity in MUTUAL
    )


def directions_of(commitment: Commitment, parties: Iterable[str]) -> list[str]:
    """Return the directions in which the promise is to be kept, one line each."""
    return (is_each_side(commitment) and list(parties)) or [commitment.direction]


def plain_commitment(
    commitment: Commitment, direction: str, promised: list[FigureRange], *, is_withdrawn: bool, is_amended: bool
) -> PlainCommitment:
    """Return the promise in one direction; claims about its number, where there are any, go before the terms."""
    stages = {Stage.PROMISED, Stage.OFFERED}
    told = [one for one in promised if one.stage in stages and one.direction in {"", direction} and one.low is not None]
    figure = told[0] if len(told) == 1 else None
    has_number = commitment.quantity is not None
    return PlainCommitment(
        identity=commitment.pk,
        direction=direction,
        quantity_kind=commitment.quantity_kind,
        low=figure.low if figure and has_number else commitment.quantity,
        high=figure.high if figure and has_number else commitment.quantity,
        is_minimum=commitment.is_minimum,
        differs=figure is not None and figure.agreement == Agreement.DISPUTED,
        certainty=commitment.certainty,
        due_on=commitment.due_on,
        agreement_status=commitment.agreement.status if commitment.agreement else AgreementStatus.AGREED,
        is_withdrawn=is_withdrawn,
        is_amended=is_amended,
    )


def plain_delivery(
    delivery: Delivery, commitment: Commitment, direction: str, figures: list[FigureRange]
) -> PlainDelivery:
    """Return what a delivery gives in one direction: its share, or the outcome's figure of what was promised."""
    day = delivery.outcome.ended_on or delivery.outcome.started_on
    if delivery.share is not None:
        return PlainDelivery(delivery.pk, day, delivery.share, delivery.share, delivery.share)
    direction = direction or delivery.direction
    stated = {one.direction for one in figures if one.stage == Stage.DELIVERED}
    if not direction and len(stated) == 1:  # the promise names no side, and the event went one way only
        (direction,) = stated
    figure = figure_for(figures, direction, delivery.category, commitment.subject)
    if figure is None:
        return PlainDelivery(delivery.pk, day)
    return PlainDelivery(delivery.pk, day, figure.low, figure.best, figure.high)


def is_of_remains(commitment: Commitment) -> bool:
    return commitment.subject == CommitmentSubject.REMAINS


# What is counted in a unit of its own and promised under it; any other promise is held against the total.
UNITS = {
    CommitmentSubject.REMAINS: {Category.REMAINS},
    CommitmentSubject.CHILDREN: {Category.CHILDREN},
    CommitmentSubject.CIVILIANS: {Category.CIVILIANS, Category.CIVILIAN},
}


def figure_for(figures: Iterable[FigureRange], direction: str, category: str, subject: str) -> FigureRange | None:
    """Return the outcome's figure for a direction and category; None where there is not exactly one with a number.

    For the total, what stands at the head of the outcome, of what the promise is about: the dead and the living are
    never in one figure.
    """
    if category == Category.TOTAL:
        at_head = headline(figures, direction)
        of_its_unit = [one for one in at_head if one.category in UNITS.get(subject, set())]
        rest = [one for one in at_head if role_of(one.category) != CategoryRole.OWN_UNIT]
        found = of_its_unit if subject == CommitmentSubject.REMAINS else of_its_unit or rest
    else:
        key = (direction, category, Stage.DELIVERED)
        found = [one for one in figures if (one.direction, one.category, one.stage) == key]
    return found[0] if len(found) == 1 and found[0].low is not None else None


def with_states(deliveries: QuerySet) -> list[Delivery]:
    """Return the deliveries, each with ``states``: how its promise stands in the direction that it delivers."""
    related = [f"commitment__{name}" for name in ("label", "agreement__channel", "meeting__channel")]
    found = list(deliveries.select_related(*related))
    lines = ledger({one.commitment_id: one.commitment for one in found}.values())
    for one in found:
        stand = [told for told in lines if told.commitment.pk == one.commitment_id]
        words = [str(told.line.state.label) for told in stand if one.direction in {"", told.line.direction}]
        one.states = ", ".join(dict.fromkeys(words))
    return found
