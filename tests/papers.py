"""Real files, as small as they can be, for tests that keep, fetch or read some."""

import base64
import io
import struct
import zipfile
import zlib
from email.message import EmailMessage


def pdf(*lines: str, more: bytes = b"") -> bytes:
    """Return a PDF of one page with these lines; ``more`` stands in its catalogue."""
    shown = b"".join(b"(%s) Tj 0 -16 Td " % line.encode("latin-1") for line in lines)
    stream = b"BT /F1 12 Tf 60 760 Td " + shown + b"ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + more + b">>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    written, places = io.BytesIO(b"%PDF-1.4\n"), []
    written.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, 1):
        places.append(written.tell())
        written.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = written.tell()
    written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    written.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    written.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return written.getvalue()


def html(*paragraphs: str, title: str = "A page") -> bytes:
    """Return a web page that would also run a script and fetch a picture, if anybody let it."""
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    hostile = "<script>document.title='ran'</script><img src=x onerror=alert(1)><style>p{display:none}</style>"
    page = f"<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>{title}</title>{hostile}</head>"
    return f"{page}<body>{body}</body></html>".encode()


def png() -> bytes:
    """Return a picture of one grey point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQ"
    "Ew8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k="
)


def packed(parts: dict[str, str | bytes]) -> bytes:
    """Return a ZIP file with these parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def docx(more: dict[str, str | bytes] | None = None, types: str = "") -> bytes:
    """Return a Word document; ``more`` parts, and ``types`` named in its table of contents."""
    return packed(
        {"[Content_Types].xml": f"<Types>{types}</Types>", "word/document.xml": "<w:document/>"} | (more or {})
    )


def odt(more: dict[str, str | bytes] | None = None) -> bytes:
    """Return an OpenDocument text."""
    return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office/>"} | (more or {}))


def mail(*lines: str) -> bytes:
    """Return an e-mail as it is saved."""
    message = EmailMessage()
    message["From"], message["To"] = "office@example.org", "desk@example.org"
    message["Subject"], message["Message-ID"] = "On the exchange", "<1@example.org>"
    message.set_content("\n".join(lines))
    return message.as_bytes()
