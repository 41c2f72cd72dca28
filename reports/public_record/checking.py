"""Checks every row before anything is written, and collects all refusals, not only the first."""

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from records.dates import DatePrecision
from reports.public_record import commitments
from reports.public_record.cells import items, parse_date
from reports.public_record.directory import Named
from reports.public_record.files import FILES
from reports.public_record.reading import Row, Tables
from reports.public_record.reporting import Refusal

SPANS = {
    "meetings": ("started_on", "ended_on"),
    "prisoner_exchanges": ("date", "ended_on"),
    "remains_returns": ("date", "ended_on"),
    "child_repatriations": ("date", "ended_on"),
    "safe_passages": ("started_on", "ended_on"),
    "running_totals": ("since", "as_of"),
}
OTHER = "other:"
LONGEST_WORDS = 200


class Anything:
    """Stands for the ids of files that could not be read whole: any id may be among them."""

    def __contains__(self, item: str) -> bool:
        return True


def check(tables: Tables, actors: dict[str, Named], complete: bool = True) -> list[Refusal]:
    """Return the refusals of all rows. Unless the tables are ``complete``, no id is missed in them."""
    ids = {file: {row.id for row in rows} if complete else Anything() for file, rows in tables.items()}
    ids["actors"] = actors
    refusals = [*check_ids(tables), *check_names(tables["intermediaries"], actors)]
    for file, rows in tables.items():
        for row in rows:
            refusals += check_cells(row, ids)
            refusals += check_row(row, ids)
        if file.endswith("_claims"):
            refusals += check_repeated_claims(rows)
    return refusals


def in_order(refusals: list[Refusal]) -> list[Refusal]:
    """Return the refusals by file, in the order of the import, and by line."""
    order = {f"{file}.csv": number for number, file in enumerate(FILES)}
    return sorted(refusals, key=lambda refusal: (order[refusal.file], refusal.line or 0))


def check_ids(tables: Tables) -> Iterator[Refusal]:
    """Refuse an id that stands twice, in one file or in two."""
    first: dict[str, Row] = {}
    for rows in tables.values():
        for row in rows:
            known = first.setdefault(row.id, row)
            if known is not row:
                reason = _("the id %(id)s stands already in %(file)s.csv, line %(line)s") % {
                    "id": repr(row.id),
                    "file": known.file,
                    "line": known.line,
                }
                yield row.refuse(next(iter(row.cells)), reason, _("Give this row an id of its own."))


def check_names(rows: list[Row], actors: dict[str, Named]) -> Iterator[Refusal]:
    """Refuse an intermediary that bears the name of another actor."""
    for row in rows:
        bearer = actors.get(row["name"])
        if bearer is not None and bearer.key != row.id:
            reason = _("%(name)s is already the name of %(actor)s") % {"name": repr(row["name"]), "actor": bearer.key}
            yield row.refuse("name", reason, _("Give each actor a name of its own."))


def check_cells(row: Row, ids: dict) -> Iterator[Refusal]:
    """Refuse what is wrong with a cell taken by itself."""
    for column, kind in FILES[row.file].items():
        problem = kind.problem(row[column], ids)
        problem = problem or kind.flagged(row[column])
        if problem:
            yield row.refuse(column, *problem)


def check_row(row: Row, ids: dict) -> Iterator[Refusal]:
    """Refuse what is wrong between the cells of a row."""
    if row.file in SPANS:
        first, last = SPANS[row.file]
        begins, ends = parse_date(row[first]), parse_date(row[last])
        if begins and ends and ends < begins:
            yield row.refuse(last, _("it ends before it begins"), _("Check both dates."))
    if "date_precision" in row.cells:
        yield from check_precision(row)
    if row.file == "meetings":
        yield from check_place(row)
        yield from check_participants(row, ids["people"])
    if row.file == "agreements":
        for reason, remedy in commitments.problems(row["commitments"]):
            yield row.refuse("commitments", reason, remedy)


def check_precision(row: Row) -> Iterator[Refusal]:
    """Refuse a day where only the month or the year is known."""
    column = "date" if "date" in row.cells else "started_on"
    day = parse_date(row[column])
    precision = row["date_precision"]
    if day is None:
        return
    if (precision == DatePrecision.MONTH and day.day != 1) or (
        precision == DatePrecision.YEAR and (day.month, day.day) != (1, 1)
    ):
        yield row.refuse(
            column,
            _("%(cell)s is not the first day of its %(precision)s") % {"cell": row[column], "precision": precision},
            _("Write the first day, or the precision “day”."),
        )


def check_place(row: Row) -> Iterator[Refusal]:
    """Refuse half a coordinate, and a coordinate of nowhere."""
    for given, other in (("latitude", "longitude"), ("longitude", "latitude")):
        if row[given] and not row[other]:
            yield row.refuse(other, _("half a coordinate"), _("Give both latitude and longitude, or neither."))
    if row["latitude"] and not row["place"]:
        yield row.refuse("place", _("a coordinate without a place"), _("Name the place."))


def check_participants(row: Row, people: set[str]) -> Iterator[Refusal]:
    """Refuse participants who are neither persons of the files nor described in words."""
    given = items(row["participants"])
    for participant in given:
        words = participant.removeprefix(OTHER)
        if participant.startswith(OTHER):
            if not words.strip() or len(words) > LONGEST_WORDS:
                yield row.refuse(
                    "participants",
                    _("%(cell)s says nothing, or too much") % {"cell": repr(participant)},
                    _("Write 1 to %(longest)s characters after “other:”.") % {"longest": LONGEST_WORDS},
                )
        elif participant not in people:
            yield row.refuse(
                "participants",
                _("%(id)s is not in %(file)s.csv") % {"id": repr(participant), "file": "people"},
                _("Add the person there, or write “other:” and the words used."),
            )
    for participant, count in Counter(given).items():
        if count > 1:
            yield row.refuse("participants", _("%(item)s stands twice") % {"item": repr(participant)})


def check_repeated_claims(rows: list[Row]) -> Iterator[Refusal]:
    """Refuse one figure given twice from one source."""
    first: dict[tuple, Row] = {}
    for row in rows:
        said = tuple(list(row.cells.values())[1:])
        known = first.setdefault(said, row)
        if known is not row:
            yield row.refuse(
                "claim_id",
                _("the same figure from the same source as %(id)s") % {"id": known.id},
                _("Remove one of the two rows."),
            )
