"""Writing a meeting with its participants and sources: one verb, called by every door that writes them together."""

from django.core.exceptions import ValidationError

from access.context import Reader
from negotiations.models import Meeting, Participant
from records.services import add_record, change_record, withdraw_record
from sources.models import Citation, Source


def record_meeting(
    actor: Reader,
    meeting: Meeting,
    participants: list[dict],
    sources: list[dict],
    *,
    expected_version: int | None = None,
    draft: bool = False,
) -> Meeting:
    """Write a meeting, its participants and its sources together; return it as stored.

    ``participants`` and ``sources`` are rows as the form gives them; a row with an ``id`` changes that one, a row
    without adds one, and what is no longer there is withdrawn. Raises StaleVersion where ``expected_version`` is no
    longer current, ValidationError by field, ``django.db.ProgrammingError`` (42501) where the policies refuse.
    """
    if meeting._state.adding:
        stored = add_record(actor, meeting, draft=draft)
    else:
        stored = change_record(actor, meeting, expected_version=expected_version, submit=not draft)
    write_participants(actor, stored, participants)
    write_sources(actor, stored, sources)
    return stored


def write_participants(actor: Reader, meeting: Meeting, rows: list[dict]) -> None:
    """Bring the meeting's participants in line with the rows."""
    existing = {participant.pk: participant for participant in meeting.participants.current()}
    for position, row in enumerate(rows):
        wanted = {
            "representative": row.get("representative"),
            "actor": row.get("actor"),
            "words": row.get("words", ""),
            "role": row["role"],
            "position": position,
        }
        write_part(actor, existing.pop(row.get("id"), None), Participant(meeting=meeting), wanted)
    withdraw_rest(actor, existing)


def write_sources(actor: Reader, meeting: Meeting, rows: list[dict]) -> None:
    """Bring the meeting's citations in line with the rows; a row that names no source makes one, marked alike."""
    existing = {citation.pk: citation for citation in meeting.citations.current()}
    for position, row in enumerate(rows):
        source = row.get("source") or add_record(
            actor,
            Source(
                url=row.get("url", ""),
                publisher=row.get("publisher", ""),
                title=row.get("title", ""),
                title_from="page" if row.get("title") else "",
                reliability=row.get("reliability") or "F",
                level=meeting.level,
                compartments=meeting.compartments,
            ),
        )
        wanted = {
            "source": source,
            "quote": row.get("quote", ""),
            "credibility": row.get("credibility") or "6",
            "position": position,
        }
        write_part(actor, existing.pop(row.get("id"), None), Citation(record=meeting), wanted)
    withdraw_rest(actor, existing)


def write_part(actor: Reader, existing, new, wanted: dict) -> None:
    """Change an existing part where it differs, or add the new one."""
    part = existing or new
    if existing is not None and all(getattr(existing, name) == value for name, value in wanted.items()):
        return
    for name, value in wanted.items():
        setattr(part, name, value)
    try:
        if existing is None:
            add_record(actor, part)
        else:
            change_record(actor, part, expected_version=existing.version)
    except ValidationError as error:
        # The part's fields are not the meeting's.
        raise ValidationError([f"{part._meta.verbose_name}: {told}" for told in error.messages]) from error


def withdraw_rest(actor: Reader, parts: dict) -> None:
    """Withdraw the parts that are no longer there."""
    for part in parts.values():
        withdraw_record(actor, part, reason="Taken out of the meeting.")
