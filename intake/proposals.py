"""What would become of a candidate: what is wrong with it, what it may duplicate. Inside ``acting_as`` who decides."""

import uuid

from exchanges.alike import alike_outcomes
from exchanges.models import Outcome
from intake.lookups import Lookups
from intake.models import Candidate, CandidateKind
from intake.models.candidates import Became
from intake.outcome_rows import count_of
from intake.planners import planner_of
from intake.planning import Plan, Planner, Problem, Recipe
from intake.shapes import FIELDS
from intake.told import CLAIMS, rows_of
from negotiations.models import Meeting
from records.dates import DatePrecision
from records.models import Record
from reports.public_record.cells import parse_date
from sources.models import Source

MOST_ALIKE = 10


def recipe_of(candidate: Candidate, names: set[str]) -> Recipe:
    """Return the recipe of rows with these fields, marked as the candidate is."""
    columns = [one.name for one in FIELDS[candidate.shape] if one.name in names]
    return Recipe(
        candidate.shape, columns, {name: place for place, name in enumerate(columns)}, candidate.conflict, "",
        candidate.level, tuple(candidate.compartments),
    )  # fmt: skip


def plan_rows(candidate: Candidate, rows: list[dict[str, str]]) -> tuple[Plan, Recipe]:
    """Return what would be written for rows of the candidate's shape, numbered from 1."""
    recipe = recipe_of(candidate, {name for row in rows for name in row})
    cells = [[row.get(name, "") for name in recipe.header] for row in rows]
    return planner_of(recipe).plan(enumerate(cells, 1)), recipe


def plan_new(candidate: Candidate) -> tuple[Plan, Recipe]:
    """Return what would be written to record the candidate anew, under an identifier that leads back to it."""
    needed = {one.name: "" for one in FIELDS[candidate.shape] if one.needed}
    own = candidate.data.get("id") or candidate.reference
    if candidate.records.filter(became=Became.MADE).exclude(undone_at=None).exists():
        own = f"{own}-{candidate.version}"  # what it became before was withdrawn, and keeps its identifier
    return plan_rows(candidate, [needed | row | {"id": own} for row in rows_of(candidate.data)])


def problems_of(candidate: Candidate) -> list[Problem]:
    """Return why the candidate cannot be recorded as it is; the line of a problem is the number of the claim."""
    plan, _recipe = plan_new(candidate)
    return plan.problems


def alike(candidate: Candidate) -> list[Record]:
    """Return the records the reader sees that the candidate may duplicate: of its identifier first, then those that its
    kind's own rule finds."""
    data, found = candidate.data, []
    if data.get("id"):
        named = Planner.known(candidate.would_be, [data["id"]]).values()
        found += [record for record in dict.fromkeys(named) if not record.is_withdrawn]
    if candidate.proposes == CandidateKind.SOURCE:
        found += Source(url=data.get("url") or candidate.found_at).alike()
    elif candidate.proposes == CandidateKind.MEETING:
        channel = Lookups(candidate.conflict).channels.get(data.get("channel", ""))
        found += Meeting(channel_id=channel and uuid.UUID(channel), **dated(data)).alike()
    else:
        found += outcomes_like(candidate)
    return list(dict.fromkeys(found))[:MOST_ALIKE]


def outcomes_like(candidate: Candidate) -> list[Outcome]:
    """Return the outcomes that the proposed one may be, by its kind, its day and what its claims count."""
    data, lookups = candidate.data, Lookups(candidate.conflict)
    outcome = Outcome(conflict_id=candidate.conflict_id, outcome_kind=data.get("kind", ""), **dated(data))
    if outcome.occasion is None:
        return []
    counts = [count for claim in data.get(CLAIMS, ()) if (count := count_of(claim, lookups)) is not None]
    return alike_outcomes({candidate.pk: (outcome.occasion, counts)})[candidate.pk]


def dated(data: dict) -> dict:
    """Return when it happened, as far as the data tell it soundly, by the fields of a dated record."""
    days = {name: parse_date(data.get(name, "")) for name in ("started_on", "ended_on")}
    return days | {"date_precision": data.get("date_precision") or DatePrecision.DAY}
