"""The four event files: outcomes and their links to channel, agreement and intermediaries."""

from typing import Any

from exchanges.models import Outcome, OutcomeAgreement, OutcomeChannel, OutcomeRole
from exchanges.vocabulary import ActorRole, OutcomeKind, OutcomeStatus, OutcomeVariant
from records.dates import DatePrecision
from reports.public_record import codes
from reports.public_record.cells import items, parse_date
from reports.public_record.desk import Wanted
from reports.public_record.foundation import Ground, imported
from reports.public_record.reading import Row

COLUMNS = {"started_on": "date", "series_number": "reported_number", "title": "name", "variant": "type"}


def write(ground: Ground) -> None:
    """Write the events and their links."""
    rows = [row for file in codes.EVENT_FILES for row in ground.tables[file]]
    ground.outcomes = ground.desk.keep(
        Outcome, [Wanted(row.id, outcome_fields(ground, row), row, COLUMNS) for row in rows]
    )
    for file, (kind, _claims, _column) in codes.EVENT_FILES.items():
        ground.desk.missing(file, imported(Outcome, outcome_kind=kind), ground.tables[file])
    parents = {ground.outcomes[row.id].pk: row for row in rows}
    channels, agreements, roles = [], [], []
    for row in rows:
        outcome = ground.outcomes[row.id]
        channel, agreement = row["channel_id"], row["agreement_id"]
        link = {"outcome": outcome, "channel": ground.channels[channel]}
        channels.append(Wanted(f"{row.id}/channel/{channel}", link, row))
        if agreement:
            link = {"outcome": outcome, "agreement": ground.agreements[agreement]}
            agreements.append(Wanted(f"{row.id}/agreement/{agreement}", link, row))
        roles += [
            Wanted(
                f"{row.id}/intermediary/{actor}",
                {
                    "outcome": outcome,
                    "actor": ground.actors[actor],
                    "role": ActorRole.INTERMEDIARY,
                    "position": position,
                },
                row,
            )
            for position, actor in enumerate(items(row["intermediaries"]), 1)
        ]
    ground.desk.links(OutcomeChannel, "outcome", parents, channels)
    ground.desk.links(OutcomeAgreement, "outcome", parents, agreements)
    ground.desk.links(OutcomeRole, "outcome", parents, roles)


def outcome_fields(ground: Ground, row: Row) -> dict[str, Any]:
    """Return the fields of an event; safe passages have a name and a type where the others have a precision."""
    kind = codes.EVENT_FILES[row.file][0]
    fields = {
        "conflict": ground.conflict,
        "outcome_kind": kind,
        "place": ground.place(row["place"]),
        "ended_on": parse_date(row["ended_on"]),
        "notes": row["notes"],
    }
    if kind == OutcomeKind.SAFE_PASSAGE:
        return fields | {
            "title": row["name"],
            "variant": row["type"],
            "status": codes.PASSAGE_STATUS[row["status"]],
            "started_on": parse_date(row["started_on"]),
            "date_precision": DatePrecision.DAY,
        }
    variant = codes.STATUS_THAT_IS_A_VARIANT.get(row["status"], OutcomeVariant.NONE)
    fields |= {
        "variant": variant,
        "status": OutcomeStatus.COMPLETED if variant else row["status"],
        "started_on": parse_date(row["date"]),
        "date_precision": row["date_precision"],
    }
    if kind == OutcomeKind.EXCHANGE:
        fields["series_number"] = int(row["reported_number"]) if row["reported_number"] else None
    return fields
