"""What many outcomes, claims and estimates have in common."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Prefetch

from access.context import note_read
from exchanges.models import Claim, Estimate, Outcome
from exchanges.reconciling import Difference, FigureRange, PlainClaim, ranges
from exchanges.vocabulary import OutcomeStatus, Stage
from negotiations.models import Party
from records.known import KnownOn
from records.models import ReviewState
from sources.models import Citation, ClaimState, Source
from sources.querysets import with_citations

# Of these nothing was delivered, whatever was announced. What collapsed had begun.
NOT_TAKEN_PLACE = frozenset(
    {
        OutcomeStatus.PROPOSED,
        OutcomeStatus.ANNOUNCED,
        OutcomeStatus.SCHEDULED,
        OutcomeStatus.POSTPONED,
        OutcomeStatus.ABORTED,
        OutcomeStatus.OFFERED_NOT_ACCEPTED,
        OutcomeStatus.DENIED,
    }
)
# What was changed since it was verified is no longer what was verified, but still stands in for what it replaced.
STATE_WEIGHED = {ReviewState.VERIFIED: ClaimState.CURRENT, ReviewState.CHANGED: ClaimState.SUPERSEDED}
PLAIN = ("claimant_id", "direction", "category", "quantifier", "number", "number_high", "stage")


def took_place(outcome: Outcome) -> bool:
    """Return whether anything of the outcome may count as delivered."""
    return outcome.status not in NOT_TAKEN_PLACE


def plain_claims(about: Mapping[str, Iterable], known: KnownOn | None = None) -> dict[object, list[PlainClaim]]:
    """Return the claims about outcomes or commitments as reconciling sees them, by what they are about.

    ``about`` names the field and the identities, for example ``{"outcome": [...]}``. Superseded and refuted ones are
    among them, and those changed since they were verified, because they supersede others. A bounded number of
    statements.
    """
    ((field, identities),) = about.items()
    claims = list(
        Claim.objects.weighed(known)
        .filter(**{f"{field}__in": identities})
        .order_by()
        .values_list(f"{field}_id", "pk", "label_id", "supersedes_id", "refuted_at", "review_state", "as_of", *PLAIN)
    )
    cited = cited_sources([claim[1] for claim in claims], known)
    found = defaultdict(list)
    for about_id, identity, label, supersedes, refuted_at, review_state, as_of, *values in claims:
        note_read(Claim._meta.db_table, identity, label)  # a figure is as secret as what it rests on
        is_refuted = refuted_at is not None and (known is None or refuted_at < known.end)
        found[about_id].append(
            PlainClaim(
                *values,
                state=ClaimState.REFUTED if is_refuted else STATE_WEIGHED[review_state],
                as_of=as_of,
                identity=identity,
                supersedes=supersedes,
                sources=cited.get(identity, frozenset()),
            )
        )
    return found


def cited_sources(claims: list, known: KnownOn | None = None) -> dict[object, frozenset]:
    """Return the sources that each claim rests on, by its identity: of an echo the source it was derived from."""
    citations = Citation.objects.current().filter(
        record_type=ContentType.objects.get_for_model(Claim), record_id__in=claims
    )
    if known is not None and known.recorded_only:
        citations = citations.filter(recorded_at__lt=known.end)
    cited = list(citations.order_by().values_list("record_id", "source_id"))
    origin = origins({source for _claim, source in cited})
    found = defaultdict(set)
    for claim, source in cited:
        found[claim].add(origin.get(source, source))
    return {claim: frozenset(sources) for claim, sources in found.items()}


def origins(sources: Iterable) -> dict[object, object]:
    """Return, for each source that echoes another the reader may see, the first of its chain.

    One statement for each step of the longest chain. Of sources derived from one another in a ring none is the first:
    all of them stand for the least.
    """
    derived: dict[object, object] = {}
    asked = set(sources)
    while asked:
        echoes = Source.objects.filter(pk__in=asked, derived_from__isnull=False)
        step = dict(echoes.order_by().values_list("pk", "derived_from_id"))
        derived |= step
        asked = set(step.values()) - derived.keys()
    found = {}
    for source in derived:
        passed = [source]
        while passed[-1] in derived and derived[passed[-1]] not in passed:
            passed.append(derived[passed[-1]])
        is_ring = passed[-1] in derived
        found[source] = min(passed[passed.index(derived[passed[-1]]) :]) if is_ring else passed[-1]
    return found


def receiving_sides(conflicts: Iterable) -> dict[object, dict[str, object]]:
    """Return, by conflict, the party that receives in each direction; one statement."""
    found: dict[object, dict[str, object]] = defaultdict(dict)
    parties = Party.objects.current().filter(conflict__in=set(conflicts))
    for conflict, direction, actor in parties.order_by().values_list("conflict_id", "direction", "actor_id"):
        found[conflict][direction] = actor
    return found


def newest_estimates(outcomes: Iterable, known: KnownOn | None = None) -> dict[object, dict[tuple, tuple]]:
    """Return, by outcome, direction and category, the newest estimate the reader may see; one statement.

    Of each the identity, best figure, rule and reason of the difference. An estimate is known from when it was made.
    """
    estimates = Estimate.objects.counted().filter(outcome__in=outcomes)
    if known is not None:
        estimates = estimates.filter(recorded_at__lt=known.end)
    newer = estimates.filter(supersedes=OuterRef("pk"))
    found: dict[object, dict[tuple, tuple]] = defaultdict(dict)
    rows = estimates.filter(~Exists(newer)).order_by("recorded_at", "pk")
    for outcome, direction, category, label, *values in rows.values_list(
        "outcome_id", "direction", "category", "label_id", "pk", "best", "method", "difference"
    ):
        note_read(Estimate._meta.db_table, values[0], label)
        found[outcome][direction, category] = tuple(values)
    return found


def figures_of(outcomes: Iterable[Outcome], known: KnownOn | None = None) -> dict[object, list[FigureRange]]:
    """Return the figures of many outcomes, by identity, from what the reader may see; a bounded number of statements.

    Each is the range of the claims in force, with the best figure as a reviewer set it, or else by rule. With
    ``known``, from what was known on that day.
    """
    outcomes = list(outcomes)
    identities = [outcome.pk for outcome in outcomes]
    claims = plain_claims({"outcome": identities}, known)
    receiving = receiving_sides(outcome.conflict_id for outcome in outcomes)
    estimates = newest_estimates(identities, known)
    return {
        outcome.pk: [
            with_estimate(figure, estimates.get(outcome.pk, {}))
            for figure in counted_ranges(outcome, claims[outcome.pk], receiving.get(outcome.conflict_id, {}))
        ]
        for outcome in outcomes
    }


def counted_ranges(
    outcome: Outcome, claims: Iterable[PlainClaim], receiving: Mapping[str, object] = MappingProxyType({})
) -> list[FigureRange]:
    """Return the ranges of an outcome's claims; of one that did not take place none is of a delivery."""
    return [figure for figure in ranges(claims, receiving) if took_place(outcome) or figure.stage != Stage.DELIVERED]


def with_estimate(figure: FigureRange, estimates: Mapping[tuple, tuple]) -> FigureRange:
    """Return the figure with what a reviewer decided about it; the range stays that of the claims in force.

    A best figure that no longer lies within that range was overtaken by later claims: then the rule decides again.
    """
    if figure.stage != Stage.DELIVERED or figure.low is None or (figure.direction, figure.category) not in estimates:
        return figure
    identity, best, method, reason = estimates[figure.direction, figure.category]
    if best is not None and (best < figure.low or (figure.high is not None and best > figure.high)):
        return figure
    difference = figure.difference
    if difference is not None and reason:
        difference = Difference(difference.size, reason)
    return replace(figure, best=best, rule=method, estimate=identity, difference=difference)


def with_claims(known: KnownOn | None = None) -> Prefetch:
    """Prefetch the current claims of outcomes, or those known on a day, with claimant and sources."""
    claims = (Claim.objects.current() if known is None else Claim.objects.standing(known)).with_state(known)
    claims = claims.select_related("label", "author", "outcome", "claimant", "supersedes__claimant")
    return Prefetch("claims", queryset=claims.prefetch_related(with_citations()).order_by("recorded_at", "pk"))
