"""What would be written for the rows of a file: checked cell by cell, compared with what its reader may see.

Whatever the importer may not see is treated as if it did not exist: a row with its identifier is a new row.
"""

import datetime as dt
import hashlib
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext as _

from intake.lookups import Lookups
from intake.shapes import FIELDS
from negotiations.models import Conflict, Place
from records import guard
from records.dates import DatePrecision, Span, span_of
from records.models import Record
from records.references import random_reference
from reports.public_record.cells import items
from reports.public_record.foundation import place_fields, place_key
from sources.models import Citation

NEW, CHANGED, SAME, LEFT = "new", "changed", "same", "left"
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
UNCHECKED = object()
MOST_REMEMBERED = 5000

Values = dict[str, str]


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be imported: its line, column and value, the reason and the remedy."""

    line: int
    column: str
    value: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Recipe:
    """How the rows of a file become records: shape, column of each field, what the file does not say, the marking."""

    shape: str
    header: list[str]
    mapping: dict[str, int]
    conflict: Conflict
    kind: str = ""
    level: int = 0
    compartments: tuple[int, ...] = ()


@dataclass
class Plan:
    """What would become of some rows: their problems or fates, what is to be written, what looks alike."""

    rows: list[tuple[int, Values]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fates: dict[int, str] = field(default_factory=dict)
    # Line and record of each row that makes a record of its own.
    made: list[tuple[int, type[Record], str]] = field(default_factory=list)
    inserts: dict[type[Record], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    changes: list[tuple[int, Record, dict[str, Any]]] = field(default_factory=list)
    # Line and the record, seen by the importer, that a new row looks like.
    alike: list[tuple[int, Record]] = field(default_factory=list)

    def insert(self, model: type[Record], **columns: Any) -> str:
        """Plan a new record; return its identity."""
        columns["id"] = str(uuid.uuid4())
        columns["reference"] = random_reference()
        self.inserts[model].append(columns)
        return columns["id"]

    def look_alike(self, lines: dict[Any, list[int]], found: dict[Any, list[Record]]) -> None:
        """Note what the new rows may be, by the same key: the lines and the records found."""
        for key, records in found.items():
            self.alike += [(line, record) for line in lines[key] for record in records]

    def mark(self, line: int, fate: str) -> None:
        """Say what becomes of a row: new and changed win over same."""
        if self.fates.get(line) not in (NEW, CHANGED) or fate == NEW:
            self.fates[line] = fate


class Planner:
    """Plans the rows of one file, some at a time. To be used inside ``acting_as`` the importer.

    With ``tells_alike`` it looks for records that the new rows may be, which is told before they are written.
    """

    def __init__(self, recipe: Recipe, *, tells_alike: bool = True):
        self.recipe, self.tells_alike = recipe, tells_alike
        self.lookups = Lookups(recipe.conflict)
        self.lines: dict[int, int] = {}  # by hash of the identifier, so that memory stays small
        known = {one.name: one for one in FIELDS[recipe.shape]}
        self.columns = [(known[name], place, {}, {}) for name, place in recipe.mapping.items() if name in known]
        self.empty = dict.fromkeys(known.keys() - {guard.REASON}, "")
        self.mapped = frozenset(recipe.mapping)
        self.types: dict[type[Record], int] = {}  # the numbers of the kinds that are cited

    def plan(self, batch: Iterable[tuple[int, list[str]]]) -> Plan:
        """Return what would become of these rows."""
        plan = Plan()
        for line, cells in batch:
            values = self.read(plan, line, cells)
            if values is not None:
                plan.rows.append((line, values))
        self.compare(plan)
        return plan

    def compare(self, plan: Plan) -> None:
        """Fill the plan from its rows, which are sound in themselves."""
        raise NotImplementedError

    def read(self, plan: Plan, line: int, cells: list[str]) -> Values | None:
        """Return the row's values by field; None, with its problems in the plan, where a cell is wrong."""
        values = self.empty.copy()
        sound = True
        reason = self.reason_of(cells)
        for one, place, checked, looked_through in self.columns:
            cell = cells[place].strip()
            problem = remembered(checked, cell, lambda cell, one=one: self.problem(one, cell))
            if not problem and (not reason or one.name == guard.REASON):
                problem = remembered(looked_through, cell, lambda cell, one=one: self.flagged(one, cell))
            if problem:
                sound = False
                self.refuse(plan, line, one.name, cell, *problem)
            values[one.name] = cell
        values.pop(guard.REASON, None)
        for name, reason, remedy in self.contradictions(values) if sound else ():
            sound = False
            self.refuse(plan, line, name, values[name], reason, remedy)
        return values if sound else None

    def reason_of(self, cells: list[str]) -> str:
        """Return why what looks like personal data in a row must stay, as the row says it."""
        place = self.recipe.mapping.get(guard.REASON)
        return "" if place is None else " ".join(cells[place].split())

    @staticmethod
    def problem(one, cell: str) -> tuple[str, str] | None:
        """Return what is wrong with one cell taken by itself."""
        if not cell and one.needed:
            return _("the cell is empty"), _("Give a value.")
        return one.cell.problem(cell, {})

    @staticmethod
    def flagged(one, cell: str) -> tuple[str, str] | None:
        """Return what in one cell looks like personal data, and how the file may say why it must stay."""
        found = one.cell.flagged(cell)
        if found is None or one.name == guard.REASON:
            return found
        remedy = _("Take it out; or, if it must stay, say why in a column %(name)s.")
        return found[0], remedy % {"name": guard.REASON}

    def contradictions(self, values: Values) -> Iterator[tuple[str, str, str]]:
        """Yield field, reason and remedy of what is wrong between the cells of a row."""
        first, last = values.get("started_on"), values.get("ended_on")
        if first and last and last < first:
            yield "ended_on", _("it ends before it begins"), _("Check both dates.")
        precision = values.get("date_precision")
        if first and ((precision == "month" and first[8:] != "01") or (precision == "year" and first[5:] != "01-01")):
            told = _("%(day)s is not the first day of its %(precision)s")
            remedy = _("Write the first day, or the precision “day”.")
            yield "started_on", told % {"day": first, "precision": precision}, remedy

    def refuse(self, plan: Plan, line: int, name: str, value: str, reason: str, remedy: str) -> None:
        """Put a problem into the plan, under the name of the column in the file."""
        place = self.recipe.mapping.get(name)
        header = self.recipe.header[place] if place is not None else ""
        plan.problems.append(Problem(line, header, value[:200], reason, remedy))

    def unknown(self, plan: Plan, line: int, name: str, value: str) -> None:
        """Refuse what is not known here; what the importer may not see is not known."""
        remedy = _("Correct it, or record it in Parley first.")
        self.refuse(plan, line, name, value, _("%(value)s is not known here") % {"value": repr(value)}, remedy)

    def identity(self, values: Values, fields: Iterable[str] = ()) -> str:
        """Return the row's identifier; of a row without one a digest of what it says, so that it is found again."""
        if values["id"]:
            return values["id"]
        told = "\n".join([self.recipe.shape, *(f"{n}={values[n]}" for n in sorted(fields or values) if values[n])])
        return f"row-{hashlib.sha256(told.encode()).hexdigest()[:20]}"

    def stands_twice(self, plan: Plan, line: int, name: str, key: str) -> bool:
        """Whether the identifier stood in an earlier row, which is then refused."""
        first = self.lines.setdefault(hash((name, key)), line)
        if first == line:
            return False
        reason = _("the same row, or its identifier, stands already in line %(line)s") % {"line": first}
        self.refuse(plan, line, name, key, reason, _("Remove one of them, or give it an identifier of its own."))
        return True

    @staticmethod
    def span(values: Values) -> Span:
        """Return the days that a sound row's date may mean."""
        first, last = values["started_on"], values["ended_on"]
        end = dt.date.fromisoformat(last) if last else None
        return span_of(dt.date.fromisoformat(first), end, values["date_precision"] or DatePrecision.DAY)

    @staticmethod
    def known(model: type[Record], keys: list[str], **conditions) -> dict[str, Record]:
        """Return the records the importer sees with these identifiers or references, the earliest of each."""
        references = [key for key in keys if REFERENCE.fullmatch(key)]
        wanted = Q(external_id__in=keys) | Q(reference__in=references) if references else Q(external_id__in=keys)
        found: dict[str, Record] = {}
        for record in model.objects.filter(wanted, **conditions).order_by("recorded_at", "id"):
            found.setdefault(record.external_id, record)
            found.setdefault(record.reference, record)
        return found

    def stays(self, plan: Plan, line: int, record: Record, fields: dict[str, Any]) -> None:
        """A row whose record is there: say whether the row changes it."""
        if record.is_withdrawn:
            plan.fates[line] = LEFT
            return
        changes = {name: value for name, value in fields.items() if as_told(getattr(record, name)) != as_told(value)}
        plan.mark(line, CHANGED if changes else SAME)
        if changes:
            plan.changes.append((line, record, changes))

    def place(self, plan: Plan, known: dict[str, Any], told: tuple[str, str, str, str]) -> str | None:
        """Return the place of these words: one that is there, or a new one."""
        if not any(told):
            return None
        key = place_key(*told)
        if key not in known:
            fields = {name: None if value is None else str(value) for name, value in place_fields(*told).items()}
            known[key] = plan.insert(Place, external_id=key, **fields)
        return known[key]

    def known_places(self, told: Iterable[tuple[str, str, str, str]]) -> dict[str, Any]:
        """Return the places the importer sees that have the same words."""
        keys = {place_key(*one) for one in told if any(one)}
        found = Place.objects.current().filter(external_id__in=keys).order_by("-recorded_at")
        return {key: str(pk) for key, pk in found.values_list("external_id", "pk")}

    def cite(
        self, plan: Plan, model: type[Record], record: str, row_id: str, source: str, pk: str, position: int
    ) -> None:
        """Plan the citation of a source on a record."""
        if model not in self.types:
            self.types[model] = ContentType.objects.get_for_model(model).pk
        plan.insert(
            Citation, source_id=pk, record_type_id=self.types[model], record_id=record, position=position,
            external_id=f"{row_id}/source/{source}"[:200] if source else row_id,
        )  # fmt: skip

    def list_of(self, plan: Plan, line: int, values: Values, name: str, known: dict[str, str]) -> list[str] | None:
        """Return the identities of a list's items; None where one is not known, which is refused."""
        given = items(values[name])
        wrong = next((one for one in given if one.strip() not in known), None)
        if wrong is not None:
            self.unknown(plan, line, name, wrong)
            return None
        return [known[one.strip()] for one in given]


def remembered(known: dict[str, Any], cell: str, find: Callable[[str], Any]) -> Any:
    """Return what is found in a cell; of the first some thousand different ones it is found once."""
    found = known.get(cell, UNCHECKED)
    if found is UNCHECKED:
        found = find(cell)
        if len(known) < MOST_REMEMBERED:
            known[cell] = found
    return found


def as_told(value: Any) -> str:
    """Return a value as it is compared: records, numbers and days by their text."""
    return "" if value is None else str(value)
