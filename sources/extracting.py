"""Reads the text out of an archived file, in a process of its own that can do nothing else.

Files from elsewhere are hostile until shown otherwise, and what reads them is large. So it runs apart, without secrets
or database, and is bounded: in memory and computing time by itself, in hours and answers by whoever starts it. As a
program: ``python -m sources.extracting FILE TYPE CHARSET MOST`` prints JSON with ``text`` and ``told``.
"""

import email
import email.policy
import json
import re
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

from records.plain_text import as_text

MEMORY = 1 << 30  # bytes
SECONDS = 30  # of computing
MOST_PAGES = 1000
BLOCKS = (
    "address", "article", "aside", "blockquote", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "table", "td", "th", "title", "tr", "ul",
)  # fmt: skip
UNSEEN = ("script", "style", "template", "noscript", "svg", "iframe", "object")
# What a text on a page may not hold: it would not be shown, or would change what is shown around it.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Nothing(Exception):
    """There is no text in it; the argument says why: ``none``, ``locked``."""


def text_of(path: Path, media_type: str, charset: str, most: int) -> tuple[str, str]:
    """Return the text of a file, and what is to be said of it: ``cut`` where there was more, or nothing."""
    content = path.read_bytes()
    if media_type == "text/html":
        text = text_of_html(content, charset)
    elif media_type == "application/pdf":
        text = text_of_pdf(path, most)
    elif media_type == "message/rfc822":
        text = text_of_mail(content)
    elif media_type == "text/plain":
        text = as_text(content, charset) or ""
    else:
        raise Nothing("none")
    text = tidy(text)
    if not text:
        raise Nothing("none")
    return text[:most], "cut" if len(text) > most else ""


def text_of_html(content: bytes | str, charset: str = "") -> str:
    """Return what a page says, without what is never seen, a line for each paragraph."""
    from bs4 import BeautifulSoup, Tag
    from bs4.element import PreformattedString

    options = {} if isinstance(content, str) else {"from_encoding": charset or None}
    told: list[str] = []
    # One after the other, without recursion: a page may be nested as deep as its author likes.
    waiting: list = [BeautifulSoup(content, "html.parser", **options)]
    preformatted = 0
    while waiting:
        here = waiting.pop()
        if isinstance(here, End):
            told.append(here.words)
            preformatted -= here.is_preformatted
        elif isinstance(here, Tag):
            if here.name in UNSEEN:
                continue
            line = "\n" if here.name in BLOCKS or here.name == "br" else ""
            told.append(line)
            preformatted += here.name == "pre"
            waiting.append(End("" if here.name == "br" else line, here.name == "pre"))
            waiting += reversed(here.contents)
        elif not isinstance(here, PreformattedString):  # comments and declarations
            # White space within a paragraph is a space; only where it begins or ends is a line.
            told.append(str(here) if preformatted else re.sub(r"\s+", " ", here))
    return "".join(told)


@dataclass(frozen=True)
class End:
    """Where an element ends, and the line that ends with it."""

    words: str
    is_preformatted: bool


def text_of_pdf(path: Path, most: int) -> str:
    """Return the text of a document, page by page, until there is enough."""
    from pypdf import PdfReader

    reader = PdfReader(path, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Nothing("locked")
    pages, length = [], 0
    for page in reader.pages[:MOST_PAGES]:
        pages.append(page.extract_text())
        length += len(pages[-1])
        if length > most:
            break
    return "\n\n".join(pages)


def text_of_mail(content: bytes) -> str:
    """Return who wrote when about what, and the text."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    told = [f"{name}: {message[name]}" for name in ("From", "To", "Date", "Subject") if message[name]]
    body = message.get_body(("plain", "html"))
    if body is not None:
        said = body.get_content()
        told += ["", text_of_html(said) if body.get_content_subtype() == "html" else said]
    return "\n".join(told)


def tidy(text: str) -> str:
    """Return a text without what is not printed, and without more empty lines than one."""
    text = UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n"))
    text = re.sub(r"[^\S\n]*\n[^\S\n]*", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def main() -> None:
    """Read one file under limits that nothing in it can lift."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path, media_type, charset, most = sys.argv[1:]
    try:
        text, told = text_of(Path(path), media_type, charset, int(most))
    except Nothing as nothing:
        text, told = "", str(nothing)
    except Exception:  # whatever the file does to what reads it
        text, told = "", "unreadable"
    sys.stdout.write(json.dumps({"text": text, "told": told}))


if __name__ == "__main__":
    main()
