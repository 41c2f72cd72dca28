"""Citing sources, and the parties of a channel: how they are written, called by every door that writes them."""

from access.context import Reader
from intermediaries.models import Actor
from negotiations.models import Channel, ChannelParty
from records.models import Record
from records.services import add_record, change_record, withdraw_record
from sources.archiving import archive_as_asked
from sources.models import Citation, Source, SourceKind


def source_of(actor: Reader, row: dict, record: Record, *, draft: bool = False) -> Source:
    """Return the source a row names, with the file it gives as a further copy; one it describes is written first.

    It is as secret as ``record`` is, whatever made that secret; so a restricted one is not fetched from here. Without
    address and file it is a statement, whose words are those quoted. Raises ValidationError by field.
    """
    asked = {"upload": row.get("upload"), "fetch": bool(row.get("fetch"))}
    if source := row.get("source"):
        # To cite a source once more is no reason to fetch it once more.
        asked["fetch"] = asked["fetch"] and not source.copies.current().exists()
        archive_as_asked(actor, source, **asked)
        return source
    words = row.get("quote", "")
    source = Source(
        url=row.get("url", ""),
        source_kind=kind_of_source(row),
        publisher=row.get("publisher", ""),
        title=row.get("title", ""),
        title_from="page" if row.get("title") else "",
        words=words if kind_of_source(row) == SourceKind.STATEMENT else "",
        reliability=row.get("reliability") or "F",
        level=record.label.level,
        compartments=record.label.compartments,
    )
    stored = add_record(actor, source, draft=draft)
    archive_as_asked(actor, stored, **asked)
    return stored


def kind_of_source(row: dict) -> str:
    """Return what a row describes: a page by its address, a document by its file, a statement by its words alone."""
    if row.get("url"):
        return SourceKind.NEWS
    return SourceKind.DOCUMENT if row.get("upload") or not row.get("quote", "").strip() else SourceKind.STATEMENT


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
