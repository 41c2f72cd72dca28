"""Public summaries: what may be said of a record that is not for everybody."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader, current_reader
from records.models import PublicSummary, Record, ReviewState, SummaryOf
from records.services import add_record, change_record


def may_know_author(summary: PublicSummary) -> bool:
    """Whether the reader may know who wrote a summary and when: its author and reviewers, as for its history.

    To others a name or a time could tell which record it is about.
    """
    reader = current_reader()
    is_author = summary.author_id is not None and summary.author_id == reader.user_id
    return is_author or permissions.may(permissions.REVIEW, reader)


@transaction.atomic
def add_summary(
    actor: Reader, summary: PublicSummary, record: Record | None, *, release: bool = False
) -> PublicSummary:
    """Write a new summary as a draft, tied to its record where one is named; return it as stored.

    With ``release`` it is then released. Raises ValidationError by field, PermissionDenied where the actor may not
    release, ``django.db.ProgrammingError`` (42501) where the policies refuse.
    """
    stored = add_record(actor, summary, draft=True)
    if record is not None:
        add_record(actor, SummaryOf(summary=stored, record=record))
    return release_summary(actor, stored, expected_version=stored.version) if release else stored


def release_summary(actor: Reader, summary: PublicSummary, *, expected_version: int) -> PublicSummary:
    """Let a draft out to everybody whom its own level admits; return it as stored.

    Raises PermissionDenied where the actor is no reviewer, StaleVersion. Releasing twice changes nothing.
    """
    if not permissions.may(permissions.LOWER, actor):
        raise PermissionDenied(_("A public summary is released by a reviewer. Ask one to read it."))
    if summary.review_state != ReviewState.DRAFT:
        return summary
    return change_record(actor, summary, expected_version=expected_version, submit=True)
