"""What the rows stand on: actors and their names, the conflict and its parties, mandates, sources, places."""

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from intermediaries.models import Actor, ActorName, Mandate, MandateRole
from negotiations.models import Conflict, ConflictMandate, Party, Place
from negotiations.vocabulary import PlacePrecision
from records.dates import DatePrecision
from reports.public_record import codes, conflict
from reports.public_record.actors import COUNTRY_NAMES, KNOWN, MANDATE_ROLES, names_of
from reports.public_record.cells import parse_date
from reports.public_record.desk import Desk, Wanted
from reports.public_record.directory import Named
from reports.public_record.reading import Row, Tables
from sources.models import Source


@dataclass
class Ground:
    """The rows, the desk, and every record written so far, by file and id."""

    tables: Tables
    desk: Desk
    names: dict[str, Named]
    actors: dict[str, Actor] = field(default_factory=dict)
    conflict: Any = None
    sources: dict[str, Source] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    channels: dict[str, Any] = field(default_factory=dict)
    meetings: dict[str, Any] = field(default_factory=dict)
    agreements: dict[str, Any] = field(default_factory=dict)
    outcomes: dict[str, Any] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """Return the actor whom a name in the files means."""
        return self.actors[self.names[name].key]

    def place(self, name: str, country: str = "", latitude: str = "", longitude: str = "") -> Place | None:
        """Return the place with these words and coordinates; None where the row names none."""
        return self.places[place_key(name, country, latitude, longitude)] if name or country else None


def lay(ground: Ground) -> None:
    """Write everything the other rows stand on."""
    write_actors(ground)
    write_conflict(ground)
    write_mandates(ground)
    write_sources(ground)
    write_places(ground)


def write_actors(ground: Ground) -> None:
    """Actors of intermediaries.csv are kept as the file says; the others are only made where they are missing."""
    rows = ground.tables["intermediaries"]
    listed = [
        Wanted(
            row.id,
            {
                "name": row["name"],
                "kind_of_actor": codes.ACTOR_KIND[row["kind"]],
                "iso_code": row["iso3"],
                "notes": row["notes"],
            },
            row,
            {"kind_of_actor": "kind", "iso_code": "iso3"},
        )
        for row in rows
    ]
    in_file = {row.id for row in rows}
    others = [
        Wanted(known.key, {"name": known.name, "kind_of_actor": known.kind, "iso_code": known.iso})
        for known in KNOWN
        if known.key not in in_file
    ]
    ground.actors = ground.desk.keep(Actor, listed) | ground.desk.keep(Actor, others, update=False)
    ground.actors |= recorded_here({named.key for named in ground.names.values()} - set(ground.actors))
    names = [
        Wanted(
            name_key,
            {
                "actor": ground.actors[known.key],
                "name": name.text,
                "name_kind": name.kind,
                "language": name.language,
                "script": name.script,
            },
        )
        for known in KNOWN
        for name_key, name in names_of(known).items()
    ]
    ground.desk.keep(ActorName, names, update=False)


def recorded_here(keys: set[str]) -> dict[str, Actor]:
    """Return actors that were recorded in Parley and are only named in the files."""
    actors = {actor.external_id: actor for actor in Actor.objects.filter(external_id__in=keys)}
    return actors | {actor.reference: actor for actor in Actor.objects.filter(reference__in=keys)}


def write_conflict(ground: Ground) -> None:
    """The conflict and its two parties, made once and then left to those who work here."""
    wanted = {
        "name": conflict.CONFLICT_NAME,
        "started_on": conflict.STARTED_ON,
        "date_precision": DatePrecision.DAY,
    }
    kept = ground.desk.keep(Conflict, [Wanted(conflict.CONFLICT, wanted)], update=False)
    ground.conflict = kept[conflict.CONFLICT]
    parties = [
        Wanted(
            f"{conflict.CONFLICT}/{side.direction}",
            {
                "conflict": ground.conflict,
                "actor": ground.actors[side.actor],
                "position": side.position,
                "colour": side.colour,
                "direction": side.direction,
                "direction_label": side.label,
            },
        )
        for side in conflict.SIDES
    ]
    ground.desk.keep(Party, parties, update=False)
    prefetch_related_objects([ground.conflict], "parties")


def write_mandates(ground: Ground) -> None:
    """Every actor of intermediaries.csv has a mandate in the conflict."""
    rows = ground.tables["intermediaries"]
    mandates = ground.desk.keep(
        Mandate,
        [
            Wanted(
                f"mandate-{row.id}",
                {
                    "actor": ground.actors[row.id],
                    "role": MANDATE_ROLES.get(row.id, MandateRole.UNSPECIFIED),
                    "date_precision": DatePrecision.UNKNOWN,
                },
            )
            for row in rows
        ],
        update=False,
    )
    links = [
        Wanted(f"{mandate_key}/conflict", {"conflict": ground.conflict, "mandate": mandate})
        for mandate_key, mandate in mandates.items()
    ]
    ground.desk.keep(ConflictMandate, links, update=False)
    known = Mandate.objects.current().filter(external_id__startswith="mandate-").values_list("external_id", flat=True)
    ground.desk.missing("intermediaries", (one.removeprefix("mandate-") for one in known), rows)


def write_sources(ground: Ground) -> None:
    rows = ground.tables["sources"]
    ground.sources = ground.desk.keep(
        Source,
        [
            Wanted(
                row.id,
                {
                    "publisher": row["publisher"],
                    "title": row["title"],
                    "title_from": row["title_from"],
                    "url": row["url"],
                    "published_on": parse_date(row["published_on"]),
                    "language": row["language"],
                    "source_kind": row["kind"],
                },
                row,
                {"source_kind": "kind"},
            )
            for row in rows
        ],
    )
    ground.desk.missing("sources", imported(Source), rows)


def write_places(ground: Ground) -> None:
    """One place for each distinct name, country and coordinate in the files."""
    wanted: dict[str, Wanted] = {}
    for row in ground.tables["meetings"]:
        told = (row["place"], row["country_iso3"], row["latitude"], row["longitude"])
        if any(told):
            wanted.setdefault(place_key(*told), Wanted(place_key(*told), place_fields(*told), row, PLACE_COLUMNS))
    for file in codes.EVENT_FILES:
        for row in ground.tables[file]:
            told = (row["place"], "", "", "")
            if row["place"]:
                wanted.setdefault(place_key(*told), Wanted(place_key(*told), place_fields(*told), row, PLACE_COLUMNS))
    ground.places = ground.desk.keep(Place, list(wanted.values()), fate="")


PLACE_COLUMNS = {"name": "place", "country_code": "country_iso3"}


def place_key(name: str, country: str, latitude: str, longitude: str) -> str:
    """Return the key of a place, which has no id in the files: a digest of what they say of it."""
    told = "\n".join((name, country, latitude, longitude))
    return f"place-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def place_fields(name: str, country: str, latitude: str, longitude: str) -> dict[str, Any]:
    """Return the fields of a place. A row that names only a country gets the country as its place."""
    return {
        "name": name or COUNTRY_NAMES.get(country, country),
        "country_code": country,
        "latitude": Decimal(latitude) if latitude else None,
        "longitude": Decimal(longitude) if longitude else None,
        "precision": place_precision(name, latitude),
    }


def place_precision(name: str, latitude: str) -> str:
    """Return how exactly a place is known. Coordinates in the files are approximate values of the place named."""
    words = name.lower()
    if not words:
        return PlacePrecision.COUNTRY
    if " line" in words or "border" in words or " and " in words or " to " in words or words.startswith("via "):
        return PlacePrecision.LINE
    if "region" in words:
        return PlacePrecision.REGION
    return PlacePrecision.NEAR if latitude else PlacePrecision.UNKNOWN


def imported(model, **conditions) -> Any:
    """Return the ids of the current imported records of a model."""
    return model.objects.current().filter(**conditions).exclude(external_id="").values_list("external_id", flat=True)


def citations_wanted(ground: Ground, row: Row, record_type, record, source_ids: list[str]) -> list[Wanted]:
    """Return the citations of a record, in the order of its row."""
    return [
        Wanted(
            f"{row.id}/source/{source}",
            {
                "source": ground.sources[source],
                "record_type": record_type,
                "record_id": record.pk,
                "position": position,
            },
            row,
        )
        for position, source in enumerate(source_ids, 1)
    ]
