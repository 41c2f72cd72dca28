"""Whether quoted words stand in the archived copies of their source, for pages: a few citations, or a pageful."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sources.models import ArchivedCopy, Citation, Source, SourceKind
from sources.quoting import Piece, excerpts, marked, says_something

# Of one source, the newest: a page that changed is looked for as it was before.
MOST_COPIES = 5
# So many characters are looked through for one page of ours; beyond, a copy is named and not read.
MOST_READ = 3_000_000


@dataclass(frozen=True)
class Evidence:
    """What the archived copies say of a quote: in words, with the class of its shape, and where they are read.

    ``is_found`` is None where there was nothing to look for, or nothing to look in.
    """

    words: str
    css: str
    is_found: bool | None = None
    url: str = ""
    more: str = ""


def kept_copies(sources: Iterable[Source]) -> dict:
    """Return the newest copies that the reader may see of each source, by its id, in one statement."""
    found = defaultdict(list)
    wanted = {source.pk for source in sources}
    copies = ArchivedCopy.objects.kept().filter(source_id__in=wanted).select_related("label").order_by("-received_at")
    for copy in copies if wanted else ():
        if len(found[copy.source_id]) < MOST_COPIES:
            found[copy.source_id].append(copy)
    return found


def look_up(citations: Iterable[Citation]) -> None:
    """Give every citation its ``evidence``: one statement for all of them, and each copy's text read once."""
    of_source = defaultdict(list)
    for citation in citations:
        of_source[citation.source_id].append(citation)
    copies = kept_copies(group[0].source for group in of_source.values())
    left = MOST_READ
    for source_id, group in of_source.items():
        source, waiting = group[0].source, group
        if is_heard(source):
            waiting = looked_through(group, source.words, partial(heard, source))
        for copy in copies[source_id]:
            text = copy.text() if any(says_something(one.quote) for one in waiting) and left > 0 else ""
            left -= len(text)
            if text:
                waiting = looked_through(waiting, text, partial(in_copy, copy))
        for citation in waiting:
            if getattr(citation, "evidence", None) is None:
                citation.evidence = merely_kept(copies[source_id])


def looked_through(waiting: list[Citation], text: str, evidence) -> list[Citation]:
    """Give those whose words stand in the text their evidence; return those that are still to be found."""
    missing = set(marked(text, [one.quote for one in waiting]).missing)
    for number, citation in enumerate(waiting):
        if not says_something(citation.quote):
            continue
        if number not in missing:
            citation.evidence = evidence(True)
        elif getattr(citation, "evidence", None) is None:
            citation.evidence = evidence(False)
    return [one for number, one in enumerate(waiting) if number in missing or not says_something(one.quote)]


def is_heard(source: Source) -> bool:
    """Whether it is a statement whose words were noted."""
    return source.source_kind == SourceKind.STATEMENT and bool(source.words)


def heard(source: Source, found: bool) -> Evidence:
    words = _("found in the words noted") if found else _("not found in the words noted")
    return Evidence(words, "ok" if found else "diff", found, source.get_absolute_url())


def in_copy(copy: ArchivedCopy, found: bool) -> Evidence:
    day = date_format(copy.received_at)
    words = _("found in the archived copy of %(day)s") if found else _("not found in the archived copy of %(day)s")
    return Evidence(words % {"day": day}, "ok" if found else "diff", found, copy.get_absolute_url(), copy.text_told)


def merely_kept(copies: list[ArchivedCopy]) -> Evidence:
    """Return what is to be said where nothing was looked for, or there was no text to look in."""
    if not copies:
        return Evidence(_("no archived copy"), "no")
    day = date_format(copies[0].received_at)
    words = _("archived copy kept, %(day)s") % {"day": day}
    return Evidence(words, "half", None, copies[0].get_absolute_url(), copies[0].text_told)


@dataclass(frozen=True)
class Reading:
    """What a source says, with the words quoted from it marked: in which copy, or in the words noted.

    ``passages`` are lists of pieces; ``missing`` the quotes that do not stand there: all where there is no text.
    """

    passages: list[list[Piece]]
    missing: list[str]
    copy: ArchivedCopy | None = None
    words: str = ""


def readings_of(quotes: dict[Source, list[str]], around: int) -> dict[Source, Reading]:
    """Return for each source what it says around its quotes: one statement for all of them."""
    copies = kept_copies(quotes)
    return {source: read(source, copies[source.pk], said, around) for source, said in quotes.items()}


def read(source: Source, copies: list[ArchivedCopy], quotes: list[str], around: int) -> Reading:
    """Read a source where most of its quotes stand: in the words noted, or in the newest such copy."""
    texts = [(None, source.words)] if is_heard(source) else []
    texts += [(copy, copy.text()) for copy in copies]
    found = [(marked(text, quotes), copy) for copy, text in texts if text]
    if not found:
        kept = merely_kept(copies)
        return Reading([], quotes, copies[0] if copies else None, kept.words if copies else "")
    best, copy = min(found, key=lambda one: len(one[0].missing))
    words = _("archived copy of %(day)s") % {"day": date_format(copy.received_at)} if copy else _("words noted")
    return Reading(excerpts(best.pieces, around), [quotes[number] for number in best.missing], copy, words)
