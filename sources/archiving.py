"""Archiving a source: asking for a copy, giving one as a file, and what the worker does. First comes who acts.

``Source`` → ``ask_for_copy`` or ``give_copy`` → ``ArchivedCopy`` that waits, ``ArchiveRun`` → worker → the copy is
kept, or failed in words. To try again is to ask for another copy.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import permissions
from access.context import SYSTEM, Reader, refresh_labels
from access.levels import Level
from access.models import Label
from access.tasks import Asker
from records.files import HTML, JPEG, MAIL, PDF, PNG, TEXT, keep_text, kept, plain_name, type_of
from records.models import Upload
from records.queued import Lease, RunState
from records.services import add_record, change_record
from records.uploads import note_taken_up
from sources import fetching
from sources.models import ArchivedCopy, ArchiveRun, CopyOrigin, CopyState, Source

FOLDER = "archive"
FETCHED = (HTML, PDF, TEXT)
GIVEN = (HTML, PDF, PNG, JPEG, TEXT, MAIL)
EXTRACT_SECONDS = 60
TEXT_TOLD = {
    "cut": gettext_lazy("Only the beginning of its text is kept here; the original has all of it."),
    "none": gettext_lazy("There is no text in it that a program can read."),
    "locked": gettext_lazy("It is locked by a password; its text cannot be read."),
    "unreadable": gettext_lazy("Its text could not be read out of it."),
    "too_long": gettext_lazy("Reading its text took too long and was given up."),
}


class Failed(Exception):
    """Nothing was kept; the message says why, in words. ``fields`` are what the copy is to say of the answer."""

    def __init__(self, told: str, **fields):
        super().__init__(told)
        self.fields = fields


# Asking ---------------------------------------------------------------------------------------------------------------


def tells_too_much(label: Label) -> bool:
    """Whether fetching a source under this label needs an explicit yes: its publisher learns that somebody reads it."""
    return label.level >= Level.RESTRICTED or bool(label.compartments)


def may_be_fetched(source: Source) -> bool:
    return settings.SOURCE_FETCHING and bool(source.url)


def ask_for_copy(actor: Reader, source: Source, *, is_agreed: bool = False, **marking) -> ArchivedCopy:
    """Ask the worker to fetch the source from its address, and return the copy, which waits.

    ``is_agreed`` says yes to telling the publisher of a restricted source. ``marking`` is that of the copy, which in
    any case is at least as secret as its source. Raises ValidationError by field (``source``, ``is_agreed``),
    ``django.db.ProgrammingError`` (42501) where the policies refuse.
    """
    permissions.demand(permissions.WRITE)
    if not settings.SOURCE_FETCHING:
        raise ValidationError({"source": _("Fetching is switched off here. Save the page yourself and give the file.")})
    if not source.url:
        raise ValidationError({"source": _("The source has no address. Give a file instead.")})
    if tells_too_much(source.label) and not is_agreed:
        told = _("Asking for the address tells its publisher that somebody reads it now. Say that it is to be fetched.")
        raise ValidationError({"is_agreed": told})
    try:
        fetching.check_address(source.url)
    except fetching.Refused as error:
        raise ValidationError({"source": str(error)}) from error
    copy = ArchivedCopy(
        source=source, origin=CopyOrigin.FETCHED, asked_address=source.url, is_agreed=is_agreed, **marking
    )
    return waiting(actor, copy)


def give_copy(actor: Reader, source: Source, content: bytes, name: str, **marking) -> ArchivedCopy:
    """Keep a file as a copy of the source and return the copy; the worker reads its text.

    Raises ValidationError by field (``file`` for the file), ``django.db.ProgrammingError`` (42501).
    """
    permissions.demand(permissions.WRITE)
    try:
        media_type = type_of(content, GIVEN)
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    with kept(ContentFile(content), FOLDER) as (stored_as, digest):
        copy = ArchivedCopy(
            source=source, origin=CopyOrigin.GIVEN, file=stored_as, file_name=plain_name(name, media_type),
            media_type=media_type, size=len(content), sha256=digest, received_at=timezone.now(), **marking,
        )  # fmt: skip
        return waiting(actor, copy)


def give_upload(actor: Reader, source: Source, upload: Upload, **marking) -> ArchivedCopy:
    """Keep a file that was uploaded before as a copy of the source. Raises as ``give_copy``, with ``upload``."""
    permissions.demand(permissions.WRITE)
    if upload.media_type not in GIVEN or not default_storage.exists(upload.file):
        raise ValidationError({"upload": _("This file is no longer kept, or is of another type. Choose it again.")})
    copy = ArchivedCopy(
        source=source, origin=CopyOrigin.GIVEN, file=upload.file, file_name=upload.file_name,
        media_type=upload.media_type, size=upload.size, sha256=upload.sha256, received_at=upload.kept_at, **marking,
    )  # fmt: skip
    note_taken_up(upload)
    return waiting(actor, copy)


def archive_as_asked(
    actor: Reader, source: Source, *, upload: Upload | None = None, fetch: bool = False, is_agreed: bool = False
) -> str:
    """Do what a form says of a source's copies; return why it was not fetched although that was asked, or nothing.

    Without an explicit yes a restricted source is not fetched, and the rest of the form is not refused for that.
    """
    if upload is not None:
        give_upload(actor, source, upload)
    if not (fetch and may_be_fetched(source)):
        return ""
    try:
        with transaction.atomic():
            ask_for_copy(actor, source, is_agreed=is_agreed)
    except ValidationError as error:
        return _("No copy was fetched. %(why)s") % {"why": " ".join(error.messages)}
    return ""


def waiting(actor: Reader, copy: ArchivedCopy) -> ArchivedCopy:
    """Write a copy that is still to be made, and the run that makes it."""
    stored = add_record(actor, copy)
    marking = {"level": stored.label.level, "compartments": stored.label.compartments}
    run = ArchiveRun(copy=stored, owner_id=actor.user_id, **marking)
    run.enqueue(actor.principal)
    refresh_labels()
    return stored


# What the worker does -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """What is to be archived, read once: from then on no transaction is open until it is done."""

    copy_id: object
    address: str
    file: str
    media_type: str


def order_of(lease: Lease) -> Order:
    """Return what a run is to archive; raise Failed where it may not be fetched any more."""
    copy = ArchivedCopy.objects.select_related("source__label").get(run__pk=lease.run_id)
    if copy.is_withdrawn:
        raise Failed(_("It was withdrawn before it was made."))
    if copy.file:
        return Order(copy.pk, "", copy.file, copy.media_type)
    if not settings.SOURCE_FETCHING:
        raise Failed(_("Fetching is switched off here. Save the page yourself and give the file."))
    # It may have been restricted since it was asked for.
    if tells_too_much(copy.source.label) and not copy.is_agreed:
        raise Failed(_("The source was restricted meanwhile. Ask again if it is to be fetched all the same."))
    return Order(copy.pk, copy.asked_address, "", "")


def make(order: Order) -> dict:
    """Fetch what is to be fetched, keep it, read its text; return what the copy then says.

    No transaction is open meanwhile. Raises Failed in words.
    """
    if not order.address:
        return read_out(order.file, order.media_type, "")
    try:
        found = fetching.fetch(order.address)
    except fetching.Refused as refused:
        raise Failed(str(refused), http_status=refused.status, final_address=refused.address[:2000]) from refused
    declared, charset = found.content_type
    try:
        media_type = type_of(found.content, FETCHED)
    except ValidationError as refused:
        told = _(
            "What stands there is neither a web page nor a PDF nor plain text. Save it yourself and give the file."
        )
        answered = {"http_status": found.status, "final_address": found.address[:2000]}
        raise Failed(told if refused.code == "type" else " ".join(refused.messages), **answered) from refused
    # A page need not begin like one, where the server says that it is one.
    media_type = HTML if media_type == TEXT and declared in (HTML, "application/xhtml+xml") else media_type
    with kept(ContentFile(found.content), FOLDER) as (name, digest):
        return {
            "file": name,
            "file_name": plain_name(order.address.rstrip("/").rpartition("/")[2].partition("?")[0], media_type),
            "media_type": media_type,
            "size": len(found.content),
            "sha256": digest,
            "received_at": timezone.now(),
            "final_address": found.address[:2000],
            "http_status": found.status,
            # But what would name a visitor, if there were one.
            "headers": [[name, value] for name, value in found.headers if name.lower() != "set-cookie"],
        } | read_out(name, media_type, charset)


def read_out(name: str, media_type: str, charset: str) -> dict:
    """Read the text out of a stored file, in a process of its own; return where it is kept and what is said of it."""
    command = [sys.executable, "-B", "-m", "sources.extracting", default_storage.path(name), media_type, charset]
    try:
        done = subprocess.run(
            [*command, str(settings.MOST_TEXT)], cwd=settings.BASE_DIR, env={}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=EXTRACT_SECONDS, check=True,
        )  # fmt: skip
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        found = {"text": "", "told": "too_long"}
    text_file = keep_text(found["text"], FOLDER) if found["text"] else ""
    return {"text_file": text_file, "text_told": str(TEXT_TOLD.get(found["told"], ""))}


def complete(actor: Reader, lease: Lease, order: Order, made: dict) -> None:
    """Write what was made into the copy and end the run; raise LostLease where another worker has it.

    Where it cannot be written, what was kept goes again.
    """
    try:
        lease.finish()
        if ArchivedCopy.objects.filter(pk=order.copy_id).exclude(withdrawn_at=None).exists():
            raise Failed(_("It was withdrawn before it was made."))
        write(actor, order.copy_id, state=CopyState.KEPT, **made)
    except BaseException:
        for name in filter(None, (made.get("file"), made["text_file"])):
            default_storage.delete(name)
        raise


def fail(asker: Asker, lease: Lease, told: str, *, again: bool = False, **fields) -> None:
    """End an attempt that went wrong, in words. With ``again`` it is tried once more while attempts are left.

    Where the asker may no longer write it, the system does.
    """
    try:
        with asker.transaction() as actor:
            release(actor, lease, told, again, fields)
    except DatabaseError:
        with Asker(SYSTEM, asker.request_id).transaction() as actor:
            release(actor, lease, told, again, fields)


def release(actor: Reader, lease: Lease, told: str, again: bool, fields: dict) -> None:
    lease.release(told, again=again)
    note_failed(actor, ArchiveRun.objects.filter(pk=lease.run_id), **fields)


def note_failed(actor: Reader, runs, **fields) -> int:
    """Say of copies that still wait, and whose runs have failed, that they have failed; return how many there were."""
    lost = runs.filter(state=RunState.FAILED, copy__state=CopyState.WAITING, copy__withdrawn_at=None)
    found = list(lost.values_list("copy_id", "error"))
    for copy_id, error in found:
        write(actor, copy_id, state=CopyState.FAILED, told=error, **fields)
    return len(found)


def write(actor: Reader, copy_id, **fields) -> None:
    """Write the outcome of an archiving into its copy."""
    copy = ArchivedCopy.objects.select_for_update(of=("self",)).select_related("label").get(pk=copy_id)
    for name, value in fields.items():
        setattr(copy, name, value)
    change_record(actor, copy, expected_version=copy.version)
