"""The pictures of the outcome page: what each source says of a figure, and the range of it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchanges.dot_plot import Range, Said, plot
from exchanges.models import Claim, Outcome
from exchanges.querysets import took_place
from exchanges.reconciling import FigureRange, PlainClaim, comparable
from exchanges.views.claim_rows import name_of
from exchanges.views.figures import direction_words
from exchanges.vocabulary import Category, CategoryRole, Stage, role_of
from negotiations.models import Party


def pictures(
    outcome: Outcome, parties: list[Party], claims: list[Claim], plain: list[PlainClaim], figures: list[FigureRange]
) -> list[dict]:
    """Return a picture for each direction, category and stage of which several sources speak or none gives a number.

    ``plain`` are the claims in force. Of what did not take place no range of a delivery is drawn.
    """
    by_identity = {claim.pk: claim for claim in claims}
    ranges = {figure.key: figure for figure in figures}
    colours = {party.direction: party.colour for party in parties}
    codes = [party.direction for party in parties]
    found = []
    for key, group in sorted(comparable(plain).items(), key=lambda item: place(item[0], codes)):
        said = said_by(group, by_identity)
        if len(said) < 2 and any(one.low is not None or one.high is not None for one in said):
            continue
        direction, category, stage = key
        if role_of(category) == CategoryRole.PART and is_told_alike(said):
            continue
        # Of what did not take place there is no figure of a delivery, so no band.
        band, number = band_of(ranges.get(key)), len(found) + 1
        found.append(
            {
                "number": number,
                "wide_id": f"plot-{number}-w",
                "narrow_id": f"plot-{number}-n",
                "title": title_of(outcome, key),
                "colour": colours.get(direction, "d"),
                "said": said,
                "not_delivered": stage == Stage.DELIVERED and not took_place(outcome),
                "description": described(said, ranges.get(key) if band else None),
                "wide": plot(said, band, words(), wide=True),
                "narrow": plot(said, band, words(), wide=False),
            }
        )
    return found


def is_told_alike(said: list[Said]) -> bool:
    """Whether all give the same number: of a part, which already stands beside its total, there is nothing to draw."""
    return len({(one.low, one.high) for one in said}) == 1 and said[0].low is not None


def place(key: tuple[str, str, str], codes: list[str]) -> tuple:
    """Return where a picture stands: the parties' directions first, the total before its parts, deliveries first."""
    direction, category, stage = key
    by_party = codes.index(direction) if direction in codes else len(codes)
    return (by_party, direction, Category.values.index(category), Stage.values.index(stage))


def said_by(group: list[PlainClaim], by_identity: dict) -> list[Said]:
    """Return what the sources of one figure say, each once, the least first; who gave no number last."""
    found = {}
    for one in group:
        claim = by_identity.get(one.identity)
        if claim is None:
            # Its claimant gave no total: its own parts, which are among the claims, stand for it.
            actor = next(other.claimant for other in by_identity.values() if other.claimant_id == one.claimant)
            name = _("%(claimant)s, sum of its own parts") % {"claimant": actor}
            found[Said(name, *one.bounds, f"{one.number:,}", True)] = one
        else:
            low, high = one.bounds if one.number is not None else (None, None)
            found[Said(name_of(claim), low, high, claim.stated)] = one

    def least(said: Said) -> tuple:
        numbers = [number for number in (said.low, said.high) if number is not None]
        return (not numbers, min(numbers, default=0), said.is_composed, said.name)

    return sorted(found, key=least)


def band_of(figure: FigureRange | None) -> Range | None:
    """Return what is drawn of a figure; nothing where nobody gave a number."""
    if figure is None or figure.low is None:
        return None
    return Range(figure.low, figure.best, figure.high)


def words() -> dict[str, str]:
    """Return the words in the pictures."""
    return {
        "low": _("low"),
        "best": _("best"),
        "high": _("high"),
        "and": _(" and "),
        "open": _("open upward"),
        "undisclosed": _("Number not disclosed"),
    }


def title_of(outcome: Outcome, key: tuple[str, str, str]) -> str:
    """Return the heading of a picture: the direction, of what, and of which stage where not what was delivered."""
    direction, category, stage = key
    told = [direction_words(outcome.conflict, direction) or _("direction not stated")]
    told += [] if category == Category.TOTAL else [str(Category(category).label)]
    told += [] if stage == Stage.DELIVERED else [str(Stage(stage).label)]
    return ", ".join(told)


def described(said: list[Said], figure: FigureRange | None) -> str:
    """Return in words what the picture shows."""
    told = ngettext("%(n)s source:", "%(n)s sources:", len(said)) % {"n": len(said)}
    told = f"{told} " + "; ".join(f"{one.name} {one.stated}" for one in said) + "."
    if figure is None:
        return told
    return f"{told} " + _("Range of claims: %(range)s.") % {"range": figure.stated}
