"""What a candidate says: which data can be kept, the rows a planner reads them as, the words people read.

The fields are those of the shapes, so that a script proposes what a file would say; an outcome has ``claims`` besides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchanges.vocabulary import Category, OutcomeKind, OutcomeStatus
from intake.shapes import FIELDS, OF_CLAIM, Shape
from negotiations.vocabulary import MeetingFormat, MeetingStatus
from records import guard
from reports.public_record import codes
from reports.public_record.cells import Cell
from sources.models import Quantifier, SourceKind

CLAIMS = "claims"
MOST_CLAIMS = 50
LONGEST = 20_000
WORDS = {
    (Shape.SOURCES, "kind"): SourceKind,
    (Shape.MEETINGS, "format"): MeetingFormat,
    (Shape.MEETINGS, "status"): MeetingStatus,
    (Shape.OUTCOMES, "kind"): OutcomeKind,
    (Shape.OUTCOMES, "status"): OutcomeStatus,
    (Shape.OUTCOMES, "category"): Category,
    (Shape.OUTCOMES, "quantifier"): Quantifier,
}

Data = dict[str, Any]


@dataclass(frozen=True)
class Fact:
    """One field with what stands in it, as it came and in words."""

    name: str
    label: str
    value: str
    words: str


@dataclass(frozen=True)
class Told:
    """What a candidate says, for people."""

    title: str
    facts: list[Fact]
    claims: list[list[Fact]] = field(default_factory=list)


def names_of(shape: str) -> tuple[str, ...]:
    """Return the fields that may stand in the data itself; those of a claim stand in ``claims``."""
    return tuple(one.name for one in FIELDS[shape] if one.name not in OF_CLAIM)


def check_data(shape: str, data: Any) -> None:
    """Raise ValidationError on ``data`` for what is not text of the shape's fields; whether it is right shows later."""
    if not isinstance(data, dict) or not data:
        raise ValidationError({"data": _("Give the fields of the record as an object, each with a text.")})
    errors = []
    claims = data.get(CLAIMS, []) if shape == Shape.OUTCOMES else []
    errors += problems_of({n: v for n, v in data.items() if n != CLAIMS or shape != Shape.OUTCOMES}, names_of(shape))
    if not isinstance(claims, list) or len(claims) > MOST_CLAIMS:
        told = _("“claims” is a list of at most %(most)s objects.")
        raise ValidationError({"data": [*errors, told % {"most": MOST_CLAIMS}]})
    for number, claim in enumerate(claims, 1):
        if not isinstance(claim, dict) or not claim:
            errors.append(_("Claim %(number)s: give its fields as an object.") % {"number": number})
            continue
        told = _("Claim %(number)s: %(problem)s")
        errors += [told % {"number": number, "problem": one} for one in problems_of(claim, OF_CLAIM)]
    if errors:
        raise ValidationError({"data": errors[:20]})


def problems_of(fields: Data, known: Iterable[str]) -> list[str]:
    """Return what is wrong with some fields: names there are none of, values that are no text."""
    errors = []
    for name, value in fields.items():
        if name not in known:
            told = _("There is no field “%(name)s”. Choose among: %(known)s.")
            errors.append(told % {"name": name[:100], "known": ", ".join(known)})
        elif not isinstance(value, str):
            errors.append(_("%(name)s: give a text.") % {"name": name})
        elif len(value) > LONGEST or "\x00" in value:
            told = _("%(name)s: give at most %(most)s characters, and no NUL.")
            errors.append(told % {"name": name, "most": f"{LONGEST:,}"})
    return errors


def as_text(data: Any) -> Any:
    """Return data with numbers as text and without what is empty, as programs send them; anything else as it is."""
    if isinstance(data, dict):
        return {name: as_text(value) for name, value in data.items() if value not in (None, "")}
    if isinstance(data, list):
        return [as_text(one) for one in data]
    return str(data) if isinstance(data, int) and not isinstance(data, bool) else data


def of_row(shape: str, values: dict[str, str]) -> Data:
    """Return the data of one row of a file."""
    told = {name: values[name] for name in names_of(shape) if values.get(name)}
    claim = {name: values[name] for name in OF_CLAIM if values.get(name)} if shape == Shape.OUTCOMES else {}
    return told | ({CLAIMS: [claim]} if claim else {})


def texts_of(shape: str, data: Data) -> tuple[str, list[str]]:
    """Return why what looks like personal data must stay, as the data say it, and all their free text besides."""
    data = data if isinstance(data, dict) else {}
    claims = [one for one in data.get(CLAIMS, ()) if isinstance(one, dict)] if shape == Shape.OUTCOMES else []
    free = [one.name for one in FIELDS[shape] if type(one.cell) is Cell and one.name != guard.REASON]
    texts = [said[name] for said in (data, *claims) for name in free if isinstance(said.get(name), str)]
    own = data.get(guard.REASON, "")
    return own if isinstance(own, str) else "", texts


def rows_of(data: Data) -> list[dict[str, str]]:
    """Return the rows a file would have: the record with its first claim, then a row for each further claim.

    The record's identifier stands in the first alone.
    """
    own = {name: value for name, value in data.items() if name != CLAIMS}
    first, *others = data.get(CLAIMS) or [{}]
    return [own | first, *others]


def told_of(shape: str, data: Data, directions: dict[str, str] | None = None) -> Told:
    """Return what the data say, for people; ``directions`` are those of the conflict, in words."""
    data = data if isinstance(data, dict) else {}
    words = directions or {}
    claims = [facts_of(shape, claim, OF_CLAIM, words) for claim in data.get(CLAIMS, []) if isinstance(claim, dict)]
    return Told(title_of(shape, data), facts_of(shape, data, names_of(shape), words), claims)


def facts_of(shape: str, data: Data, names: Iterable[str], directions: dict[str, str]) -> list[Fact]:
    labels = {one.name: str(one.label) for one in FIELDS[shape]}
    return [
        Fact(name, labels[name], str(data[name]), words_of(shape, name, str(data[name]), directions))
        for name in names
        if data.get(name)
    ]


def words_of(shape: str, name: str, value: str, directions: dict[str, str] | None = None) -> str:
    """Return a value in words, where it is a code."""
    if name == "direction":
        return (directions or {}).get(value, value)
    if name == "quantifier":
        value = str(codes.QUANTIFIER.get(value, value))
    choices = WORDS.get((Shape(shape), name))
    return str(choices(value).label) if choices is not None and value in choices.values else value


def title_of(shape: str, data: Data) -> str:
    """Return a name for what the data propose."""
    if shape == Shape.SOURCES:
        named = data.get("title") or data.get("publisher") or data.get("url")
        return named[:200] if named else _("A source")
    when = data.get("started_on", "")
    if shape == Shape.MEETINGS:
        what = data.get("channel") or _("A meeting")
    else:
        kind = data.get("kind") and words_of(shape, "kind", data["kind"])
        what = data.get("title") or kind or data.get("id") or _("An outcome")
    return f"{what}, {when}"[:200] if when else what[:200]
