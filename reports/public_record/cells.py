"""The kinds of cells and what is wrong with one: each kind returns a reason and a remedy, or None."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from records import guard

Problem = tuple[str, str]

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-]*")
WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
LONGEST_ID = 80
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
WHOLE_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PARTIAL_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
FIRST_DAY = dt.date(2022, 1, 1)
web_address = URLValidator(schemes=["http", "https"])


def parse_date(cell: str) -> dt.date | None:
    """Return the first day of ``2022``, ``2022-03`` or ``2022-03-24``; None for an empty or impossible one."""
    try:
        return dt.date.fromisoformat(cell + "-01" * (2 - cell.count("-"))) if PARTIAL_DATE.fullmatch(cell) else None
    except ValueError:
        return None


def degrees(value: Decimal) -> str:
    """Return a coordinate with its own decimals and at least one: ``52.0``, ``-77.0369``."""
    text = f"{(value + 0).normalize():f}"
    return text if "." in text else f"{text}.0"


def items(cell: str) -> list[str]:
    """Return the items of a list cell ``a;b``."""
    return cell.split(";") if cell else []


@dataclass(frozen=True)
class Cell:
    """Any text; the base of the other kinds."""

    required: bool = False
    longest: int | None = None

    def problem(self, cell: str, ids: dict[str, Collection[str]]) -> Problem | None:
        """Return what is wrong with the cell; ``ids`` holds the ids of each file."""
        if not cell:
            return (_("the cell is empty"), _("Give a value.")) if self.required else None
        if cell != cell.strip():
            return _("the cell begins or ends with a blank"), _("Remove it.")
        if self.longest and len(cell.splitlines()) > 1:
            return _("the cell holds a line break"), _("Write it in one line.")
        if UNPRINTABLE.search(cell):
            return _("the cell holds a control character"), _("Remove it.")
        if self.longest and len(cell) > self.longest:
            too_long = len(cell) - self.longest
            return (
                _("the text is too long: %(length)s characters") % {"length": len(cell)},
                ngettext("Shorten it by %(n)s character.", "Shorten it by %(n)s characters.", too_long)
                % {"n": too_long},
            )
        return self.wrong(cell, ids)

    def wrong(self, cell: str, ids: dict[str, Collection[str]]) -> Problem | None:
        """Return what is wrong with a cell that is not empty."""
        return None

    def flagged(self, cell: str) -> Problem | None:
        """Return what in a cell of free text looks like personal data; other cells hold none."""
        found = guard.look(cell) if type(self) is Cell else []
        return (str(found[0]).rstrip("."), _("Take it out.")) if found else None


@dataclass(frozen=True)
class Listed(Cell):
    """Words or identifiers, separated by semicolons; each is looked at by itself."""

    def flagged(self, cell):
        return next(filter(None, map(Cell().flagged, items(cell))), None)


@dataclass(frozen=True)
class Identifier(Cell):
    """The row's own id: letters, digits and hyphens."""

    required: bool = True
    longest: int | None = LONGEST_ID

    def wrong(self, cell, ids):
        if not ID.fullmatch(cell):
            return _("%(cell)s is no id") % {"cell": repr(cell)}, _("Use letters, digits and hyphens only.")
        return None


@dataclass(frozen=True)
class Code(Cell):
    """One code of a closed list."""

    required: bool = True
    known: Collection[str] = ()

    def wrong(self, cell, ids):
        if cell not in self.known:
            return (
                _("%(cell)s is no known code") % {"cell": repr(cell)},
                _("Choose one of: %(known)s.") % {"known": ", ".join(sorted(filter(None, self.known)))},
            )
        return None


@dataclass(frozen=True)
class Codes(Code):
    """A list of codes."""

    required: bool = False

    def wrong(self, cell, ids):
        return repeated(cell) or next(filter(None, (super(Codes, self).wrong(item, ids) for item in items(cell))), None)


@dataclass(frozen=True)
class Pattern(Cell):
    """Text of a fixed form, for example a country's three capital letters."""

    pattern: str = ""
    remedy: str = ""

    def wrong(self, cell, ids):
        if not re.fullmatch(self.pattern, cell):
            return _("%(cell)s has not the right form") % {"cell": repr(cell)}, str(self.remedy)
        return None


@dataclass(frozen=True)
class Date(Cell):
    """A day; ``partial`` allows a month or a year, ``war`` keeps it within the conflict and the coming year."""

    partial: bool = False
    war: bool = True

    def wrong(self, cell, ids):
        form = PARTIAL_DATE if self.partial else WHOLE_DATE
        day = parse_date(cell) if form.fullmatch(cell) else None
        if day is None:
            remedy = _("Write year-month-day, for example 2022-03-24.")
            if self.partial:
                remedy = _("Write year-month-day, or leave out what is not known: 2022-03 or 2022.")
            return _("%(cell)s is no date") % {"cell": repr(cell)}, remedy
        if self.war and not FIRST_DAY <= day <= dt.date.today() + dt.timedelta(days=366):
            return _("%(cell)s lies outside the conflict") % {"cell": cell}, _("Check the year.")
        return None


@dataclass(frozen=True)
class Whole(Cell):
    """A whole number, written plainly; ``highest`` is the largest that is kept."""

    required: bool = True
    highest: int = 2**63 - 1

    def wrong(self, cell, ids):
        if not WHOLE.fullmatch(cell) or int(cell) > self.highest:
            return (
                _("%(cell)s is no whole number") % {"cell": repr(cell)},
                _("Write digits only: no sign, no separator, no decimals, no leading zero."),
            )
        return None


@dataclass(frozen=True)
class Coordinate(Cell):
    """Degrees with one to five decimals."""

    bound: int = 90

    def wrong(self, cell, ids):
        plain = re.fullmatch(r"-?[0-9]{1,3}\.[0-9]{1,5}", cell) and degrees(Decimal(cell)) == cell
        if not plain or abs(Decimal(cell)) > self.bound:
            return (
                _("%(cell)s is no coordinate") % {"cell": repr(cell)},
                _("Write degrees from −%(bound)s to %(bound)s with one to five decimals, without needless zeros.")
                % {"bound": self.bound},
            )
        return None


@dataclass(frozen=True)
class Address(Cell):
    """A web address."""

    def wrong(self, cell, ids):
        try:
            web_address(cell)
        except ValidationError:
            return _("%(cell)s is no web address") % {"cell": repr(cell)}, _("Begin with http:// or https://.")
        return None


@dataclass(frozen=True)
class Reference(Cell):
    """The id of a row in another file; ``many`` for a list of ids."""

    target: str = ""
    many: bool = False

    def wrong(self, cell, ids):
        given = items(cell) if self.many else [cell]
        for one in given:
            if one not in ids[self.target]:
                return (
                    _("%(id)s is not in %(file)s.csv") % {"id": repr(one), "file": self.target},
                    _("Add the row there, or correct the id."),
                )
        return repeated(cell) if self.many else None


@dataclass(frozen=True)
class ActorName(Cell):
    """The name of an actor; ``own`` demands the actor's own name, no other name of the same actor."""

    required: bool = True
    many: bool = False
    own: bool = False

    def wrong(self, cell, ids):
        for name in items(cell) if self.many else [cell]:
            actor = ids["actors"].get(name)
            if actor is None:
                return (
                    _("%(name)s is no known actor") % {"name": repr(name)},
                    _("Correct the name, or record the actor in Parley first."),
                )
            if self.own and actor.name != name:
                return (
                    _("%(name)s is another name of %(own)s") % {"name": repr(name), "own": actor.name},
                    _("Write %(own)s.") % {"own": actor.name},
                )
        return repeated(cell) if self.many else None


def repeated(cell: str) -> Problem | None:
    """Return the problem of a list that names one item twice."""
    given = items(cell)
    for item in given:
        if not item or given.count(item) > 1:
            return _("%(item)s stands twice in the list, or is empty") % {"item": repr(item)}, _("Keep one of them.")
    return None
