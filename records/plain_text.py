"""Bytes as text. Pure, and without Django: it is also used where hostile files are read (``sources.extracting``)."""

import re

MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# Latin-1 last: every byte is a letter in it.
GUESSES = ("utf-8", "cp1251", "latin-1")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def as_text(content: bytes, declared: str = "") -> str | None:
    """Return a file as text: in the encoding its first bytes say, the one declared, UTF-8, Windows-1251 or Latin-1.

    None where it is none: with control characters that no text has.
    """
    marked = next((encoding for mark, encoding in MARKS.items() if content.startswith(mark)), None)
    for encoding in [marked] if marked else [*filter(None, [declared]), *GUESSES]:
        try:
            text = content.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        return None if CONTROL.search(text) else text
    return None
