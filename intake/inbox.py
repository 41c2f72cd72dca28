"""The inbox: proposing, accepting, merging and refusing candidates, and taking that back. Who acts comes first."""

import uuid
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader, because, refresh_labels
from access.levels import Level
from intake.models import Candidate, CandidateKind, CandidateRecord, CandidateState, Origin
from intake.models.candidates import Became
from intake.planning import Plan
from intake.proposals import plan_new, plan_rows
from intake.told import CLAIMS, as_text, texts_of
from intake.writing import Refused, write_plan
from negotiations.models import Conflict
from negotiations.services import source_of
from records import guard
from records.history import models_by_table
from records.models import Record
from records.querysets import named
from records.services import add_record, as_stored, change_record, lock_record, withdraw_record
from reports.public_record.cells import items
from sources.addresses import same_address
from sources.models import Citation, Source

Made = list[tuple[type[Record], uuid.UUID | str]]


def usual_level(actor: Reader) -> int:
    """Return how a candidate is marked where nobody says: nothing becomes public by accident."""
    return min(Level.INTERNAL, actor.clearance)


def propose(actor: Reader, candidate: Candidate) -> Candidate:
    """Put a candidate into the inbox and return it as stored.

    The only conflict there is need not be named. Sent again by the same author with the same identifier and data, it
    is the one that waits already. Raises ValidationError by field, ``django.db.ProgrammingError`` (42501).
    """
    candidate.data = as_text(candidate.data)
    if candidate.conflict_id is None and candidate.proposes != CandidateKind.SOURCE:
        known = list(Conflict.objects.current()[:2])
        candidate.conflict = known[0] if len(known) == 1 else None
    kept = look_through(actor, candidate)
    if candidate.external_id:
        before = Candidate.objects.waiting().filter(
            author_id=actor.user_id, external_id=candidate.external_id, proposes=candidate.proposes, data=candidate.data
        )
        if (found := before.first()) is not None:
            return found
    return add_record(actor, candidate, reason=kept)


def look_through(actor: Reader, candidate: Candidate) -> str:
    """Raise ValidationError on ``data`` for what looks like personal data in what a candidate says, without a reason.

    The reason is kept among the data, for whoever records the candidate; returned is what the history says of it.
    """
    own, texts = texts_of(candidate.shape, candidate.data)
    kept = guard.check_words({"data": own or texts})
    if own:
        return guard.kept_because(own)
    if kept:
        candidate.data = candidate.data | {guard.REASON: actor.personal_data_reason}
    return kept


def amend(actor: Reader, candidate: Candidate, *, expected_version: int, reason: str = "") -> Candidate:
    """Write what whoever proposed it, or somebody else, says otherwise of a candidate that waits.

    Raises ValidationError by field, StaleVersion.
    """
    if candidate.state != CandidateState.WAITING:
        raise ValidationError(_("Somebody has decided about this candidate already."))
    candidate.data = as_text(candidate.data)
    kept = look_through(actor, candidate)
    told = " ".join(filter(None, (reason, kept)))
    return change_record(actor, candidate, expected_version=expected_version, reason=told)


def paste_link(actor: Reader, address: str, *, level: int, compartments: list[int]) -> Candidate:
    """Put a link into the inbox as a candidate source; raise ValidationError on ``found_at`` for what is no address."""
    candidate = Candidate(
        proposes=CandidateKind.SOURCE, data={"url": address, "publisher": host_of(address)}, origin=Origin.LINK,
        origin_words=host_of(address)[:300], found_at=address, level=level, compartments=compartments,
    )  # fmt: skip
    try:
        return propose(actor, candidate)
    except ValidationError as error:
        told = error.message_dict if hasattr(error, "error_dict") else {"found_at": error.messages}
        raise ValidationError(
            {("found_at" if name == "data" else name): found for name, found in told.items()}
        ) from error


def host_of(address: str) -> str:
    """Return the name of the server of an address, as a first name for who publishes there."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


# Deciding -------------------------------------------------------------------------------------------------------------


def hold(candidate: Candidate, expected_version: int) -> Candidate:
    """Hold a candidate that waits; raise StaleVersion, or ValidationError where it was decided about."""
    permissions.demand(permissions.WRITE)
    held = lock_record(candidate, expected_version)
    if not held.is_waiting:
        raise ValidationError(_("Somebody has decided about this candidate already."))
    return held


def decide(held: Candidate, state: str, *, made: Made = (), became: str = Became.MADE, reason: str = "") -> Candidate:
    """Write down what became of a candidate; of the records the first is what it became, the others it brought."""
    held.state, held.decided_at, held.refused_reason = state, timezone.now(), reason
    with because(guard.check_reason(reason)):
        held.save(force_update=True)
    for number, (model, pk) in enumerate(made):
        CandidateRecord.objects.create(
            candidate=held,
            record_table=model._meta.db_table,
            record_id=pk,
            became=became if number == 0 else Became.BROUGHT,
        )
    return as_stored(held)


def refuse(actor: Reader, candidate: Candidate, *, reason: str, expected_version: int) -> Candidate:
    """Refuse a candidate; it is kept with the reason. Raises ValidationError on ``reason`` where there is none."""
    held = hold(candidate, expected_version)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is refused. It is kept with the reason.")})
    return decide(held, CandidateState.REFUSED, reason=reason.strip())


@transaction.atomic
def accept(actor: Reader, candidate: Candidate, *, expected_version: int) -> Record:
    """Record a candidate as it is, submitted in the actor's name, with its claims and sources; return the record.

    Raises ValidationError on ``data`` for what is wrong with it or recorded already; StaleVersion.
    """
    held = hold(candidate, expected_version)
    plan, recipe = plan_new(held)
    check(plan)
    made = [(model, pk) for _line, model, pk in plan.made if model is held.would_be]
    if not made:
        told = _("A record with this identifier is there already. Merge the candidate into it, or refuse it.")
        raise ValidationError({"data": told})
    reason = told_from(held)
    write(actor, plan, recipe, reason)
    record = held.would_be.objects.select_related("label").get(pk=made[0][1])
    with because(reason):
        cite_found(actor, held, record)
    decide(held, CandidateState.TAKEN, made=made[:1])
    return record


def accept_as(actor: Reader, candidate: Candidate, record: Record) -> Candidate:
    """Write down that a form, begun from the candidate, has made this record. Raises ValidationError, StaleVersion."""
    held = hold(candidate, candidate.version)
    return decide(held, CandidateState.TAKEN, made=[(type(record), record.pk)])


@transaction.atomic
def merge(actor: Reader, candidate: Candidate, record: Record, *, expected_version: int) -> Record:
    """Put a candidate's claims and sources onto the record that it duplicates; nothing else of the record changes.

    Raises ValidationError on ``record`` for another kind or conflict, on ``data`` for what is wrong; StaleVersion.
    """
    held = hold(candidate, expected_version)
    check_target(held, record)
    reason = told_from(held)
    brought: Made = []
    rows = [{"id": record.reference} | claim for claim in held.data.get(CLAIMS, ())]
    if rows:
        plan, recipe = plan_rows(held, rows)
        check(plan)
        write(actor, plan, recipe, reason)
        brought = [(model, row["id"]) for model, inserted in plan.inserts.items() for row in inserted]
    with because(reason):
        brought += [(Citation, one.pk) for one in cite_named(actor, held, record)]
        brought += [(Citation, one.pk) for one in cite_found(actor, held, record)]
    decide(held, CandidateState.TAKEN, made=[(type(record), record.pk), *brought], became=Became.MERGED)
    return record


def check_target(candidate: Candidate, record: Record) -> None:
    """Raise ValidationError on ``record`` where the candidate cannot be the same as the record."""
    if type(record) is not candidate.would_be:
        told = _("Choose one of the %(kind)s.") % {"kind": candidate.would_be._meta.verbose_name_plural}
        raise ValidationError({"record": told})
    if record.is_withdrawn:
        raise ValidationError({"record": _("This record was withdrawn; nothing is added to it.")})
    conflict = getattr(getattr(record, "channel", record), "conflict_id", None)
    if conflict is not None and conflict != candidate.conflict_id:
        raise ValidationError({"record": _("The record belongs to another conflict.")})


def check(plan: Plan) -> None:
    """Raise ValidationError on ``data`` where anything in a plan is wrong."""
    if plan.problems:
        told = _("%(field)s: %(reason)s. %(remedy)s")
        raise ValidationError({
            "data": [told % {"field": p.column, "reason": p.reason, "remedy": p.remedy} for p in plan.problems]
        })  # fmt: skip


def write(actor: Reader, plan: Plan, recipe, reason: str) -> None:
    try:
        with because(reason):
            write_plan(actor, plan, recipe, reason=reason)
    except Refused as refused:
        raise ValidationError({"data": str(refused)}) from refused
    refresh_labels()


def told_from(candidate: Candidate) -> str:
    """Return the reason that the history keeps of what came from the inbox; with it why personal data is kept."""
    told = _("From the inbox, candidate %(reference)s") % {"reference": candidate.reference}
    own, _texts = texts_of(candidate.shape, candidate.data)
    return " ".join(filter(None, (told, guard.kept_because(own))))


def cite_named(actor: Reader, candidate: Candidate, record: Record) -> list[Citation]:
    """Cite the sources that the candidate names by identifier or reference. Raises ValidationError on ``data``."""
    named = [one.strip() for one in items(candidate.data.get("source_ids", ""))]
    found = {key: source for source in Source.objects.current().filter(external_id__in=named)
             for key in (source.external_id, source.reference)}  # fmt: skip
    found |= {source.reference: source for source in Source.objects.current().filter(reference__in=named)}
    missing = [one for one in named if one not in found]
    if missing:
        told = _("source_ids: %(value)s is not known here. Record the source first, or take it out.")
        raise ValidationError({"data": told % {"value": repr(missing[0])}})
    return cite(actor, record, [found[one] for one in named])


def cite_found(actor: Reader, candidate: Candidate, record: Record) -> list[Citation]:
    """Cite the page the candidate was found at; it is recorded as a source where nobody has yet."""
    if not candidate.found_at or isinstance(record, Source):
        return []
    same = same_address(candidate.found_at)
    row = {"url": candidate.found_at, "publisher": host_of(candidate.found_at)}
    return cite(actor, record, [same[0] if same else source_of(actor, row, record)])


def cite(actor: Reader, record: Record, sources: list[Source]) -> list[Citation]:
    """Cite sources for a record, each once; return the citations that are new."""
    known = set(record.citations.current().values_list("source_id", flat=True))
    new = [source for source in dict.fromkeys(sources) if source.pk not in known]
    return [
        add_record(actor, Citation(record=record, source=source, position=len(known) + number))
        for number, source in enumerate(new, 1)
    ]


# Taking it back -------------------------------------------------------------------------------------------------------


def became_of(candidates: Iterable[Candidate]) -> dict[uuid.UUID, list[tuple[CandidateRecord, Record]]]:
    """Return the records that came of candidates, as far as the reader sees them; what was taken back is left out.

    One query, and one for each kind of record.
    """
    found: dict[uuid.UUID, list] = {candidate.pk: [] for candidate in candidates}
    links = list(CandidateRecord.objects.filter(candidate__in=found, undone_at=None))
    records = {}
    for table in {link.record_table for link in links}:
        of_table = named(models_by_table()[table]).filter(pk__in=[one.record_id for one in links])
        records |= {record.pk: record for record in of_table}
    for link in links:
        if link.record_id in records:
            found[link.candidate_id].append((link, records[link.record_id]))
    return found


def may_undo(actor: Reader, candidate: Candidate) -> bool:
    """Whether the actor may take the decision back: whoever took it, or a reviewer."""
    is_theirs = candidate.decided_by_id == actor.user_id
    return candidate.state != CandidateState.WAITING and not candidate.is_withdrawn and (
        is_theirs or permissions.may(permissions.REVIEW, actor)
    )  # fmt: skip


@transaction.atomic
def undo(actor: Reader, candidate: Candidate, *, expected_version: int) -> Candidate:
    """Let a candidate wait again: what it became or brought is withdrawn, a record it was merged into stays.

    Raises ValidationError where that was changed or verified since, PermissionDenied, StaleVersion.
    """
    permissions.demand(permissions.WRITE)
    held = lock_record(candidate, expected_version)
    if not may_undo(actor, held):
        raise PermissionDenied(_("A decision is taken back by whoever took it, or by a reviewer."))
    found = became_of([held])[held.pk]
    if held.state == CandidateState.TAKEN and not found:
        raise ValidationError(_("What became of it can no longer be taken back."))
    reason = _("Taken back: candidate %(reference)s waits in the inbox again") % {"reference": held.reference}
    for link, record in reversed(found):
        if link.became != Became.MERGED and not record.is_withdrawn:
            if record.version > 1:
                told = _("%(record)s was changed or verified since. Withdraw it on its own page if it is wrong.")
                raise ValidationError(told % {"record": record})
            permissions.demand(permissions.WITHDRAW)
            withdraw_record(actor, record, reason=reason)
        link.undone_at = timezone.now()
        link.save(force_update=True)
    held.state, held.decided_at, held.decided_by_id, held.refused_reason = CandidateState.WAITING, None, None, ""
    with because(reason):
        held.save(force_update=True)
    return as_stored(held)
