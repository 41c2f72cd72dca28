"""Citing sources, follow-ups done: called by every door that writes them."""

from django.utils import timezone

from access.context import Reader
from negotiations.models import FollowUp
from records.models import Record
from records.services import add_record, change_record
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


def finish_follow_up(actor: Reader, follow_up: FollowUp, *, expected_version: int, is_done: bool = True) -> FollowUp:
    """Write that a follow-up was done today, or that it is not done after all; return it as stored.

    Done twice it keeps its first day. Raises StaleVersion, ValidationError, ``django.db.ProgrammingError`` (42501).
    """
    if is_done == (follow_up.done_on is not None):
        return follow_up
    follow_up.done_on = timezone.localdate() if is_done else None
    return change_record(actor, follow_up, expected_version=expected_version)
