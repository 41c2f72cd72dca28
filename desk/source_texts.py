"""What the sources of a record say, beside what was entered: the words quoted, marked where they stand."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from records.models import Record
from sources.evidence import Reading, readings_of
from sources.models import Citation, Source

# A stretch of text, and whether it is quoted.
Piece = tuple[str, bool]
# So many characters of an archived copy stand before and after what is quoted.
AROUND = 600


@dataclass
class SourceText:
    """One source: what it is, where to read it, its words in pieces, and which records rest on it.

    ``reading`` is what its archived copy, or the words noted of a statement, say around the quotes.
    """

    source: Source
    reading: Reading | None = None
    number: int = 0
    citations: list[Citation] = field(default_factory=list)

    @property
    def about(self) -> list[uuid.UUID]:
        """The identifiers of the records that cite it."""
        return list(dict.fromkeys(citation.record_id for citation in self.citations))

    @property
    def quotes(self) -> list[str]:
        """The words quoted, each quote once."""
        return [quote for quote in dict.fromkeys(one.quote.strip() for one in self.citations) if quote]

    @property
    def passages(self) -> list[list[Piece]]:
        """The text around the quotes, passage by passage."""
        found = self.reading.passages if self.reading else []
        return [[(piece.text, bool(piece.quotes)) for piece in passage] for passage in found]

    @property
    def missing(self) -> list[str]:
        """The quotes that do not stand in the text; all of them where there is none."""
        return self.reading.missing if self.reading else self.quotes

    @property
    def pinpoints(self) -> str:
        return "; ".join(dict.fromkeys(citation.pinpoint for citation in self.citations if citation.pinpoint))

    @property
    def grade(self) -> str:
        return ", ".join(dict.fromkeys(citation.grade for citation in self.citations))

    @property
    def published(self) -> str:
        """Who published it and when, as far as known."""
        told = [self.source.publisher]
        if self.source.published_on:
            told.append(str(self.source.published_on))
        if self.reading and self.reading.words:
            told.append(str(self.reading.words))
        return ", ".join(told)


def source_texts(parts: Iterable[Record]) -> list[SourceText]:
    """Return the sources among the parts of a record, in the order in which they are cited."""
    found: dict[uuid.UUID, SourceText] = {}
    for part in parts:
        if isinstance(part, Citation):
            found.setdefault(part.source_id, SourceText(part.source)).citations.append(part)
    for number, one in enumerate(found.values(), start=1):
        one.number = number
    readings = readings_of({one.source: one.quotes for one in found.values()}, AROUND)
    for one in found.values():
        one.reading = readings[one.source]
    return list(found.values())
