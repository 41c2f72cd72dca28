"""One valid body for every kind of record, and what about it may be changed: for the tests that hold for all kinds."""

import datetime as dt
import itertools
from dataclasses import dataclass
from types import SimpleNamespace

from django.utils import timezone
from rest_framework.test import APIClient

from access.context import SYSTEM, acting_as
from access.models import ApiToken
from exchanges import models as exchanges
from intake.models import Candidate
from intermediaries import models as intermediaries
from negotiations import models as negotiations
from records.models import Assignment, Attachment, Embargo, FieldCheck, Merge, PublicSummary, Query, Record, SummaryOf
from sources import models as sources
from tests.factories import make

DAY = dt.date(2025, 5, 23)


@dataclass(frozen=True)
class Kind:
    """A kind with a body that may be posted, a field that may be changed to a value, and a link to another record.

    ``state`` is the review state of a record that has just been posted, ``reason`` what its history then says of why.
    """

    model: type[Record]
    body: dict
    change: tuple[str, object]
    link: str = ""
    state: str = "submitted"
    reason: str = ""

    def filled(self, world: SimpleNamespace) -> dict:
        """Return the body with identifiers of the world's records for the values that begin with ``@``."""

        def value(given):
            if isinstance(given, list):
                return [{name: value(one) for name, one in item.items()} for item in given]
            if not isinstance(given, str) or not given.startswith("@"):
                return given
            part, _dot, name = given.removeprefix("@").partition(".")
            return str(getattr(getattr(world, part), name or "pk"))

        return {name: value(given) for name, given in self.body.items()}


@dataclass(frozen=True)
class TwoOfAKind(Kind):
    """A merge: its body names two records that nobody has merged yet."""

    def filled(self, world: SimpleNamespace) -> dict:
        with acting_as(SYSTEM):
            other, kept = (make(negotiations.Place, name=name) for name in ("A town", "The same town"))
        return self.body | {"record_id": str(other.pk), "into_id": str(kept.pk)}


@dataclass(frozen=True)
class LaterEachTime(Kind):
    """A locked period: what is locked already is not locked again, so each body names a later day."""

    days = itertools.count()

    def filled(self, world: SimpleNamespace) -> dict:
        return super().filled(world) | {"until": str(dt.date(1991, 1, 1) + dt.timedelta(days=next(self.days)))}


FIGURE = {"claimant": "@actor", "direction": "@party.direction", "category": "total", "number": 150}
KINDS = [
    Kind(intermediaries.Actor, {"name": "Türkiye", "kind_of_actor": "state"}, ("iso_code", "TUR")),
    Kind(intermediaries.ActorName, {"actor": "@actor", "name": "Туреччина"}, ("language", "uk"), "actor"),
    Kind(intermediaries.Mandate, {"actor": "@actor", "role": "hosting"}, ("role", "mediation"), "actor"),
    Kind(intermediaries.Representative, {"name": "An envoy", "actor": "@actor"}, ("position", "Minister"), "actor"),
    Kind(sources.Source, {"publisher": "Reuters", "address": "https://example.org/a"}, ("language", "en")),
    Kind(
        sources.Citation,
        {"source": "@source", "record_kind": "outcome", "record_id": "@outcome"},
        ("quote", "they said"),
        "source",
    ),
    Kind(sources.ArchivedCopy, {"source": "@source"}, ("external_id", "x"), "source"),
    Kind(negotiations.Conflict, {"name": "A war"}, ("notes", "more")),
    Kind(
        negotiations.Party,
        {"conflict": "@conflict", "actor": "@actor", "position": 2, "direction": "to_b", "direction_label": "To B"},
        ("colour", "b"),
        "actor",
    ),
    Kind(
        negotiations.ConflictMandate, {"conflict": "@conflict", "mandate": "@mandate"}, ("external_id", "x"), "mandate"
    ),
    Kind(negotiations.Place, {"name": "Istanbul"}, ("country_code", "TUR")),
    Kind(
        negotiations.Channel,
        {"conflict": "@conflict", "name": "Back channel", "mode": "direct"},
        ("status", "ended"),
        "conflict",
    ),
    Kind(negotiations.ChannelParty, {"channel": "@channel", "actor": "@actor"}, ("position", 3), "channel"),
    Kind(
        negotiations.ChannelIntermediary,
        {"channel": "@channel", "actor": "@actor", "role": "hosting"},
        ("role", "transit"),
        "credited_by",
    ),
    Kind(negotiations.Meeting, {"channel": "@channel", "started_on": "2025-06-02"}, ("summary", "Said."), "place"),
    Kind(negotiations.Participant, {"meeting": "@meeting", "actor": "@actor"}, ("words", "the envoy"), "meeting"),
    Kind(negotiations.FollowUp, {"meeting": "@meeting", "task": "Call back"}, ("due_on", "2025-07-01"), "meeting"),
    Kind(
        negotiations.Agreement,
        {"channel": "@channel", "title": "All for all", "status": "agreed"},
        ("terms", "everyone"),
        "meeting",
    ),
    Kind(negotiations.AgreementParty, {"agreement": "@agreement", "actor": "@actor"}, ("position", 2), "agreement"),
    Kind(
        negotiations.Commitment,
        {"agreement": "@agreement", "subject": "prisoners", "quantity": 1000},
        ("condition", "if"),
        "owed_by",
    ),
    Kind(
        negotiations.Mute,
        {"channel": "@channel", "reason": "They meet after the holidays."},
        ("until", "2099-01-01"),
        "channel",
    ),
    Kind(
        exchanges.Outcome,
        {"conflict": "@conflict", "outcome_kind": "exchange", "started_on": "2025-05-23"},
        ("notes", "seen"),
        "parent",
    ),
    Kind(exchanges.OutcomeChannel, {"outcome": "@outcome", "channel": "@channel"}, ("external_id", "x"), "channel"),
    Kind(exchanges.OutcomeMeeting, {"outcome": "@outcome", "meeting": "@meeting"}, ("external_id", "x"), "meeting"),
    Kind(
        exchanges.OutcomeAgreement,
        {"outcome": "@outcome", "agreement": "@agreement"},
        ("external_id", "x"),
        "agreement",
    ),
    Kind(exchanges.OutcomeRole, {"outcome": "@outcome", "actor": "@actor"}, ("role", "transit"), "credited_by"),
    Kind(
        exchanges.Delivery,
        {"outcome": "@outcome", "commitment": "@commitment", "direction": "third_country", "share": 1},
        ("share", 12),
        "commitment",
    ),
    Kind(exchanges.Claim, {"outcome": "@outcome", **FIGURE}, ("notes", "heard"), "claimant"),
    Kind(
        exchanges.RunningTotal,
        {"conflict": "@conflict", "as_of": "2025-06-01", **FIGURE},
        ("notes", "heard"),
        "claimant",
    ),
    Kind(
        exchanges.Estimate,
        {"outcome": "@outcome", "low": 150, "high": 189, "reason": "itemised", "claims": [{"claim": "@claim"}]},
        ("external_id", "x"),
        "outcome",
    ),
    Kind(
        exchanges.EstimateClaim,
        {"estimate": "@estimate", "claim": "@claim"},
        ("reason", "the receiving side"),
        "claim",
    ),
    Kind(
        Candidate,
        {"proposes": "outcome", "conflict": "@conflict", "data": {"kind": "exchange", "started_on": "2025-05-23"}},
        ("note", "heard twice"),
        "conflict",
    ),
    Kind(
        Embargo,
        {
            "record_kind": "outcome",
            "record_id": "@outcome",
            "to_level": 1,
            "at": "2099-01-01T12:00:00Z",
            "reason": "Talks resume",
        },
        ("external_id", "x"),
    ),
    Kind(
        Attachment,
        {"record_kind": "outcome", "record_id": "@outcome", "file_name": "notes.txt", "content": "Tm90ZXMu"},
        ("title", "Notes of the talks"),
    ),
    Kind(PublicSummary, {"title": "Talks", "text": "The two sides talked."}, ("text", "They talked."), state="draft"),
    Kind(
        SummaryOf,
        {"summary": "@summary", "record_kind": "outcome", "record_id": "@outcome"},
        ("external_id", "x"),
        "summary",
    ),
    Kind(
        Query,
        {"record_kind": "participant", "record_id": "@participant", "field": "words", "text": "Who was it?"},
        ("external_id", "x"),
    ),
    Kind(
        FieldCheck,
        {"record_kind": "participant", "record_id": "@participant", "field": "words"},
        ("external_id", "x"),
    ),
    Kind(
        Assignment,
        {"record_kind": "participant", "record_id": "@participant", "to": "reviewer"},
        ("external_id", "x"),
    ),
    LaterEachTime(
        negotiations.LockedPeriod,
        {"conflict": "@conflict", "until": "", "reason": "The record of that year is closed."},
        ("external_id", "x"),
        "conflict",
    ),
    TwoOfAKind(
        Merge,
        {
            "record_kind": "place",
            "record_id": "",
            "into_id": "",
            "record_version": 1,
            "into_version": 1,
            "take": ["name"],
            "reason": "Entered twice",
        },
        ("external_id", "x"),
        reason="Entered twice",
    ),
]
BY_NAME = {kind.model.kind_of(): kind for kind in KINDS}


def api_of(user, *, may_write: bool = True, level: int = 3, **options) -> APIClient:
    """Return a client that sends a token of the user."""
    with acting_as(SYSTEM):
        expires = timezone.now() + dt.timedelta(days=1)
        _token, secret = ApiToken.issue(
            user, "test", writes=None if may_write else [], max_level=level, expires_at=expires
        )
    client = APIClient(**options)
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client
