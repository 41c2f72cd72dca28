"""The claims of an outcome as its page shows them: who says what, where it is said, and what became of it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from exchanges.models import Claim, Outcome
from exchanges.reconciling import order
from exchanges.views.figures import category_of, direction_words
from exchanges.vocabulary import Category, Stage
from intermediaries.models import Mandate
from negotiations.models import Party
from records.known import KnownOn
from sources.evidence import look_up
from sources.models import ClaimState
from sources.querysets import with_citations

STATE_CSS = {
    ClaimState.CURRENT: "ok",
    ClaimState.SUPERSEDED: "half",
    ClaimState.WITHDRAWN: "bad",
    ClaimState.REFUTED: "bad",
}


@dataclass
class Cell:
    """What a row says of one direction."""

    direction: str
    claims: list[Claim] = field(default_factory=list)


@dataclass
class ClaimRow:
    """One row of the table: what one claimant says in one source of one thing, in each direction."""

    first: Claim
    state: ClaimState
    role: str
    cells: list[Cell]
    category: str
    stage: str
    replaces: list[Claim] = field(default_factory=list)
    replaced_by: list[Claim] = field(default_factory=list)

    @property
    def css(self) -> str:
        return STATE_CSS[self.state]

    @property
    def is_quoted(self) -> bool:
        return any(citation.quote for citation in self.first.citations.all())

    @property
    def reason(self) -> str:
        """Why it no longer counts, where somebody had to say so."""
        return self.first.withdrawn_reason or self.first.refuted_reason


def claims_of(outcome: Outcome, known: KnownOn | None = None) -> list[Claim]:
    """Return every claim about the outcome that the reader may see, withdrawn ones too, with claimant and sources.

    With ``known``, those known on that day, as they stood then.
    """
    found = Claim.objects.all() if known is None else Claim.objects.standing(known)
    found = found.filter(outcome=outcome).with_state(known).select_related("label", "claimant")
    claims = list(found.prefetch_related(with_citations()).order_by("recorded_at", "pk"))
    look_up(citation for claim in claims for citation in claim.citations.all())
    return claims


def name_of(claim: Claim) -> str:
    """Return who says it: the claimant, with the words used for it where they say more."""
    if not claim.claimant_words or claim.claimant_words == claim.claimant.name:
        return str(claim.claimant)
    return f"{claim.claimant}, {claim.claimant_words}"


def replacements(claims: Iterable[Claim]) -> dict[object, list[Claim]]:
    """Return, by the identity of a claim, the ones that stand in its place."""
    found: dict[object, list[Claim]] = {}
    for claim in claims:
        if claim.supersedes_id and not claim.is_withdrawn:
            found.setdefault(claim.supersedes_id, []).append(claim)
    return found


def roles_of(outcome: Outcome, parties: list[Party]) -> dict[object, str]:
    """Return the words for what an actor is to the outcome: a party, an intermediary. Others are not in it."""
    mandated = Mandate.objects.current().filter(conflict_links__conflict=outcome.conflict_id)
    credited = outcome.roles.current().values_list("actor_id", flat=True)
    intermediaries = {*mandated.values_list("actor_id", flat=True), *credited}
    return dict.fromkeys(intermediaries, _("intermediary")) | {party.actor_id: _("party") for party in parties}


def directions_shown(outcome: Outcome, parties: list[Party], claims: list[Claim]) -> dict[str, str]:
    """Return the columns of the table: each party's direction, then any other that somebody speaks of."""
    named = {party.direction: party.direction_label for party in parties}
    others = sorted({claim.direction for claim in claims} - named.keys())
    return named | {code: direction_words(outcome.conflict, code) or _("Direction not stated") for code in others}


def table(outcome: Outcome, parties: list[Party], claims: list[Claim]) -> dict:
    """Return the table of claims: ``directions`` and ``rows``, those in force first.

    What one claimant says in one source of one category stands in one row, whichever directions it speaks of.
    """
    directions = directions_shown(outcome, parties, claims)
    replaced, by_identity = replacements(claims), {claim.pk: claim for claim in claims}
    roles, rows = roles_of(outcome, parties), {}
    for claim in claims:
        state = ClaimState(claim.state)
        said_where = tuple((citation.source_id, citation.quote) for citation in claim.citations.all())
        about = (claim.category, claim.stage, claim.as_of, claim.said_on, claim.claim_kind)
        whose = (claim.claimant_id, claim.claimant_words, claim.label_id, claim.review_state)
        row = rows.setdefault(
            (whose, about, said_where, state),
            ClaimRow(
                first=claim,
                state=state,
                role=roles.get(claim.claimant_id, _("other")),
                cells=[Cell(words) for words in directions.values()],
                category="" if claim.category == Category.TOTAL else category_of(claim),
                # "Offered" and "planned" are in both lists; once is enough.
                stage="" if claim.stage in (Stage.DELIVERED, claim.category) else claim.get_stage_display(),
            ),
        )
        row.cells[list(directions).index(claim.direction)].claims.append(claim)
        row.replaced_by += replaced.get(claim.pk, [])
        if claim.supersedes_id in by_identity:
            row.replaces.append(by_identity[claim.supersedes_id])
    return {"directions": list(directions.values()), "rows": sorted(rows.values(), key=place)}


def place(row: ClaimRow) -> tuple:
    """Return where a row stands: in force first, the total before its parts, the earlier word before the later."""
    claim = row.first
    told = claim.as_of or claim.said_on or dt.date.min
    return (row.state != ClaimState.CURRENT, order(claim.category), told, claim.recorded_at, str(claim.pk))
