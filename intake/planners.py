"""The planners of sources and of meetings."""

import uuid
from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from intake.outcome_rows import OutcomePlanner
from intake.planning import CHANGED, LEFT, NEW, Plan, Planner, Recipe, Values
from intake.shapes import Shape
from negotiations.models import Meeting, Participant
from records.dates import DatePrecision, Occasion
from reports.public_record.cells import items
from reports.public_record.checking import LONGEST_WORDS, OTHER
from reports.public_record.talks import participant_key
from sources.models import Citation, Source, SourceKind


class SourcePlanner(Planner):
    """One source for each row. What the file has no column for stays as it is, or gets its default."""

    columns_of = {
        "publisher": "publisher", "title": "title", "url": "url", "published_on": "published_on",
        "language": "language", "kind": "source_kind", "title_from": "title_from", "notes": "notes",
    }  # fmt: skip

    def compare(self, plan: Plan) -> None:
        keys = [self.identity(values) for _line, values in plan.rows]
        known = self.known(Source, keys)
        names = [(name, column) for name, column in self.columns_of.items() if name in self.mapped]
        new: dict[str, int] = {}
        for (line, values), key in zip(plan.rows, keys, strict=True):
            if self.stands_twice(plan, line, "id", key):
                continue
            fields: dict[str, Any] = {column: values[name] for name, column in names}
            if "published_on" in fields:
                fields["published_on"] = fields["published_on"] or None
            if "source_kind" in fields:
                fields["source_kind"] = fields["source_kind"] or SourceKind.NEWS.value
            if key in known:
                self.stays(plan, line, known[key], fields)
                continue
            plan.mark(line, NEW)
            plan.made.append((line, Source, plan.insert(Source, external_id=key, **fields)))
            if values["url"]:
                new.setdefault(values["url"], line)
        if self.tells_alike:
            plan.look_alike({url: [line] for url, line in new.items()}, self.lookups.at_addresses(new))


class MeetingPlanner(Planner):
    """One meeting for each row, with its place, participants and citations."""

    def contradictions(self, values: Values):
        yield from super().contradictions(values)
        for given, other in (("latitude", "longitude"), ("longitude", "latitude")):
            if values[given] and not values[other]:
                yield other, _("half a coordinate"), _("Give both latitude and longitude, or neither.")
        if values["latitude"] and not values["place"]:
            yield "place", _("a coordinate without a place"), _("Name the place.")

    @staticmethod
    def told_place(values: Values) -> tuple[str, str, str, str]:
        return values["place"], values["country"], values["latitude"], values["longitude"]

    def compare(self, plan: Plan) -> None:
        keys = [self.identity(values) for _line, values in plan.rows]
        known = self.known(Meeting, keys)
        self.places = self.known_places(self.told_place(values) for _line, values in plan.rows)
        sources = self.lookups.sources(one for _line, values in plan.rows for one in items(values["source_ids"]))
        cited, present = self.parts_of([record.pk for record in known.values()])
        new: dict[Occasion, list[int]] = defaultdict(list)
        for (line, values), key in zip(plan.rows, keys, strict=True):
            if self.stands_twice(plan, line, "id", key):
                continue
            channel = self.lookups.channels.get(values["channel"])
            if channel is None:
                self.unknown(plan, line, "channel", values["channel"])
                continue
            quoted = self.list_of(plan, line, values, "source_ids", sources)
            people = self.participants(plan, line, values)
            if quoted is None or people is None:
                continue
            fields = self.fields(plan, values, channel)
            if key in known:
                meeting = str(known[key].pk)
                self.stays(plan, line, known[key], {n: v for n, v in fields.items() if self.is_mapped(n)})
            else:
                meeting = plan.insert(Meeting, external_id=key, **fields)
                plan.mark(line, NEW)
                plan.made.append((line, Meeting, meeting))
                new[Occasion((uuid.UUID(channel),), self.span(values))].append(line)
            if plan.fates.get(line) == LEFT:
                continue
            self.add_parts(plan, line, values, meeting, key, people, quoted, cited[meeting], present[meeting])
        if self.tells_alike:
            plan.look_alike(new, Meeting.objects.alike(new))

    def fields(self, plan: Plan, values: Values, channel: str) -> dict[str, Any]:
        return {
            "channel_id": channel,
            "started_on": values["started_on"],
            "ended_on": values["ended_on"] or None,
            "date_precision": values["date_precision"] or DatePrecision.DAY.value,
            "place_id": self.place(plan, self.places, self.told_place(values)),
            "format": values["format"] or "in_person",
            "status": values["status"] or "held",
            "summary": values["summary"],
        }

    def is_mapped(self, column: str) -> bool:
        if column == "place_id":
            return "place" in self.mapped or "country" in self.mapped
        return column.removesuffix("_id") in self.mapped

    def participants(self, plan: Plan, line: int, values: Values) -> list[tuple[str, str | None, str]] | None:
        """Return key, representative and words of each; None where one is not known, which is refused."""
        found = []
        for one in items(values["participants"]):
            words = one.removeprefix(OTHER).strip()
            if one.startswith(OTHER):
                if not 0 < len(words) <= LONGEST_WORDS:
                    told = _("Write 1 to %(longest)s characters after “other:”.") % {"longest": LONGEST_WORDS}
                    self.refuse(plan, line, "participants", one, _("it says nothing, or too much"), told)
                    return None
                found.append((participant_key(one), None, words))
            elif one.strip() in self.lookups.people:
                found.append((participant_key(one), self.lookups.people[one.strip()], ""))
            else:
                self.unknown(plan, line, "participants", one)
                return None
        return found

    @staticmethod
    def parts_of(meetings: list) -> tuple[dict[str, set], dict[str, set]]:
        """Return the sources cited and the participants of meetings that are there."""
        cited, present = defaultdict(set), defaultdict(set)
        if meetings:
            for record, source in Citation.objects.filter(record_id__in=meetings).values_list("record_id", "source_id"):
                cited[str(record)].add(str(source))
            people = Participant.objects.filter(meeting__in=meetings)
            for meeting, *told in people.values_list("meeting_id", "representative_id", "words", "actor__name"):
                present[str(meeting)] |= {str(one) for one in told if one}
        return cited, present

    def add_parts(self, plan, line, values, meeting, key, people, quoted, cited, present) -> None:
        """Plan the participants and citations that are not there yet."""
        for position, (name, person, words) in enumerate(people, 1):
            if (person or words) not in present:
                plan.insert(
                    Participant, meeting_id=meeting, representative_id=person, words=words, position=position,
                    external_id=f"{key}/participant/{name}"[:200],
                )  # fmt: skip
                plan.mark(line, CHANGED)
        for position, (name, pk) in enumerate(zip(items(values["source_ids"]), quoted, strict=True), 1):
            if pk not in cited:
                self.cite(plan, Meeting, meeting, key, name, pk, position)
                plan.mark(line, CHANGED)


PLANNERS: dict[str, type[Planner]] = {
    Shape.SOURCES: SourcePlanner,
    Shape.MEETINGS: MeetingPlanner,
    Shape.OUTCOMES: OutcomePlanner,
}


def planner_of(recipe: Recipe, *, tells_alike: bool = True) -> Planner:
    """Return the planner of the recipe's shape."""
    return PLANNERS[recipe.shape](recipe, tells_alike=tells_alike)
