"""What the sources of a record say, beside what was entered: the words quoted, marked where they stand."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from records.models import Record
from sources.models import Citation, Source

# A stretch of text, and whether it is quoted.
Piece = tuple[str, bool]


@dataclass
class SourceText:
    """One source: what it is, where to read it, its words in pieces, and which records rest on it."""

    source: Source
    number: int = 0
    citations: list[Citation] = field(default_factory=list)

    @property
    def about(self) -> list[uuid.UUID]:
        """The identifiers of the records that cite it."""
        return list(dict.fromkeys(citation.record_id for citation in self.citations))

    @property
    def passages(self) -> list[list[Piece]]:
        """The text, passage by passage: of a source without a text of its own each quote is one."""
        return passages([citation.quote for citation in self.citations])

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
        if self.source.archived_at:
            told.append(_("archived copy kept"))
        return ", ".join(told)


def passages(quotes: Iterable[str]) -> list[list[Piece]]:
    """Return the words quoted, each quote once, as passages that are marked whole."""
    return [[(quote, True)] for quote in dict.fromkeys(quote.strip() for quote in quotes) if quote]


def source_texts(parts: Iterable[Record]) -> list[SourceText]:
    """Return the sources among the parts of a record, in the order in which they are cited."""
    found: dict[uuid.UUID, SourceText] = {}
    for part in parts:
        if isinstance(part, Citation):
            found.setdefault(part.source_id, SourceText(part.source)).citations.append(part)
    for number, one in enumerate(found.values(), start=1):
        one.number = number
    return list(found.values())
