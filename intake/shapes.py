"""What can be imported: for each shape the fields a row may have, what each may hold, and how its columns are called.

The shapes are those of data/public-record (docs/import.md) and of Parley's own exports. HXL: hashtags of HXL 1.1.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from exchanges.vocabulary import Category, OutcomeKind, OutcomeStatus, OutcomeVariant
from negotiations.models import Place
from negotiations.vocabulary import MeetingFormat, MeetingStatus
from records import guard
from records.dates import DatePrecision
from reports.public_record import codes
from reports.public_record.cells import Address, Cell, Code, Coordinate, Date, Identifier, Listed, Pattern, Whole
from reports.public_record.files import COUNTRY, as_long_as
from sources.models import Quantifier, Source, SourceKind, TitleOrigin


class Shape(models.TextChoices):
    """What the rows of a file are."""

    SOURCES = "sources", _("Sources")
    MEETINGS = "meetings", _("Meetings")
    OUTCOMES = "outcomes", _("Outcomes and their claims")


@dataclass(frozen=True)
class PlainAddress(Address):
    """A web address. The usual ones are recognised at once; the validator, which is slow, is asked of the others."""

    def wrong(self, cell, ids):
        return None if PLAIN_ADDRESS.fullmatch(cell) else super().wrong(cell, ids)


PLAIN_ADDRESS = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,3}[a-z]{2,12}(?:[/?#][!-~]*)?")


@dataclass(frozen=True)
class Field:
    """One field of a shape: its cell, the headers and HXL tags it is recognised by, and whether a row needs it."""

    name: str
    label: str
    cell: Cell
    headers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    needed: bool = False


def day(name: str, label: str, headers: tuple[str, ...] = (), tags: tuple[str, ...] = (), needed=False) -> Field:
    return Field(name, label, Date(war=False), headers, tags, needed)


def code(known: Iterable[str]) -> Code:
    return Code(required=False, known=tuple(known))


ID = Identifier(required=False)
NAME = Cell(longest=200)
PRECISIONS = (DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR)
SOURCE_IDS = Field("source_ids", _("Sources (identifiers, separated by ;)"), Listed(), ("sources",), ("#meta+sources",))
WHY = Field(
    guard.REASON, _("Why what looks like personal data in the row must stay"), Cell(longest=400), ("why_personal_data",)
)
PLACE = Field("place", _("Place"), as_long_as(Place, "name", required=False), ("location",), ("#loc+name", "#loc"))

SOURCES = (
    Field("id", _("Identifier"), ID, ("source_id", "external_id"), ("#meta+id", "#source+id")),
    Field("publisher", _("Publisher"), as_long_as(Source, "publisher", required=False), (), ("#org",), needed=True),
    Field("title", _("Title"), as_long_as(Source, "title", required=False), ("name",), ("#meta+title",)),
    Field("url", _("Address"), PlainAddress(longest=1000), ("address", "link"), ("#meta+url", "#source+url")),
    day("published_on", _("Published on"), ("published", "date"), ("#date+published", "#date")),
    Field("language", _("Language"), Pattern(pattern="[a-z]{2,3}", remedy=_("Write an ISO 639 code, for example uk.")),
          ("lang",), ("#meta+lang",)),
    Field("kind", _("Kind"), code(SourceKind.values), ("source_kind",), ("#meta+kind",)),
    Field("title_from", _("Title read from"), code(filter(None, TitleOrigin.values))),
    Field("notes", _("Notes"), Cell(), ("note",), ("#description",)),
    WHY,
)  # fmt: skip
MEETINGS = (
    Field("id", _("Identifier"), ID, ("meeting_id", "external_id"), ("#event+id", "#meta+id")),
    Field("channel", _("Channel (identifier, reference or name)"), NAME, ("channel_id",), ("#meta+channel",), True),
    day("started_on", _("Date"), ("date", "started", "start_date"), ("#date+start", "#date"), needed=True),
    day("ended_on", _("Last day"), ("ended", "end_date"), ("#date+end",)),
    Field("date_precision", _("Precision of the date"), code(PRECISIONS), ("precision",)),
    PLACE,
    Field("country", _("Country"), COUNTRY, ("country_iso3", "iso3", "country_code"), ("#country+code",)),
    Field("latitude", _("Latitude"), Coordinate(bound=90), ("lat",), ("#geo+lat",)),
    Field("longitude", _("Longitude"), Coordinate(bound=180), ("lon", "lng"), ("#geo+lon",)),
    Field("format", _("Format"), code(MeetingFormat.values), (), ("#event+format",)),
    Field("status", _("Status"), code(MeetingStatus.values), (), ("#status",)),
    Field("participants", _("Participants (identifiers or names; other:… for words)"), Listed(), (), ("#contact",)),
    Field("summary", _("What was said"), Cell(), ("notes",), ("#description",)),
    SOURCE_IDS,
    WHY,
)  # fmt: skip
# The column that names the outcome says in the files of the public record of which kind it is.
KIND_OF_COLUMN = {column: kind for kind, _claims, column in codes.EVENT_FILES.values()}
STATUSES = {*OutcomeStatus.values, *codes.STATUS_THAT_IS_A_VARIANT, *codes.PASSAGE_STATUS}
OUTCOMES = (
    Field("id", _("Identifier of the outcome"), ID, ("outcome_id", "outcome", *KIND_OF_COLUMN), ("#event+id",)),
    Field("kind", _("Kind of outcome"), code(OutcomeKind.values), ("outcome_kind",), ("#event+type",)),
    Field("title", _("Title"), NAME, ("name",), ("#event+name",)),
    Field("variant", _("Form"), code(filter(None, OutcomeVariant.values)), ("type",)),
    Field("series_number", _("Number in a series"), Whole(required=False, highest=2**31 - 1), ("reported_number",)),
    day("started_on", _("Date"), ("date", "start_date"), ("#date+start", "#date")),
    day("ended_on", _("Last day"), ("end_date",), ("#date+end",)),
    Field("date_precision", _("Precision of the date"), code(PRECISIONS), ("precision",)),
    PLACE,
    Field("channel", _("Channel (identifier, reference or name)"), NAME, ("channel_id",), ("#meta+channel",)),
    Field("intermediaries", _("Intermediaries (identifiers or names)"), Listed(), (), ("#org+intermediary",)),
    Field("agreement", _("Agreement (identifier or reference)"), NAME, ("agreement_id",)),
    Field("status", _("Status"), code(sorted(STATUSES)), (), ("#status",)),
    Field("notes", _("Notes"), Cell(), ("note",), ("#description",)),
    SOURCE_IDS,
    Field("claim_id", _("Identifier of the claim"), ID, (), ("#meta+id",)),
    Field("claimant", _("Who says it"), NAME, ("claimed_by",), ("#org+claimant", "#org")),
    Field("direction", _("Direction"), Cell(longest=40), (), ("#affected+direction", "#meta+direction")),
    Field("category", _("Of what"), code(Category.values), ("metric",), ("#affected+type",)),
    Field("number", _("Number"), Whole(required=False), ("count", "value"), ("#affected",)),
    Field("quantifier", _("Meant as"), code(sorted({*codes.QUANTIFIER, *Quantifier.values} - {"between"})),
          ("qualifier",)),
    day("as_of", _("As of"), (), ("#date+asof",)),
    Field("source", _("Source of the claim (identifier)"), NAME, ("source_id",), ("#meta+source",)),
    WHY,
)  # fmt: skip

# Those of the fields of an outcome's row that are about a claim.
OF_CLAIM = ("claim_id", "claimant", "direction", "category", "number", "quantifier", "as_of", "source")
FIELDS: dict[str, tuple[Field, ...]] = {Shape.SOURCES: SOURCES, Shape.MEETINGS: MEETINGS, Shape.OUTCOMES: OUTCOMES}
# Columns of the files that come back from an import: which row it was, and what was wrong with it.
ROW, REASON = "parley_row", "parley_reason"


def plain(header: str) -> str:
    """Return a header as it is compared: small letters, words joined by underscores."""
    return re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")


def same_tag(tag: str, wanted: str) -> bool:
    """Whether an HXL tag is the wanted one: the same hashtag with at least its attributes."""
    name, *attributes = tag.lower().replace(" ", "").split("+")
    wanted_name, *needed = wanted.split("+")
    return name == wanted_name and set(needed) <= set(attributes)


def guess_shape(header: list[str], tags: list[str]) -> str:
    """Return the shape whose fields the file names most often."""
    return max(Shape.values, key=lambda shape: len(guess_mapping(shape, header, tags)))


def guess_mapping(shape: str, header: list[str], tags: list[str]) -> dict[str, int]:
    """Return for each field recognised the place of its column: by its header first, then by its HXL tag."""
    places = {plain(name): place for place, name in enumerate(header) if name and name not in (ROW, REASON)}
    found: dict[str, int] = {}
    for field in FIELDS[shape]:
        for name in (field.name, *field.headers, plain(str(field.label))):
            if name in places and places[name] not in found.values():
                found[field.name] = places[name]
                break
    for field in FIELDS[shape]:
        for wanted in field.tags if field.name not in found else ():
            place = next((p for p, tag in enumerate(tags) if same_tag(tag, wanted) and p not in found.values()), None)
            if place is not None:
                found[field.name] = place
                break
    return found


def guess_kind(header: list[str]) -> str:
    """Return the kind of outcome that the header tells, or nothing."""
    return next((str(KIND_OF_COLUMN[plain(name)]) for name in header if plain(name) in KIND_OF_COLUMN), "")
