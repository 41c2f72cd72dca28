"""What a claim says where whoever typed it left it open: of what it speaks, of which stage, in which source."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchanges.models import Claim, Outcome
from exchanges.vocabulary import MAIN_CATEGORY, STAGE_OF_STATUS, Category, Stage
from negotiations.models import Commitment
from sources.models import Source

About = Outcome | Commitment


def main_category(about: About) -> Category:
    """Return of what the figure at the head of an outcome, or of a promise, speaks."""
    if isinstance(about, Commitment):
        return MAIN_CATEGORY.get(about.subject, Category.TOTAL)
    return MAIN_CATEGORY.get(about.variant) or MAIN_CATEGORY.get(about.outcome_kind, Category.TOTAL)


def main_stage(about: About) -> Stage:
    """Return of which stage figures about it speak as it stands now."""
    if isinstance(about, Commitment):
        return Stage.PROMISED
    return STAGE_OF_STATUS.get(about.status, Stage.DELIVERED)


def figures_named(about: About) -> dict[tuple[str, str], str]:
    """Return the figures that a claim most likely speaks of, in words, by direction and category.

    The main one in each direction, then those that somebody has spoken of already: rivals are only compared where they
    speak of the same.
    """
    directions, category = about.conflict.directions(), main_category(about)
    stated = Claim.objects.current().filter(**{type(about).kind_of(): about}).order_by("recorded_at", "pk")
    # As records, so that they count as read: a figure is as secret as the claim that names it.
    pairs = [*((code, str(category)) for code in directions), *((one.direction, one.category) for one in stated)]
    return {pair: figure_words(*pair, directions) for pair in dict.fromkeys(pairs)}


def figure_words(direction: str, category: str, directions: dict[str, str]) -> str:
    """Return a figure in words: ``To Ukraine``, ``To Ukraine: civilians``."""
    words = directions.get(direction, direction) or _("Direction not stated")
    if category == Category.TOTAL:
        return words
    return _("%(direction)s: %(category)s") % {"direction": words, "category": Category(category).label}


def only_source(record) -> Source | None:
    """Return the source a record rests on, where it is one alone."""
    cited = list(record.citations.current().select_related("source")[:2])
    return cited[0].source if len(cited) == 1 else None


def source_said(about: About, row: dict) -> dict:
    """Return the row with its source: where it names none, the only one that what it is about rests on.

    Raises ValidationError on ``source`` where there is none, or more than one.
    """
    if row.get("source") or row.get("publisher"):
        return row
    source = only_source(about)
    if source is None:
        raise ValidationError({"source": _("Choose the source that says so, or give one alone under “Sources”.")})
    return row | {"source": source}
