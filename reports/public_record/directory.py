"""Finds the actor behind a name in the files."""

from dataclasses import dataclass

from access.levels import Level
from intermediaries.models import Actor, ActorKind, ActorName
from reports.public_record.actors import KNOWN
from reports.public_record.reading import Row
from sources.models import ClaimKind


@dataclass(frozen=True)
class Named:
    """Whom a name means: the actor's key, its own name, and what sort of statement its figures are."""

    key: str
    name: str
    claim_kind: str


def directory(intermediaries: list[Row]) -> dict[str, Named]:
    """Return every name that may stand in the files: of the explicit table, of the file, of the public actors here.

    The table wins over what is recorded here: a name in it means one actor, whatever else bears that name.
    """
    found = {name: named for named, names in recorded() for name in names}
    own = {row.id: row["name"] for row in intermediaries}
    kinds = {known.key: known.claim_kind for known in KNOWN}
    listed = [Named(key, name, kinds.get(key, ClaimKind.THIRD_PARTY)) for key, name in own.items()]
    found |= {named.name: named for named in reversed(listed)}
    for known in KNOWN:
        named = Named(known.key, own.get(known.key, known.name), known.claim_kind)
        found |= dict.fromkeys((known.name, *(name.text for name in known.names)), named)
    return found


def recorded() -> list[tuple[Named, list[str]]]:
    """Return the public actors that were recorded in Parley, with their names."""
    actors = Actor.objects.standing().filter(label__level=Level.PUBLIC, label__compartments=[])
    names: dict = {}
    for actor, name in ActorName.objects.standing().filter(actor__in=actors).values_list("actor_id", "name"):
        names.setdefault(actor, []).append(name)
    return [
        (Named(key_of(actor), actor.name, claim_kind(actor)), [actor.name, *names.get(actor.pk, [])])
        for actor in actors.order_by("recorded_at", "id")
    ]


def key_of(record) -> str:
    """Return what stands for a record in the files: its id there, else its reference."""
    return record.external_id or record.reference


def claim_kind(actor: Actor) -> str:
    return ClaimKind.MEDIA_REPORT if actor.kind_of_actor == ActorKind.MEDIA else ClaimKind.THIRD_PARTY
