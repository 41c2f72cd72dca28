"""How figures stand on the pages of this room: as ranges, by direction, under the conflict's own words."""

from collections.abc import Iterable

from django.db.models import Prefetch
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from exchanges.models import Outcome
from exchanges.querysets import took_place
from exchanges.reconciling import Agreement, FigureRange, headline, parts_beside
from exchanges.uncounted import Uncounted
from exchanges.vocabulary import Category
from negotiations.models import Conflict, Party

# More than this in one cell is not read; the record's page shows the rest.
MOST_IN_A_CELL = 3


def with_parties(through: str = "conflict") -> Prefetch:
    """Prefetch the parties of conflicts, whose words name the directions."""
    return Prefetch(f"{through}__parties", queryset=Party.objects.current())


def direction_words(conflict: Conflict, direction: str) -> str:
    """Return the conflict's words for a direction; nothing where none was stated."""
    return conflict.directions().get(direction, direction)


def of_outcome(record) -> str:
    """Return the words for the direction of something about an outcome."""
    return direction_words(record.outcome.conflict, record.direction) if record.outcome else record.direction


def of_conflict(record) -> str:
    """Return the words for the direction of something about a whole conflict."""
    return direction_words(record.conflict, record.direction)


def category_of(record) -> str:
    """Return of what a claim or a running total speaks."""
    return str(Category(record.category).label)


def category_words(figure: FigureRange) -> str:
    """Return of what a figure speaks, where that is not simply the total."""
    return "" if figure.category == Category.TOTAL else figure.category_label


def cell(
    outcome: Outcome, figures: list[FigureRange], direction: str, uncounted: Iterable[Uncounted] = ()
) -> SafeString | str:
    """Return what a table shows for one direction of an outcome; nothing where it did not take place.

    ``uncounted`` are the outcome's claims that nobody has verified as they are: said where no figure stands.
    """
    if not took_place(outcome):
        return ""
    found = headline(figures, direction)
    waiting = [one for one in uncounted if one.claim.direction == direction]
    if not found and waiting:
        shown = [(one.claim.stated, one.category, one.word) for one in waiting[:MOST_IN_A_CELL]]
        told = '<div class="dim"><bdi dir="ltr">{}</bdi> {}<span class="sub2">{}</span></div>'
        return format_html_join("", told, shown)
    if not found:
        return _("not stated") if figures or uncounted else _("not disclosed")
    told = format_html_join(
        "",
        "<div>{}{}{}</div>",
        (
            (
                format_html('<bdi dir="ltr">{}</bdi>', figure.stated),
                format_html(" {}", category_words(figure)),
                differ() if figure.agreement == Agreement.DISPUTED else "",
            )
            for figure in found[:MOST_IN_A_CELL]
        ),
    )
    beside = [f"{figure.stated} {figure.category_label}" for figure in parts_beside(figures, direction)]
    if beside:
        told = format_html(
            '{}<span class="sub2">{}</span>', told, _("parts stated: %(parts)s") % {"parts": ", ".join(beside)}
        )
    rest = len(found) - MOST_IN_A_CELL
    return told if rest <= 0 else format_html("{}<div>{}</div>", told, _("and %(n)s more") % {"n": rest})


def other_directions(outcome: Outcome, figures: list[FigureRange], parties: set[str]) -> SafeString | str:
    """Return what a table shows of the directions that are not one party's: both together, a third country, none."""
    codes = sorted({figure.direction for figure in figures} - parties)
    told = [cell(outcome, figures, code) for code in codes if headline(figures, code)]
    return format_html_join("", "{}", ((part,) for part in told))


def differ() -> SafeString:
    return format_html('<span class="sub2">{}</span>', _("claims differ"))
