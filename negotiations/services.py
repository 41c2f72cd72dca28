"""Citing sources, the parties of a channel, follow-ups done: called by every door that writes them."""

from django.utils import timezone

from access.context import Reader
from intermediaries.models import Actor
from negotiations.models import Channel, ChannelParty, FollowUp
from records.models import Record
from records.services import add_record, change_record, withdraw_record
from sources.models import Citation, Source


def source_of(actor: Reader, row: dict, record: Record, *, draft: bool = False) -> Source:
    """Return the source a row names; one that it describes instead is written first.

    It is as secret as ``record`` is, whatever made that secret. Raises ValidationError by field.
    """
    if row.get("source"):
        return row["source"]
    source = Source(
        url=row.get("url", ""),
        publisher=row.get("publisher", ""),
        title=row.get("title", ""),
        title_from="page" if row.get("title") else "",
        reliability=row.get("reliability") or "F",
        level=record.label.level,
        compartments=record.label.compartments,
    )
    return add_record(actor, source, draft=draft)


def citation_fields(row: dict) -> dict:
    """Return what a row says of its citation, beside the source."""
    return {
        "quote": row.get("quote", ""),
        "pinpoint": row.get("pinpoint", ""),
        "credibility": row.get("credibility") or "6",
    }


def cite_sources(actor: Reader, record: Record, rows: list[dict], *, draft: bool = False) -> None:
    """Cite the sources in ``rows`` for a record that has just been written."""
    for position, row in enumerate(rows):
        source = source_of(actor, row, record, draft=draft)
        citation = Citation(record=record, source=source, position=position, **citation_fields(row))
        add_record(actor, citation)


def write_parties(actor: Reader, channel: Channel, chosen: list[Actor], taken_out: set[str]) -> None:
    """Give a channel its parties in this order; those of the actors ``taken_out`` (identities) are withdrawn.

    Others, which somebody added meanwhile, stay. Raises StaleVersion, ValidationError.
    """
    existing = {str(link.actor_id): link for link in channel.party_links.current()}
    for position, party in enumerate(chosen, start=1):
        link = existing.get(str(party.pk))
        if link is None:
            add_record(actor, ChannelParty(channel=channel, actor=party, position=position))
        elif link.position != position:
            link.position = position
            change_record(actor, link, expected_version=link.version)
    for pk in taken_out & existing.keys():
        withdraw_record(actor, existing[pk], reason="Taken out of the form.")


def finish_follow_up(actor: Reader, follow_up: FollowUp, *, expected_version: int, is_done: bool = True) -> FollowUp:
    """Write that a follow-up was done today, or that it is not done after all; return it as stored.

    Done twice it keeps its first day. Raises StaleVersion, ValidationError, ``django.db.ProgrammingError`` (42501).
    """
    if is_done == (follow_up.done_on is not None):
        return follow_up
    follow_up.done_on = timezone.localdate() if is_done else None
    return change_record(actor, follow_up, expected_version=expected_version)
