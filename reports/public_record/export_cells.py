"""Values of the models as the text of cells."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from negotiations.models import Place
from negotiations.vocabulary import PlacePrecision
from records.dates import DatePrecision
from records.models import Record
from reports.public_record.cells import degrees
from reports.public_record.directory import key_of
from sources.models import Citation

LENGTH_BY_PRECISION = {DatePrecision.YEAR.value: 4, DatePrecision.MONTH.value: 7}


def day(value: dt.date | None) -> str:
    return value.isoformat() if value else ""


def partial_day(record) -> str:
    """Return the beginning of a dated record, as much of it as is known: ``2022``, ``2022-03``, ``2022-03-24``."""
    return day(record.started_on)[: LENGTH_BY_PRECISION.get(record.date_precision, 10)]


def place_cells(place: Place | None) -> dict[str, str]:
    """Return place, country and coordinates; a place that is a whole country is given by its code alone."""
    if place is None:
        return {"place": "", "country_iso3": "", "latitude": "", "longitude": ""}
    is_country = place.precision == PlacePrecision.COUNTRY and place.country_code
    shown = not place.is_withheld
    return {
        "place": "" if is_country else place.name,
        "country_iso3": place.country_code,
        "latitude": degrees(place.latitude) if shown and place.latitude is not None else "",
        "longitude": degrees(place.longitude) if shown and place.longitude is not None else "",
    }


def joined(texts: Iterable[str]) -> str:
    """Return a list cell; each item once."""
    return ";".join(dict.fromkeys(texts))


def keys(links: QuerySet, parent: str, target: str) -> dict[object, list[str]]:
    """Return by parent the ids of the records its links point to, in their order."""
    found = defaultdict(list)
    for link in links.counted().select_related(target).order_by("position", "recorded_at", "id"):
        found[getattr(link, f"{parent}_id")].append(key_of(getattr(link, target)))
    return found


def sources_of(model: type[Record]) -> dict[object, list[str]]:
    """Return by record the ids of the sources it rests on, in their order."""
    kind = ContentType.objects.get_for_model(model)
    found = defaultdict(list)
    citations = Citation.objects.counted().filter(record_type=kind).select_related("source")
    for citation in citations.order_by("position", "recorded_at", "id"):
        found[citation.record_id].append(key_of(citation.source))
    return found
