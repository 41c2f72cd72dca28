"""When two outcomes may be one: the same kind on the same day, unless somebody counts both of them differently."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from exchanges.models import Claim, Outcome
from records.dates import Occasion


class Count(NamedTuple):
    """A number by one claimant, of one direction and category."""

    claimant: object
    direction: str
    category: str
    number: int


def tells_apart(said: Collection[Count], recorded: Collection[Count]) -> bool:
    """Whether the counts of two outcomes show that they are two.

    Rival claims do not: two sides count one exchange differently. But whoever counts differently themselves speaks of
    another exchange. Counts that are not known tell nothing.
    """
    theirs = defaultdict(set)
    for count in recorded:
        theirs[count[:3]].add(count.number)
    ours = defaultdict(set)
    for count in said:
        ours[count[:3]].add(count.number)
    return any(theirs[who] and not theirs[who] & numbers for who, numbers in ours.items())


def alike_outcomes(said: Mapping[Occasion, Collection[Count]]) -> dict[Occasion, list[Outcome]]:
    """Return, by occasion, the outcomes the reader may see that may be the one of which this is said.

    Those that have a number in common with it come first. Two statements at most, whatever the number of occasions.
    """
    found = Outcome.objects.alike(list(said))
    there = {outcome.pk for outcomes in found.values() for outcome in outcomes}
    recorded = counts_of(there) if there and any(said.values()) else {}
    alike = {}
    for occasion, outcomes in found.items():
        numbers = {count.number for count in said[occasion]}
        left = [one for one in outcomes if not tells_apart(said[occasion], recorded.get(one.pk, ()))]
        alike[occasion] = sorted(
            left, key=lambda one, numbers=numbers: numbers.isdisjoint(c.number for c in recorded.get(one.pk, ()))
        )
    return alike


def counts_of(outcomes: Collection) -> dict[object, list[Count]]:
    """Return the counts claimed of outcomes, by identity."""
    found = defaultdict(list)
    claims = Claim.objects.current().filter(outcome__in=outcomes, number__isnull=False).order_by()
    for outcome, *count in claims.values_list("outcome", "claimant", "direction", "category", "number"):
        found[outcome].append(Count(*count))
    return found
