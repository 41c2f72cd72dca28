"""What would become of a candidate: what is wrong with it, what it may duplicate. Inside ``acting_as`` who decides."""

from intake.alike import meetings_on, outcomes_on
from intake.lookups import Lookups
from intake.models import Candidate, CandidateKind
from intake.models.candidates import Became
from intake.planners import planner_of
from intake.planning import Plan, Planner, Problem, Recipe
from intake.shapes import FIELDS
from intake.told import rows_of
from records.models import Record
from sources.addresses import same_address

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
    """Return the records the reader sees that the candidate may duplicate: of its identifier first."""
    data, found = candidate.data, []
    if data.get("id"):
        named = Planner.known(candidate.would_be, [data["id"]]).values()
        found += [record for record in dict.fromkeys(named) if not record.is_withdrawn]
    day = data.get("started_on", "")
    if candidate.proposes == CandidateKind.SOURCE:
        found += same_address(data.get("url") or candidate.found_at)
    elif candidate.proposes == CandidateKind.MEETING:
        channel = Lookups(candidate.conflict).channels.get(data.get("channel", ""))
        found += [meeting for _pair, meeting in meetings_on({(channel, day)})] if channel and is_day(day) else []
    elif data.get("kind"):
        found += [outcome for _pair, outcome in outcomes_on({(data["kind"], day)})] if is_day(day) else []
    return list(dict.fromkeys(found))[:MOST_ALIKE]


def is_day(given: str) -> bool:
    """Whether a text is a whole date."""
    cell = next(one.cell for one in FIELDS["meetings"] if one.name == "started_on")
    return bool(given) and cell.problem(given, {}) is None
