"""Files in the store: what they are, told by their content; under which names they lie there; how they are given out.

The store is a folder that no address leads to (``STORAGES``). A file lies in it under a random name, readable to Parley
alone, and is given out by a view that has read its record through the access door. Source of the limits: OWASP File
Upload Cheat Sheet.
"""

import hashlib
import io
import re
import unicodedata
import uuid
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import puremagic
from csp.decorators import csp_update
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.plain_text import as_text

HTML, PDF, PNG, JPEG, TEXT, MAIL = (
    "text/html", "application/pdf", "image/png", "image/jpeg", "text/plain", "message/rfc822",
)  # fmt: skip
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


@dataclass(frozen=True)
class FileType:
    """How a type is called, how names of its files end, and what a browser is told that it is when it is given out.

    What a browser could run or show as a page of ours is given out as bytes and nothing more.
    """

    words: str
    ending: str
    given_as: str = "application/octet-stream"


TYPES = {
    PDF: FileType(gettext_lazy("PDF"), ".pdf", PDF),
    PNG: FileType(gettext_lazy("PNG picture"), ".png", PNG),
    JPEG: FileType(gettext_lazy("JPEG picture"), ".jpg", JPEG),
    HTML: FileType(gettext_lazy("web page (HTML)"), ".html"),
    TEXT: FileType(gettext_lazy("plain text"), ".txt"),
    MAIL: FileType(gettext_lazy("e-mail"), ".eml"),
    DOCX: FileType(gettext_lazy("Word document (DOCX)"), ".docx", DOCX),
    ODT: FileType(gettext_lazy("OpenDocument text (ODT)"), ".odt", ODT),
}
LONGEST_NAME = 120
# What only the inside of a program or an archive has in a PDF.
ACTIVE_PDF = re.compile(rb"/(JavaScript|Launch|EmbeddedFile|RichMedia)")
HTML_BEGINS = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S)
MAIL_BEGINS = re.compile(r"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2}")
MAIL_NAMES = re.compile(r"^(received|return-path|delivered-to|message-id|mime-version):", re.I | re.M)
# What looks like text and is a picture, a document or a program.
NOT_PLAIN = ("<svg", "<?xml", "{\\rtf", "%!ps", "#!", "<!doctype svg")


# What a file is -------------------------------------------------------------------------------------------------------


def type_of(content: bytes, accepted: Collection[str] = tuple(TYPES)) -> str:
    """Return the media type of a file, told by its content; its name says nothing about it.

    Raises ValidationError in words for an empty file, one above ``LARGEST_FILE``, one of another type than is accepted,
    and for documents that are damaged, locked, or hold macros.
    """
    if not content:
        raise ValidationError(_("The file is empty. Choose another."))
    check_size(len(content))
    found = signature_of(content) or text_type_of(content)
    if found not in accepted:
        offered = ", ".join(str(TYPES[one].words) for one in TYPES if one in accepted)
        told = _("This file is none of these: %(offered)s. Save it as one of them and choose that file.")
        raise ValidationError(told % {"offered": offered}, code="type")
    if found in (DOCX, ODT):
        check_document(content)
    return found


def check_size(size: int) -> None:
    """Raise ValidationError for more than is kept."""
    if size > settings.LARGEST_FILE:
        told = _("The file has %(size)s. The largest that is kept has %(most)s.")
        raise ValidationError(told % {"size": filesizeformat(size), "most": filesizeformat(settings.LARGEST_FILE)})


def signature_of(content: bytes) -> str | None:
    """Return the type that a file's first bytes say it is; None where they are those of no type that is kept."""
    try:
        told = {found.mime_type for found in puremagic.magic_string(content[:8192])}
    except puremagic.PureError:
        return None
    if DOCX in told:
        return packed_type_of(content)
    return next((media_type for media_type in (PDF, PNG, JPEG) if media_type in told), None)


def packed_type_of(content: bytes) -> str | None:
    """Return which kind of document a ZIP file is; None for every other archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist())
            if {"[Content_Types].xml", "word/document.xml"} <= names:
                return DOCX
            if "content.xml" in names and packed.open("mimetype").read(100) == ODT.encode():
                return ODT
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, ValueError, NotImplementedError):
        pass
    return None


def text_type_of(content: bytes) -> str | None:
    """Return which kind of text a file is; None for what is no text, or text that says it is something else."""
    text = as_text(content)
    if text is None:
        return None
    begin = text[:8192]
    if HTML_BEGINS.match(begin):
        return HTML
    if begin.lstrip().lower().startswith(NOT_PLAIN):
        return None
    headers = re.split(r"\r?\n\r?\n", begin, maxsplit=1)[0]
    return MAIL if MAIL_BEGINS.match(begin) and MAIL_NAMES.search(headers) else TEXT


def check_document(content: bytes) -> None:
    """Raise ValidationError for a packed document with macros or other files in it, locked, or too large unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        types = b""
        if sum(part.file_size for part in parts) > settings.LARGEST_UNPACKED or any(
            part.flag_bits & 1 for part in parts
        ):
            raise ValidationError(_("The document is locked, or too large when unpacked. Save it as PDF."))
        for part in parts:
            if part.filename in ("[Content_Types].xml", "META-INF/manifest.xml"):
                types += packed.open(part).read(2**20)
    active = ("vbaproject", "vbadata", "/embeddings/", "activex", "basic/", "scripts/", "objectreplacements/")
    if any(word in part.filename.lower() for part in parts for word in active) or b"macroEnabled" in types:
        raise ValidationError(_("The document holds macros or other files. Save it as PDF."))


def check_still(content: bytes, media_type: str) -> None:
    """Raise ValidationError for a PDF that says that it runs scripts or carries other files."""
    if media_type == PDF and ACTIVE_PDF.search(content):
        raise ValidationError(_("The PDF runs scripts or carries other files. Print it to a new PDF and choose that."))


# How it is called -----------------------------------------------------------------------------------------------------


def plain_name(given: str | None, media_type: str) -> str:
    """Return a file's name without folders, control, invisible and direction characters, with its type's ending."""
    last = re.split(r"[/\\]", given or "")[-1]
    kept = "".join(
        one for one in unicodedata.normalize("NFC", last) if unicodedata.category(one)[0] not in "CZ" or one == " "
    )
    name = " ".join(re.sub(r'[<>:"|?*]', " ", kept).split()).strip(". ")
    ending = TYPES[media_type].ending
    known = (ending, ".jpeg") if media_type == JPEG else (ending, ".htm") if media_type == HTML else (ending,)
    stem = next((name[: -len(one)] for one in known if name.lower().endswith(one)), name)
    return f"{stem[: LONGEST_NAME - len(ending)].rstrip('. ') or _('file')}{ending}"


# The store ------------------------------------------------------------------------------------------------------------


def keep(content: File, folder: str) -> tuple[str, str]:
    """Put a file into the store under a name of its own; return the name and the SHA-256 of what was received."""
    name = default_storage.save(f"{folder}/{uuid.uuid4()}", content)
    digest = hashlib.sha256()
    with default_storage.open(name) as file:
        for chunk in iter(lambda: file.read(1 << 16), b""):
            digest.update(chunk)
    return name, digest.hexdigest()


@contextmanager
def kept(content: File, folder: str) -> Iterator[tuple[str, str]]:
    """Keep a file while what names it is written; where that fails, the file goes again."""
    name, digest = keep(content, folder)
    try:
        yield name, digest
    except BaseException:
        default_storage.delete(name)
        raise


class Missing(Exception):
    """The file is not in the store, or is no longer what was received."""


def content_of(name: str, sha256: str) -> bytes:
    """Return a file's bytes, which are those that were received; raise Missing where they are not."""
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except OSError as error:
        raise Missing from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Missing
    return content


def keep_text(text: str, folder: str) -> str:
    """Put a text into the store and return its name."""
    return default_storage.save(f"{folder}/{uuid.uuid4()}", ContentFile(text.encode()))


def stored_text(name: str) -> str:
    """Return a text from the store; raise Missing where it is not there."""
    try:
        with default_storage.open(name) as file:
            return file.read().decode()
    except (OSError, UnicodeError) as error:
        raise Missing from error


# Beside everything else that is forbidden, nothing in the file may act as if it came from here.
@csp_update({"sandbox": True})
def given_out(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Answer with a file to be saved, never shown: a browser neither guesses what it is nor runs anything in it."""
    answer = HttpResponse(content, content_type=TYPES[media_type].given_as)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
