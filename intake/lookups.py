"""Finds the records that a file names: channels, agreements, actors, people and sources the importer may see."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from intermediaries.models import Actor, ActorKind, ActorName, Representative
from negotiations.models import Agreement, Channel, Conflict
from reports.public_record.actors import KNOWN
from sources.addresses import normalised
from sources.models import ClaimKind, Source

MOST_KEPT = 20_000


class Lookups:
    """Identities by identifier, reference and, where things are known by it, name. Inside ``acting_as`` the importer.

    Of two with one name the one recorded first is meant.
    """

    def __init__(self, conflict: Conflict):
        self.conflict = conflict
        self._sources: dict[str, str] = {}

    @staticmethod
    def named(queryset, *columns: str) -> dict[str, str]:
        """Return identities by each of the columns, those further left win."""
        found: dict[str, str] = {}
        rows = list(queryset.order_by("recorded_at", "id").values_list("pk", *columns))
        for place in range(1, len(columns) + 1):
            for row in rows:
                if row[place]:
                    found.setdefault(row[place], str(row[0]))
        return found

    @cached_property
    def channels(self) -> dict[str, str]:
        of_conflict = Channel.objects.current().filter(conflict=self.conflict)
        return self.named(of_conflict, "external_id", "reference", "name")

    @cached_property
    def agreements(self) -> dict[str, str]:
        of_conflict = Agreement.objects.current().filter(channel__conflict=self.conflict)
        return self.named(of_conflict, "external_id", "reference")

    @cached_property
    def people(self) -> dict[str, str]:
        return self.named(Representative.objects.current(), "external_id", "reference", "name")

    @cached_property
    def actors(self) -> dict[str, str]:
        """Actors by identifier, reference and any of their names; those of the public record mean the same here."""
        found = self.named(Actor.objects.current(), "external_id", "reference", "name")
        known = {
            name: found[one.key]
            for one in KNOWN
            if one.key in found
            for name in (one.name, *(name.text for name in one.names))
        }
        others = ActorName.objects.current().filter(actor__withdrawn_at=None).order_by("recorded_at", "id")
        for name, actor in others.values_list("name", "actor_id"):
            found.setdefault(name, str(actor))
        return found | known

    @cached_property
    def claim_kinds(self) -> dict[str, str]:
        """Return what sort of statement a figure by each actor is, by identity."""
        media = Actor.objects.filter(kind_of_actor=ActorKind.MEDIA).values_list("pk", flat=True)
        kinds = {str(pk): ClaimKind.MEDIA_REPORT.value for pk in media}
        for one in KNOWN:
            if one.key in self.actors:
                kinds[self.actors[one.key]] = str(one.claim_kind)
        parties = self.conflict.parties.current().values_list("actor_id", flat=True)
        return kinds | {str(pk): ClaimKind.OFFICIAL.value for pk in parties}

    def claim_kind(self, actor: str) -> str:
        return self.claim_kinds.get(actor, ClaimKind.THIRD_PARTY.value)

    @cached_property
    def directions(self) -> frozenset[str]:
        return frozenset(self.conflict.directions())

    @cached_property
    def addresses(self) -> dict[str, list]:
        """Return the identities of the sources the importer sees by their address, as it is compared."""
        found = defaultdict(list)
        for pk, url in Source.objects.current().exclude(url="").order_by().values_list("pk", "url"):
            found[normalised(url)].append(pk)
        return found

    def at_addresses(self, urls: Iterable[str]) -> dict[str, list[Source]]:
        """Return, by address, the sources that are recorded with it (``sources.addresses``)."""
        same = {url: self.addresses.get(normalised(url), ()) for url in urls}
        there = Source.objects.in_bulk([pk for found in same.values() for pk in found])
        return {url: [there[pk] for pk in found if pk in there] for url, found in same.items()}

    def sources(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the sources of these identifiers or references; what was asked before is remembered, up to a limit."""
        if len(self._sources) > MOST_KEPT:
            self._sources.clear()
        wanted = [key for key in set(keys) if key not in self._sources]
        if wanted:
            current = Source.objects.current()
            found = self.named(current.filter(external_id__in=wanted), "external_id")
            found = self.named(current.filter(reference__in=wanted), "reference") | found
            self._sources |= found
        return self._sources
