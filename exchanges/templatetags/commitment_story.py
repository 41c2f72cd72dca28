"""The part of a commitment's page that reads this room; the page itself belongs to a room below, which may not."""

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access import permissions
from exchanges.promises import conflict_of, ledger, parties_of
from exchanges.querysets import plain_claims
from exchanges.reconciling import FigureRange, ranges
from exchanges.views.claims import cited
from exchanges.views.figures import category_of, of_outcome, with_parties
from exchanges.views.links import share
from exchanges.vocabulary import Category, Stage
from negotiations.models import Commitment, Mute
from records.display import Column, Section, drawn
from records.known import KnownOn
from sources.querysets import with_citations

register = template.Library()


@register.inclusion_tag("exchanges/commitment_story.html", takes_context=True)
def commitment_story(context, commitment: Commitment) -> dict:
    """Show how a promise stands, what is claimed of it, and its deliveries; the page's ``known`` is the day asked for.

    A bounded number of statements.
    """
    known: KnownOn | None = context.get("known")
    today = known.day if known else timezone.localdate()
    directions = parties_of([commitment]).get(conflict_of(commitment), {})
    figures = ranges(plain_claims({"commitment": [commitment.pk]}, known)[commitment.pk])
    mutes = Mute.objects.in_force(today, known).filter(commitment=commitment).select_related("label")
    sections = [claims(directions, known), deliveries(known), *([muted(mutes)] if mutes else [])]
    may_add = permissions.may(permissions.WRITE) and not commitment.is_withdrawn
    return {
        "add_claim_url": reverse("exchanges:commitment-claim-add", args=[commitment.pk]) if may_add else None,
        "lines": ledger([commitment], known, today),
        "promised": [{"figure": one, "words": words(one, directions)} for one in figures],
        "sections": [drawn(section, commitment) for section in sections],
    }


def words(figure: FigureRange, directions: dict[str, str]) -> str:
    """Return what a figure is about: its stage, of whom where that is not all, which way."""
    told = [str(Stage(figure.stage).label).capitalize()]
    if figure.category != Category.TOTAL:
        told.append(figure.category_label)
    return ", ".join([*told, *filter(None, [directions.get(figure.direction, figure.direction)])])


def claims(directions: dict[str, str], known: KnownOn | None) -> Section:
    """Return the section of the claims about a promise, with ``known`` as they stood on that day."""

    def stated(commitment: Commitment):
        found = commitment.claims.current() if known is None else commitment.claims.standing(known)
        found = found.with_state(known).select_related("label", "claimant").prefetch_related(with_citations())
        return found.order_by("recorded_at", "pk")

    columns = [
        Column(_("Claim"), str),
        Column(_("Stage"), "stage"),
        Column(_("Of what"), category_of),
        Column(_("Direction"), lambda claim: directions.get(claim.direction, claim.direction)),
        Column(_("Said on"), "said_on"),
        Column(_("Sources"), cited),
        Column(_("In force"), "state_label"),
    ]
    return Section(
        "claims", _("Who says what was promised"), columns, stated, _("No claim about this promise is recorded.")
    )


def deliveries(known: KnownOn | None) -> Section:
    """Return the section of what was allotted to a promise, also where it does not count."""

    def allotted(commitment: Commitment):
        found = commitment.deliveries.current() if known is None else commitment.deliveries.standing(known)
        if known is not None:
            found = found.exclude(outcome__started_on__gt=known.day)
        found = found.select_related("label", "outcome__conflict").order_by("outcome__started_on", "pk")
        return found.prefetch_related(with_parties("outcome__conflict"))

    columns = [
        Column(_("Outcome"), "outcome"),
        Column(_("Date"), "outcome.when"),
        Column(_("Status"), "outcome.status"),
        Column(_("Share"), share),
        Column(_("Of what"), "category"),
        Column(_("Direction"), of_outcome),
    ]
    return Section(
        "deliveries", _("Deliveries"), columns, allotted, _("No delivery has been allotted to this promise.")
    )


def muted(mutes) -> Section:
    """Return the section of the mutes of a promise's alarm."""
    columns = [
        Column(_("Until"), lambda mute: mute.until or _("until it is withdrawn")),
        Column(_("Reason"), "reason"),
    ]
    lede = _("That it is overdue is not told as an alarm for now.")
    return Section("mutes", _("Alarm muted"), columns, lambda _commitment: mutes, "", lede=lede)
