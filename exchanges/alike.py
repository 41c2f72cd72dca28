"""When two outcomes may be one: the same kind on the same day, unless somebody counts both of them differently."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
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


def alike_outcomes(said: Mapping[Hashable, tuple[Occasion, Collection[Count]]]) -> dict[Hashable, list[Outcome]]:
    """Return, by key, the outcomes the reader may see that may be the one of which this is said: occasion and counts.

    Those that have a number in common with it come first. Two statements at most, whatever the number of keys.
    """
    there = Outcome.objects.alike({occasion for occasion, _counts in said.values()})
    identities = {outcome.pk for outcomes in there.values() for outcome in outcomes}
    is_counted = any(counts for _occasion, counts in said.values())
    recorded = counts_of(identities) if identities and is_counted else {}
    found = {}
    for key, (occasion, counts) in said.items():
        numbers = {count.number for count in counts}

        def differs(outcome, numbers=numbers) -> bool:
            return numbers.isdisjoint(count.number for count in recorded.get(outcome.pk, ()))

        left = [one for one in there.get(occasion, ()) if not tells_apart(counts, recorded.get(one.pk, ()))]
        found[key] = sorted(left, key=differs)
    return found


def counts_of(outcomes: Collection) -> dict[object, list[Count]]:
    """Return the counts claimed of outcomes, by identity."""
    found = defaultdict(list)
    claims = Claim.objects.current().filter(outcome__in=outcomes, number__isnull=False).order_by()
    for outcome, *count in claims.values_list("outcome", "claimant", "direction", "category", "number"):
        found[outcome].append(Count(*count))
    return found
