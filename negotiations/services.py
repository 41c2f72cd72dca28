"""Citing sources, follow-ups done: called by every door that writes them."""

from django.utils import timezone

from access.context import Reader
from negotiations.models import FollowUp
from records.models import Record
from records.services import add_record, change_record
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


def finish_follow_up(actor: Reader, follow_up: FollowUp, *, expected_version: int, is_done: bool = True) -> FollowUp:
    """Write that a follow-up was done today, or that it is not done after all; return it as stored.

    Done twice it keeps its first day. Raises StaleVersion, ValidationError, ``django.db.ProgrammingError`` (42501).
    """
    if is_done == (follow_up.done_on is not None):
        return follow_up
    follow_up.done_on = timezone.localdate() if is_done else None
    return change_record(actor, follow_up, expected_version=expected_version)
