"""Events, claims and running totals as rows."""

from collections.abc import Iterator
from functools import partial

from django.contrib.contenttypes.models import ContentType

from exchanges.models import Claim, Outcome, OutcomeAgreement, OutcomeChannel, OutcomeRole, RunningTotal
from exchanges.vocabulary import ActorRole, OutcomeKind, OutcomeStatus
from reports.public_record import codes
from reports.public_record.directory import key_of
from reports.public_record.export_cells import day, joined, keys, sources_of
from reports.public_record.files import FILES
from sources.models import Citation, ClaimKind

# Roles of the two sides and of carriers; every other role is that of an intermediary.
NO_INTERMEDIARIES = (ActorRole.RELEASING, ActorRole.RECEIVING, ActorRole.TRANSIT, ActorRole.ESCORT)
VARIANT_THAT_IS_A_STATUS = {variant.value: word for word, variant in codes.STATUS_THAT_IS_A_VARIANT.items()}


def first_key(model, target: str) -> dict[object, str]:
    """Return by outcome the id of the first record it is linked to."""
    links = model.objects.counted().select_related(target).order_by("-recorded_at", "-id")
    return {link.outcome_id: key_of(getattr(link, target)) for link in links}


def status_cell(outcome: Outcome) -> str:
    """Return the status; the form of something completed where the file has a status for it."""
    if outcome.outcome_kind == OutcomeKind.SAFE_PASSAGE:
        return codes.STATUS_OF_PASSAGE[outcome.status]
    if outcome.status == OutcomeStatus.COMPLETED:
        return VARIANT_THAT_IS_A_STATUS.get(outcome.variant, outcome.status)
    return outcome.status


def events(file: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one event file; each file takes the cells it has columns for."""
    columns = list(FILES[file])
    cited = sources_of(Outcome)
    channel, agreement = first_key(OutcomeChannel, "channel"), first_key(OutcomeAgreement, "agreement")
    third = keys(OutcomeRole.objects.exclude(role__in=NO_INTERMEDIARIES), "outcome", "actor")
    kind = codes.EVENT_FILES[file][0]
    for outcome in Outcome.objects.counted().filter(outcome_kind=kind).select_related("place"):
        cells = {
            columns[0]: key_of(outcome),
            "reported_number": "" if outcome.series_number is None else str(outcome.series_number),
            "type": outcome.variant,
            "name": outcome.title,
            "date": day(outcome.started_on),
            "started_on": day(outcome.started_on),
            "ended_on": day(outcome.ended_on),
            "date_precision": outcome.date_precision,
            "place": outcome.place.name if outcome.place_id else "",
            "channel_id": channel.get(outcome.pk, ""),
            "intermediaries": joined(third[outcome.pk]),
            "agreement_id": agreement.get(outcome.pk, ""),
            "status": status_cell(outcome),
            "notes": outcome.notes,
            "source_ids": joined(cited[outcome.pk]),
        }
        yield {column: cells[column] for column in columns}


def figure_cells(figure: Claim | RunningTotal) -> dict[str, str]:
    return {
        "claimed_by": figure.claimant_words or figure.claimant.name,
        "direction": figure.direction,
        "category": figure.category,
        "count": str(figure.number),
        "qualifier": codes.QUALIFIER[figure.quantifier],
    }


def claims(file: str, kind: str, parent: str) -> Iterator[dict[str, str]]:
    """Yield one row for each citation of each claim in force."""
    in_force = (
        Claim.objects.in_force()
        .filter(outcome__outcome_kind=kind, outcome__withdrawn_at=None)
        .filter(number__isnull=False, quantifier__in=codes.QUALIFIER)
        .exclude(claim_kind=ClaimKind.DENIAL)
        .select_related("outcome", "claimant")
        .in_bulk()
    )
    record_type = ContentType.objects.get_for_model(Claim)
    citations = Citation.objects.counted().filter(record_type=record_type, record_id__in=list(in_force))
    for citation in citations.select_related("source"):
        claim = in_force[citation.record_id]
        cells = {
            "claim_id": key_of(citation),
            parent: key_of(claim.outcome),
            **figure_cells(claim),
            "metric": claim.category,
            "value": str(claim.number),
            "as_of": day(claim.as_of),
            "source_id": key_of(citation.source),
        }
        yield {column: cells[column] for column in FILES[file]}


def running_totals() -> Iterator[dict[str, str]]:
    cited = sources_of(RunningTotal)
    totals = RunningTotal.objects.in_force().filter(number__isnull=False, quantifier__in=codes.QUALIFIER)
    for total in totals.select_related("claimant"):
        if cited[total.pk]:
            yield {
                "total_id": key_of(total),
                "since": day(total.since),
                "as_of": day(total.as_of),
                **figure_cells(total),
                "source_id": cited[total.pk][0],
                "notes": total.notes,
            }


WRITERS = {
    **{file: partial(events, file) for file in codes.EVENT_FILES},
    **{file: partial(claims, file, kind, column) for kind, file, column in codes.EVENT_FILES.values()},
    "running_totals": running_totals,
}
