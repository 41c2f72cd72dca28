"""How a figure was reached, in sentences: the rule by name, what it used, by how much and why the claims differ."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchanges.reconciling import FigureRange, PartsCheck, PlainClaim, check_parts
from exchanges.vocabulary import Category, EstimateMethod


def reached(figure: FigureRange, plain: list[PlainClaim], names: dict) -> dict:
    """Return what the page says of one figure; ``plain`` are the claims in force, ``names`` those of the claimants."""
    checks = [
        check for check in check_parts(plain) if (check.direction, check.stage) == (figure.direction, figure.stage)
    ]
    return {
        "rule": figure.rule_label,
        "sentence": sentence(figure),
        "range": range_sentence(figure),
        "composed": _("Where a claimant gave no total, its own parts stand for it.") if figure.is_composed else "",
        "difference": difference(figure),
        "sources": sources(figure),
        "checks": [check_told(check, names) for check in checks] if figure.category == Category.TOTAL else [],
    }


def sentence(figure: FigureRange) -> str:
    """Return what the rule did."""
    told = {
        EstimateMethod.ALL_AGREE: _("Everybody who gives a number says the same, so %(best)s is the best figure."),
        EstimateMethod.ONLY_CLAIM: _("Only one claimant gives a number, so %(best)s stands until another speaks."),
        EstimateMethod.RECEIVING_SIDE: _(
            "The receiving side counted its own people and told how the number is made up,"
            " so %(best)s is the best figure."
        ),
        EstimateMethod.REVIEWER: _("A reviewer weighed the claims and set %(best)s as the best figure."),
        EstimateMethod.UNRESOLVED: _("No rule decides between the claims, so no best figure is given."),
    }
    if figure.low is None:
        return _("Nobody has given a number. That is not a count of none.")
    if figure.rule == EstimateMethod.REVIEWER and figure.best is None:
        return _("A reviewer weighed the claims and left the best figure open.")
    return told[EstimateMethod(figure.rule)] % {"best": "" if figure.best is None else f"{figure.best:,}"}


def range_sentence(figure: FigureRange) -> str:
    """Return what became of the other claims."""
    if figure.low is None or figure.low == figure.high:
        return ""
    if figure.high is None:
        told = _("The least number named, %(low)s, is kept as the low figure; nobody sets an upper one.")
    else:
        told = _("The least number, %(low)s, is kept as the low figure and the greatest, %(high)s, as the high one.")
    numbers = {"low": f"{figure.low:,}", "high": "" if figure.high is None else f"{figure.high:,}"}
    return f"{told % numbers} " + _("Nothing is added up across claimants, nothing is averaged.")


def difference(figure: FigureRange) -> str:
    """Return by how much the claims differ and why; nothing where they do not."""
    if figure.difference is None:
        return _("The claimants agree on the total and differ on its parts.") if figure.parts_differ else ""
    return _("The claims differ by %(size)s. Reason: %(reason)s.") % {
        "size": f"{figure.difference.size:,}",
        "reason": figure.difference.reason_label,
    }


def sources(figure: FigureRange) -> str:
    """Return how many sources are independent of one another."""
    if figure.low is None:
        return ""
    told = ngettext("%(n)s independent source.", "%(n)s independent sources.", figure.independent_sources)
    return told % {"n": figure.independent_sources}


def check_told(check: PartsCheck, names: dict) -> dict:
    """Return one claimant's parts against its total, in words."""
    parts = [f"{Category(category).label} {number:,}" for category, number in check.parts]
    return {
        "claimant": names.get(check.claimant, ""),
        "parts": ", ".join(parts),
        "total": f"{check.total:,}",
        "rest": f"{check.rest:,}" if check.rest else "",
        "word": check.state.label,
        "css": {"add_up": "ok", "incomplete": "half", "contradict": "diff"}[check.state],
    }
