"""Claims and running totals. A figure is never edited: a changed row makes a new one that supersedes the old one."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from exchanges.models import Claim, RunningTotal
from exchanges.vocabulary import Stage, TotalScope
from records.models import Record
from reports.public_record import codes
from reports.public_record.cells import parse_date
from reports.public_record.conflict import DIRECTIONS
from reports.public_record.desk import CHANGED, Wanted, key, last_imported, plain, same
from reports.public_record.foundation import Ground, imported
from reports.public_record.reading import Row
from sources.models import Citation, ClaimState, Quantifier

COLUMNS = {"number": "count", "quantifier": "qualifier", "claimant_words": "claimed_by"}
IDENTITY = ("outcome", "claimant_words", "direction", "category", "number", "quantifier", "as_of")
TOTAL_IDENTITY = ("claimant_words", "direction", "category", "number", "quantifier", "since", "as_of")


@dataclass
class Figured:
    """A row of a claim file with the fields of its claim and, if it was imported before, its citation and claim."""

    row: Row
    fields: dict[str, Any]
    citation: Citation | None = None
    claim: Claim | None = None

    @property
    def identity(self) -> tuple:
        return tuple(key(self.fields[name]) for name in IDENTITY)


def write_claims(ground: Ground) -> None:
    """One claim for all rows that say the same, with one citation for each row."""
    rows = [
        Figured(row, claim_fields(ground, row, column))
        for _kind, file, column in codes.EVENT_FILES.values()
        for row in ground.tables[file]
    ]
    join_recorded(rows)
    in_force = {
        identity_of(one.claim, IDENTITY): one.claim
        for one in rows
        if one.claim and one.claim.state == ClaimState.CURRENT
    }
    new, moved = [], []
    written = last_imported([one.claim for one in rows if one.claim and one.identity != identity_of(one.claim)])
    for one in rows:
        if one.claim is None and one.citation is None:
            new.append(one)
        elif one.claim is not None and one.identity == identity_of(one.claim):
            keep_source(ground, one)
        elif one.claim is None or one.fields["outcome"].is_withdrawn:
            ground.desk.note(one.row, _("withdrawn here, left as it is"))
        elif unchanged_in_file(one.claim, one.fields, IDENTITY, written):
            ground.desk.note(one.row, _("changed here since it was imported, left as it is"))
        else:
            moved.append(one)
    new = [one for one in new if not note_withdrawn(ground, one)]
    emptied = left_without_citation(moved)
    make_claims(ground, in_force, [*new, *moved], emptied)
    cite(ground, in_force, new, "created")
    cite(ground, in_force, moved, "changed")
    for one in moved:
        ground.desk.withdraw(one.citation, CHANGED)
    replaced = set(
        Claim.objects.filter(supersedes__in=[claim.pk for claim in emptied.values()]).values_list(
            "supersedes_id", flat=True
        )
    )
    for claim in emptied.values():
        if claim.pk not in replaced:  # what its rows say now was there already, said by another row
            ground.desk.withdraw(claim, CHANGED)
    ground.desk.advance(len(rows))
    report_missing(ground)


def claim_fields(ground: Ground, row: Row, column: str) -> dict[str, Any]:
    """Return the fields of the claim a row makes; those of safe passages have a metric and a value."""
    fields = {
        "outcome": ground.outcomes[row[column]],
        "claimant": ground.actor(row["claimed_by"]),
        "claimant_words": row["claimed_by"],
        "claim_kind": ground.names[row["claimed_by"]].claim_kind,
        "as_of": None,
    }
    if "metric" in row.cells:
        metric = row["metric"]
        fields |= {
            "direction": next((one for one in DIRECTIONS if metric.startswith(f"{one}_")), ""),
            "category": metric,
            "number": int(row["value"]),
            "quantifier": Quantifier.EXACTLY,
            "as_of": parse_date(row["as_of"]),
        }
    else:
        fields |= {
            "direction": row["direction"],
            "category": row["category"],
            "number": int(row["count"]),
            "quantifier": codes.QUANTIFIER[row["qualifier"]],
        }
    return fields | {"stage": codes.STAGE.get(fields["category"], Stage.DELIVERED)}


def identity_of(record: Record, names: tuple[str, ...] = IDENTITY) -> tuple:
    """Return what makes a figure this figure and no other."""
    return tuple(plain(record, name) for name in names)


def unchanged_in_file(record: Record, fields: dict[str, Any], names: tuple[str, ...], written: dict) -> bool:
    """Return whether the file still says what it said when it was imported last, so that the change was made here."""
    columns = {name: record._meta.get_field(name).column for name in names}
    return all(same(written.get((record.pk, column), ...), key(fields[name])) for name, column in columns.items())


def join_recorded(rows: list[Figured]) -> None:
    """Give each row the citation it was imported as: the current one, else the last; and the claim it is on."""
    found: dict[str, Citation] = {}
    kind = ContentType.objects.get_for_model(Claim)
    citations = Citation.objects.filter(record_type=kind, external_id__in=[one.row.id for one in rows])
    for citation in citations.order_by("recorded_at", "id"):
        known = found.get(citation.external_id)
        if known is None or known.is_withdrawn or not citation.is_withdrawn:
            found[citation.external_id] = citation
    claims = Claim.objects.with_state().in_bulk([citation.record_id for citation in found.values()])
    for one in rows:
        one.citation = found.get(one.row.id)
        if one.citation is not None and not one.citation.is_withdrawn:
            one.claim = claims[one.citation.record_id]


def keep_source(ground: Ground, one: Figured) -> None:
    """A row whose figure stays but whose source changed: its citation names the new source."""
    source = ground.sources[one.row["source_id"]]
    if one.citation.source_id != source.pk:
        ground.desk.update([(one.citation, Wanted(one.row.id, {"source": source}, one.row))])


def note_withdrawn(ground: Ground, one: Figured) -> bool:
    """Note a new row about an event that was withdrawn here; it makes no claim."""
    withdrawn = one.fields["outcome"].is_withdrawn
    if withdrawn:
        ground.desk.note(one.row, _("its event was withdrawn here; not imported"))
    return withdrawn


def left_without_citation(moved: list[Figured]) -> dict[Any, Claim]:
    """Return the claims that lose their last current citation, by primary key."""
    gone = {one.citation.pk for one in moved}
    claims = {one.claim.pk: one.claim for one in moved}
    left = Citation.objects.current().filter(record_id__in=list(claims)).exclude(pk__in=gone)
    for claim in left.values_list("record_id", flat=True):
        claims.pop(claim, None)
    return claims


def make_claims(ground: Ground, in_force: dict[tuple, Claim], rows: list[Figured], emptied: dict[Any, Claim]) -> None:
    """Make the claims that are not there yet; each supersedes a claim that nothing supports any more."""
    wanted: dict[tuple, Wanted] = {}
    for one in rows:
        supersedes = emptied.get(one.claim.pk) if one.claim else None
        if one.identity in in_force:
            continue
        first = wanted.setdefault(
            one.identity, Wanted(one.row.id, one.fields | {"supersedes": supersedes}, one.row, COLUMNS)
        )
        first.fields["supersedes"] = first.fields["supersedes"] or supersedes
    made = ground.desk.create(Claim, list(wanted.values()), fate="")
    in_force |= {identity: made[one.key] for identity, one in wanted.items()}


def cite(ground: Ground, in_force: dict[tuple, Claim], rows: list[Figured], fate: str) -> None:
    """Cite each row's source on its claim, under the row's id."""
    kind = ContentType.objects.get_for_model(Claim)
    position: dict[Any, int] = defaultdict(int)
    wanted = []
    for one in rows:
        claim = in_force[one.identity]
        position[claim.pk] += 1
        wanted.append(
            Wanted(
                one.row.id,
                {
                    "source": ground.sources[one.row["source_id"]],
                    "record_type": kind,
                    "record_id": claim.pk,
                    "position": position[claim.pk],
                },
                one.row,
            )
        )
    ground.desk.create(Citation, wanted, fate)


def report_missing(ground: Ground) -> None:
    """Report the rows of claim files that are no longer there."""
    claim = ContentType.objects.get_for_model(Claim)
    known = dict(imported(Citation, record_type=claim).values_list("external_id", "record_id"))
    kinds = dict(Claim.objects.filter(pk__in=known.values()).values_list("pk", "outcome__outcome_kind"))
    for kind, file, _column in codes.EVENT_FILES.values():
        of_file = (row for row, record in known.items() if kinds.get(record) == kind)
        ground.desk.missing(file, of_file, ground.tables[file])


def write_totals(ground: Ground) -> dict[str, RunningTotal]:
    """Write the running totals; return them by id. Their citations are written with all others."""
    rows = ground.tables["running_totals"]
    wanted = {row.id: Wanted(row.id, total_fields(ground, row), row, COLUMNS) for row in rows}
    totals = latest_totals(list(wanted))
    changed = [one for one in wanted.values() if one.key in totals and differs(totals[one.key], one.fields)]
    written = last_imported([totals[one.key] for one in changed])
    superseding = []
    for one in changed:
        if unchanged_in_file(totals[one.key], one.fields, TOTAL_IDENTITY, written):
            ground.desk.note(one.row, _("changed here since it was imported, left as it is"))
        else:
            superseding.append(one)
    stay = [one for one in wanted.values() if one.key in totals and one not in changed]
    ground.desk.update([(totals[one.key], one) for one in stay])
    for one in superseding:
        old = totals[one.key]
        one.fields["supersedes"] = old
        for citation in Citation.objects.current().filter(record_id=old.pk).exclude(external_id=""):
            ground.desk.withdraw(citation, CHANGED)
    new = [one for one in wanted.values() if one.key not in totals]
    totals |= ground.desk.create(RunningTotal, new)
    totals |= ground.desk.create(RunningTotal, superseding, fate="changed")
    ground.desk.advance(len(rows))
    ground.desk.missing("running_totals", imported(RunningTotal), rows)
    return totals


def total_fields(ground: Ground, row: Row) -> dict[str, Any]:
    return {
        "conflict": ground.conflict,
        "scope": TotalScope.WINDOW if row["since"] else TotalScope.SINCE_INVASION,
        "since": parse_date(row["since"]),
        "as_of": parse_date(row["as_of"]),
        "claimant": ground.actor(row["claimed_by"]),
        "claimant_words": row["claimed_by"],
        "direction": row["direction"],
        "category": row["category"],
        "number": int(row["count"]),
        "quantifier": codes.QUANTIFIER[row["qualifier"]],
        "notes": row["notes"],
    }


def differs(total: RunningTotal, fields: dict[str, Any]) -> bool:
    """Return whether the figure itself differs, not only a note."""
    return any(plain(total, name) != key(fields[name]) for name in TOTAL_IDENTITY)


def latest_totals(ids: list[str]) -> dict[str, RunningTotal]:
    """Return by id the totals that no later import of the same row has superseded."""
    found = RunningTotal.objects.filter(external_id__in=ids).order_by("recorded_at", "id")
    superseded = {total.supersedes_id for total in found}
    return {total.external_id: total for total in found if total.pk not in superseded}
