"""Attachments: files that belong to a record. The first argument is who acts."""

from functools import cache

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader, current_reader
from records.files import DOCX, JPEG, ODT, PDF, PNG, TEXT, Missing, check_still, kept, plain_name, type_of
from records.models import AboutRecord, Attachment, PublicSummary, Record, Upload
from records.querysets import kinds
from records.services import add_record
from records.uploads import note_taken_up

FOLDER = "attachments"
ACCEPTED = (PDF, PNG, JPEG, TEXT, DOCX, ODT)
SOME_ID = "00000000-0000-4000-8000-000000000000"


@cache
def attachable() -> tuple[type[Record], ...]:
    """Return the kinds of record that files may be attached to: those with a page that shows them."""

    def has_page(model) -> bool:
        try:
            return bool(reverse(f"{model._meta.app_label}:{model.kind_of()}-detail", args=[SOME_ID]))
        except NoReverseMatch:
            return False

    return tuple(m for m in kinds() if not issubclass(m, AboutRecord | PublicSummary) and m.holds_files and has_page(m))


def attach_upload(actor: Reader, attachment: Attachment, upload: Upload) -> Attachment:
    """Attach a file that was uploaded before and return the attachment as stored.

    ``attachment`` says to which record, what it is, and who may see it. Raises ValidationError by field (``upload`` for
    the file), ``django.db.ProgrammingError`` (42501) where the policies refuse.
    """
    try:
        check_attachable(upload.content())
    except Missing as error:
        raise ValidationError({"upload": _("This file is no longer kept. Choose it again.")}) from error
    except ValidationError as error:
        raise ValidationError({"upload": error.messages}) from error
    stored = add_record(actor, described(attachment, upload))
    note_taken_up(upload)
    return stored


def attach_file(actor: Reader, attachment: Attachment, content: bytes, name: str) -> Attachment:
    """Attach a file as it was received and return the attachment as stored.

    Raises as ``attach_upload``, with ``file`` for the file.
    """
    try:
        media_type = check_attachable(content)
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    received: File = ContentFile(content)
    with kept(received, FOLDER) as (stored_as, digest):
        given = Upload(
            file=stored_as, file_name=plain_name(name, media_type), media_type=media_type, size=len(content),
            sha256=digest,
        )  # fmt: skip
        return add_record(actor, described(attachment, given))


def check_attachable(content: bytes) -> str:
    """Return a file's type; raise ValidationError for what is not attached: other types, macros, scripts, archives."""
    media_type = type_of(content, ACCEPTED)
    check_still(content, media_type)
    return media_type


def described(attachment: Attachment, given: Upload) -> Attachment:
    """Return the attachment with what is known of its file; without words of its own it is called after it."""
    for name in ("file", "file_name", "media_type", "size", "sha256"):
        setattr(attachment, name, getattr(given, name))
    attachment.title = attachment.title or given.file_name
    return attachment


def is_given_out(attachment: Attachment) -> bool:
    """Whether the reader of the record may have its file: one that was withdrawn goes to reviewers only."""
    return not attachment.is_withdrawn or permissions.may(permissions.REVIEW, current_reader())
