"""Persons, channels, meetings and agreements, with their parts."""

import hashlib
from typing import Any

from intermediaries.models import Representative
from negotiations.models import (
    Agreement,
    Channel,
    ChannelIntermediary,
    ChannelParty,
    Commitment,
    Meeting,
    Participant,
)
from records.dates import DatePrecision
from reports.public_record import commitments
from reports.public_record.cells import items, parse_date
from reports.public_record.checking import OTHER
from reports.public_record.desk import Wanted
from reports.public_record.foundation import Ground, imported
from reports.public_record.reading import Row

PRECISION_BY_LENGTH = {0: DatePrecision.UNKNOWN, 4: DatePrecision.YEAR, 7: DatePrecision.MONTH, 10: DatePrecision.DAY}


def write(ground: Ground) -> None:
    """Write the four files, each with the parts of its rows."""
    write_people(ground)
    write_channels(ground)
    write_meetings(ground)
    write_agreements(ground)


def keep_rows(ground: Ground, model, file: str, fields, columns: dict[str, str]) -> dict[str, Any]:
    """Keep one record for each row of a file; ``fields`` makes its fields."""
    rows = ground.tables[file]
    kept = ground.desk.keep(model, [Wanted(row.id, fields(ground, row), row, columns) for row in rows])
    ground.desk.missing(file, imported(model), rows)
    return kept


def write_people(ground: Ground) -> None:
    ground.people = keep_rows(
        ground, Representative, "people", person_fields, {"actor_words": "party_or_org", "position": "role"}
    )


def person_fields(ground: Ground, row: Row) -> dict[str, Any]:
    return {
        "name": row["name"],
        "actor": ground.actor(row["party_or_org"]),
        "actor_words": row["party_or_org"],
        "position": row["role"],
        "notes": row["notes"],
        "date_precision": DatePrecision.UNKNOWN,
    }


def write_channels(ground: Ground) -> None:
    ground.channels = keep_rows(ground, Channel, "channels", channel_fields, {})
    rows = {ground.channels[row.id].pk: row for row in ground.tables["channels"]}
    parties, intermediaries = [], []
    for row in rows.values():
        channel = ground.channels[row.id]
        parties += [
            Wanted(
                f"{row.id}/party/{name}", {"channel": channel, "actor": ground.actor(name), "position": position}, row
            )
            for position, name in enumerate(items(row["parties"]), 1)
        ]
        intermediaries += [
            Wanted(
                f"{row.id}/intermediary/{actor}",
                {
                    "channel": channel,
                    "actor": ground.actors[actor],
                    "position": position,
                    "date_precision": DatePrecision.UNKNOWN,
                },
                row,
            )
            for position, actor in enumerate(items(row["intermediaries"]), 1)
        ]
    ground.desk.links(ChannelParty, "channel", rows, parties)
    ground.desk.links(ChannelIntermediary, "channel", rows, intermediaries)


def channel_fields(ground: Ground, row: Row) -> dict[str, Any]:
    return {
        "conflict": ground.conflict,
        "name": row["name"],
        "mode": row["mode"],
        "topics": items(row["topics"]),
        "status": row["status"],
        "started_on": parse_date(row["started_on"]),
        "date_precision": PRECISION_BY_LENGTH[len(row["started_on"])],
        "notes": row["notes"],
    }


def write_meetings(ground: Ground) -> None:
    ground.meetings = keep_rows(ground, Meeting, "meetings", meeting_fields, {})
    rows = {ground.meetings[row.id].pk: row for row in ground.tables["meetings"]}
    participants = [
        Wanted(
            f"{row.id}/participant/{participant_key(participant)}",
            {
                "meeting": ground.meetings[row.id],
                "representative": None if participant.startswith(OTHER) else ground.people[participant],
                "words": participant.removeprefix(OTHER) if participant.startswith(OTHER) else "",
                "position": position,
            },
            row,
        )
        for row in rows.values()
        for position, participant in enumerate(items(row["participants"]), 1)
    ]
    ground.desk.links(Participant, "meeting", rows, participants)


def participant_key(participant: str) -> str:
    """Return a short key: the person's id, or a digest of the words used."""
    if not participant.startswith(OTHER):
        return participant
    return OTHER + hashlib.sha256(participant.encode()).hexdigest()[:16]


def meeting_fields(ground: Ground, row: Row) -> dict[str, Any]:
    return {
        "channel": ground.channels[row["channel_id"]],
        "started_on": parse_date(row["started_on"]),
        "ended_on": parse_date(row["ended_on"]),
        "date_precision": row["date_precision"],
        "place": ground.place(row["place"], row["country_iso3"], row["latitude"], row["longitude"]),
        "format": row["format"],
        "summary": row["summary"],
    }


def write_agreements(ground: Ground) -> None:
    ground.agreements = keep_rows(ground, Agreement, "agreements", agreement_fields, {"started_on": "agreed_on"})
    rows = {ground.agreements[row.id].pk: row for row in ground.tables["agreements"]}
    promises = [
        Wanted(
            f"{row.id}#{position}",
            {
                "agreement": ground.agreements[row.id],
                "position": position,
                **commitments.fields(promise, row["title"], row["terms"]),
            },
            row,
        )
        for row in rows.values()
        for position, promise in enumerate(items(row["commitments"]), 1)
    ]
    ground.desk.links(Commitment, "agreement", rows, promises)


def agreement_fields(ground: Ground, row: Row) -> dict[str, Any]:
    return {
        "channel": ground.channels[row["channel_id"]],
        "meeting": ground.meetings[row["meeting_id"]] if row["meeting_id"] else None,
        "started_on": parse_date(row["agreed_on"]),
        "date_precision": DatePrecision.DAY if row["agreed_on"] else DatePrecision.UNKNOWN,
        "title": row["title"],
        "status": row["status"],
        "terms": row["terms"],
    }
