"""What a form begins with when it is opened from a candidate of the inbox, or from a source just recorded."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from intake.inbox import host_of
from intake.lookups import Lookups
from intake.models import Candidate, CandidateKind
from intake.told import CLAIMS, Fact
from negotiations.models import Place
from records import guard
from reports.public_record import codes
from reports.public_record.cells import items, parse_date
from reports.public_record.checking import OTHER
from sources.addresses import same_address
from sources.models import Source

# Of each kind, the form's fields by the candidate's, where they mean the same in the same words.
PLAIN = {
    CandidateKind.SOURCE: {
        "url": "url", "publisher": "publisher", "title": "title", "language": "language", "kind": "source_kind",
        "notes": "notes",
    },
    CandidateKind.MEETING: {
        "date_precision": "date_precision", "format": "format", "status": "status", "summary": "summary",
    },
    CandidateKind.OUTCOME: {
        "kind": "outcome_kind", "title": "title", "variant": "variant", "series_number": "series_number",
        "date_precision": "date_precision", "status": "status", "notes": "notes",
    },
}  # fmt: skip
DATES = ("started_on", "ended_on", "published_on")
OF_A_CLAIM = ("direction", "category", "number")


@dataclass
class Begun:
    """Values by field, rows by the prefix of their part; what the form has no place for, to be told beside it."""

    candidate: Candidate | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[dict]] = field(default_factory=dict)
    left: list[Fact] = field(default_factory=list)


def candidate_of(given: str | None) -> Candidate | None:
    """Return the candidate of this identity that waits; None where there is none that the reader sees."""
    try:
        pk = uuid.UUID(given or "")
    except ValueError:
        return None
    return Candidate.objects.waiting().select_related("conflict").filter(pk=pk).first()


def begun_from(query: QueryDict, kind: str) -> Begun:
    """Return what a new form of a kind begins with: ``?candidate=``, or ``?source=`` which the record rests on."""
    candidate = candidate_of(query.get("candidate"))
    if candidate is not None:
        return Filling(candidate).begun(kind)
    try:
        source = Source.objects.current().filter(pk=uuid.UUID(query.get("source") or "")).first()
    except ValueError:
        source = None
    return Begun(rows={"sources": [{"source": source.pk}]} if source else {})


class Filling:
    """Puts what a candidate says into the fields of a form, as far as it is known here."""

    def __init__(self, candidate: Candidate):
        self.candidate, self.data = candidate, candidate.data
        self.lookups = Lookups(candidate.conflict)
        named = [*items(self.data.get("source_ids", "")), *(c.get("source", "") for c in self.data.get(CLAIMS, ()))]
        self.sources = self.lookups.sources(one.strip() for one in named if one)
        self.placed: set[str] = set()

    def begun(self, kind: str) -> Begun:
        candidate = self.candidate
        marking = {"level": candidate.level, "compartments": candidate.compartments}
        if candidate.proposes != kind:
            # A page from which something else is recorded than a source.
            return Begun(candidate, marking, {"sources": self.found_rows()})
        fields = {"conflict": candidate.conflict_id} | self.why() | self.plain() | self.dates() | self.links()
        rows = {"participants": self.participants(), "claims": self.claims(), "roles": self.roles()}
        rows["sources"] = self.source_rows() + self.found_rows()
        left = [fact for fact in candidate.told.facts if fact.name not in self.placed and fact.name != "id"]
        return Begun(candidate, fields | marking, {name: found for name, found in rows.items() if found}, left)

    def plain(self) -> dict[str, Any]:
        names = PLAIN[CandidateKind(self.candidate.proposes)]
        self.placed |= names.keys()
        return {target: self.data[name] for name, target in names.items() if self.data.get(name)}

    def why(self) -> dict[str, str]:
        """Return why what looks like personal data in it must stay, where the candidate says so."""
        self.placed.add(guard.REASON)
        return {guard.REASON: self.data[guard.REASON]} if self.data.get(guard.REASON) else {}

    def dates(self) -> dict[str, dt.date]:
        found = {name: day for name in DATES if (day := parse_date(self.data.get(name, ""))) is not None}
        self.placed |= found.keys()
        return found

    def links(self) -> dict[str, Any]:
        """Return the records named, by the form's fields: of a meeting one channel, of an outcome several."""
        found: dict[str, Any] = {}
        channel = self.known("channel", self.lookups.channels) if self.data.get("channel") else None
        if channel:
            found |= {"channel": channel, "channels": [channel]}
        agreement = self.known("agreement", self.lookups.agreements) if self.data.get("agreement") else None
        if agreement:
            found["agreements"] = [agreement]
        if self.data.get("place"):
            place = Place.objects.current().filter(name=self.data["place"]).first()
            if place is not None:
                self.placed.add("place")
                found["place"] = place.pk
        return found

    def known(self, name: str, identities: dict[str, str]) -> str | None:
        found = identities.get(self.data[name])
        if found:
            self.placed.add(name)
        return found

    def participants(self) -> list[dict]:
        rows = []
        for one in items(self.data.get("participants", "")):
            person = self.lookups.people.get(one.strip())
            rows.append({"representative": person} if person else {"words": one.removeprefix(OTHER).strip()})
        self.placed.add("participants")
        return rows

    def roles(self) -> list[dict]:
        named = [one.strip() for one in items(self.data.get("intermediaries", ""))]
        if named and all(one in self.lookups.actors for one in named):
            self.placed.add("intermediaries")
        return [{"actor": self.lookups.actors[one]} for one in named if one in self.lookups.actors]

    def claims(self) -> list[dict]:
        rows = []
        for claim in self.data.get(CLAIMS, ()):
            meant = claim.get("quantifier", "")
            row = {name: claim[name] for name in OF_A_CLAIM if claim.get(name)}
            row |= {
                "claimant": self.lookups.actors.get(claim.get("claimant", "")),
                "claimant_words": claim.get("claimant"),
                "quantifier": str(codes.QUANTIFIER.get(meant, meant)),
                "source": self.sources.get(claim.get("source", "")),
            }
            rows.append({name: value for name, value in row.items() if value})
        return rows

    def source_rows(self) -> list[dict]:
        named = [one.strip() for one in items(self.data.get("source_ids", ""))]
        if all(one in self.sources for one in named):
            self.placed.add("source_ids")
        return [{"source": self.sources[one]} for one in named if one in self.sources]

    def found_rows(self) -> list[dict]:
        """Return a row for the page the candidate was found at: the source it is recorded as, or a new one."""
        is_source = self.candidate.proposes == CandidateKind.SOURCE
        address = self.candidate.found_at or (self.data.get("url", "") if is_source else "")
        if not address or (is_source and "url" in self.placed):
            return []
        if same := same_address(address):
            return [{"source": same[0].pk}]
        told = {name: self.data[name] for name in ("publisher", "title") if is_source and self.data.get(name)}
        return [{"url": address, "publisher": host_of(address)} | told]
