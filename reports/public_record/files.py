"""The fifteen files: their columns and what each cell may hold. The order is that of the import."""

from django.utils.translation import gettext_lazy as _

from exchanges.vocabulary import Category, OutcomeStatus
from intermediaries.models import Actor, Representative
from negotiations.models import Agreement, Channel, Place
from negotiations.models.conflicts import BOTH, THIRD_COUNTRY
from negotiations.vocabulary import AgreementStatus, ChannelStatus, MeetingFormat, Mode, Topic
from records.dates import DatePrecision
from reports.public_record import codes
from reports.public_record.cells import (
    ActorName,
    Address,
    Cell,
    Code,
    Codes,
    Coordinate,
    Date,
    Identifier,
    Listed,
    Pattern,
    Reference,
    Whole,
)
from reports.public_record.conflict import DIRECTIONS
from sources.models import Source, SourceKind, TitleOrigin


def as_long_as(model, field: str, required: bool = True) -> Cell:
    """Text no longer than the model's field holds."""
    return Cell(required=required, longest=model._meta.get_field(field).max_length)


COUNTRY = Pattern(pattern=r"[A-Z]{3}", remedy=_("Write three capital letters, for example TUR."))
SOURCES = Reference(target="sources", many=True, required=True)
EVENT = {
    "channel_id": Reference(target="channels", required=True),
    "intermediaries": Reference(target="intermediaries", many=True),
    "agreement_id": Reference(target="agreements"),
}
DATED_EVENT = {
    "date": Date(required=True),
    "ended_on": Date(),
    "date_precision": Code(known=(DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR)),
    "place": as_long_as(Place, "name", required=False),
    **EVENT,
    "status": Code(known=(*OutcomeStatus.values, *codes.STATUS_THAT_IS_A_VARIANT)),
    "notes": Cell(),
    "source_ids": SOURCES,
}
FIGURE = {
    "claimed_by": ActorName(),
    "direction": Code(known=(*DIRECTIONS, BOTH, THIRD_COUNTRY)),
    "category": Code(known=Category.values),
    "count": Whole(),
    "qualifier": Code(known=tuple(codes.QUANTIFIER)),
    "source_id": Reference(target="sources", required=True),
}

FILES: dict[str, dict[str, Cell]] = {
    "sources": {
        "source_id": Identifier(),
        "publisher": as_long_as(Source, "publisher"),
        "title": as_long_as(Source, "title", required=False),
        "url": Address(longest=Source._meta.get_field("url").max_length),
        "published_on": Date(war=False),
        "language": Pattern(required=True, pattern="[a-z]{2,3}", remedy=_("Write an ISO 639 code, for example uk.")),
        "kind": Code(known=SourceKind.values),
        "title_from": Code(required=False, known=TitleOrigin.values),
    },
    "intermediaries": {
        "intermediary_id": Identifier(),
        "name": as_long_as(Actor, "name"),
        "kind": Code(known=tuple(codes.ACTOR_KIND)),
        "iso3": COUNTRY,
        "notes": Cell(),
    },
    "people": {
        "person_id": Identifier(),
        "name": as_long_as(Representative, "name"),
        "party_or_org": ActorName(longest=Representative._meta.get_field("actor_words").max_length),
        "role": as_long_as(Representative, "position", required=False),
        "notes": Cell(),
        "source_ids": SOURCES,
    },
    "channels": {
        "channel_id": Identifier(),
        "name": as_long_as(Channel, "name"),
        "mode": Code(known=Mode.values),
        "parties": ActorName(many=True, own=True),
        "topics": Codes(known=Topic.values),
        "status": Code(known=ChannelStatus.values),
        "started_on": Date(partial=True),
        "intermediaries": Reference(target="intermediaries", many=True),
        "notes": Cell(),
        "source_ids": SOURCES,
    },
    "meetings": {
        "meeting_id": Identifier(),
        "channel_id": Reference(target="channels", required=True),
        "started_on": Date(required=True),
        "ended_on": Date(),
        "date_precision": Code(known=(DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR)),
        "place": as_long_as(Place, "name", required=False),
        "country_iso3": COUNTRY,
        "latitude": Coordinate(bound=90),
        "longitude": Coordinate(bound=180),
        "format": Code(known=MeetingFormat.values),
        "participants": Listed(),
        "summary": Cell(),
        "source_ids": SOURCES,
    },
    "agreements": {
        "agreement_id": Identifier(),
        "channel_id": Reference(target="channels", required=True),
        "meeting_id": Reference(target="meetings"),
        "agreed_on": Date(),
        "title": as_long_as(Agreement, "title"),
        "status": Code(known=AgreementStatus.values),
        "terms": Cell(),
        "commitments": Cell(),
        "source_ids": SOURCES,
    },
    "prisoner_exchanges": {
        "exchange_id": Identifier(),
        "reported_number": Whole(required=False, highest=2**31 - 1),
        **DATED_EVENT,
    },
    "remains_returns": {"return_id": Identifier(), **DATED_EVENT},
    "child_repatriations": {"repatriation_id": Identifier(), **DATED_EVENT},
    "safe_passages": {
        "passage_id": Identifier(),
        "type": Code(known=codes.PASSAGE_TYPES),
        "name": Cell(required=True, longest=200),
        "status": Code(known=tuple(codes.PASSAGE_STATUS)),
        "started_on": Date(required=True),
        "ended_on": Date(),
        "place": as_long_as(Place, "name", required=False),
        **EVENT,
        "notes": Cell(),
        "source_ids": SOURCES,
    },
    "exchange_claims": {
        "claim_id": Identifier(),
        "exchange_id": Reference(target="prisoner_exchanges", required=True),
        **FIGURE,
    },
    "remains_claims": {
        "claim_id": Identifier(),
        "return_id": Reference(target="remains_returns", required=True),
        **FIGURE,
    },
    "child_claims": {
        "claim_id": Identifier(),
        "repatriation_id": Reference(target="child_repatriations", required=True),
        **FIGURE,
    },
    "safe_passage_claims": {
        "claim_id": Identifier(),
        "passage_id": Reference(target="safe_passages", required=True),
        "claimed_by": ActorName(),
        "metric": Code(known=Category.values),
        "value": Whole(),
        "as_of": Date(),
        "source_id": Reference(target="sources", required=True),
    },
    "running_totals": {
        "total_id": Identifier(),
        "since": Date(),
        "as_of": Date(required=True),
        **FIGURE,
        "notes": Cell(),
    },
}
