"""Reviewing: the verbs every door calls. The first argument is who acts. Rules: DOMAIN.md section 5, docs/review.md.

A record is verified by somebody who wrote no version of it since it was last verified; the database sees to that
(``access_private.guard_record``), here it is said in words.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader, because
from access.models import User
from records import guard
from records.checking import WAITING, about, checked_fields, parts_of, sheet_of, written_by_me
from records.hanging import wholes_of
from records.models import Assignment, FieldCheck, Merge, Query, Record, ReviewState
from records.refusals import in_words
from records.services import add_record, as_stored, check_record, lock_record, withdraw_record

# @ and a user name, but not the middle of a mail address.
MENTION = re.compile(r"(?<![\w.@+-])@([\w@+-]+(?:\.[\w@+-]+)*)")


def submit(actor: Reader, record: Record, *, expected_version: int) -> Record:
    """Send a draft, or a returned record, to review; return it as stored. Its returned parts go with it.

    Raises ValidationError where there is nothing to submit, PermissionDenied for who did not write it, StaleVersion.
    """
    held = lock_record(record, expected_version)
    if held.is_withdrawn or held.review_state not in {ReviewState.DRAFT, ReviewState.RETURNED}:
        raise ValidationError(_("Only a draft or a returned record can be submitted."))
    if not may_submit(actor, held):
        raise PermissionDenied(_("A record is submitted by whoever wrote it."))
    back = [one for one in parts_of(held, lock=True) if one.review_state == ReviewState.RETURNED]
    own = written_by_me(back)
    with in_words():
        for one in [held, *(part for part in back if part.pk in own)]:
            one.review_state = ReviewState.SUBMITTED
            one.save(force_update=True)
    return as_stored(held)


def may_submit(actor: Reader, record: Record) -> bool:
    """Whether the actor may send the record to review: its author, or whoever changed it since."""
    is_theirs = record.author_id is None or record.pk in written_by_me([record])
    return (
        permissions.may(permissions.WRITE, actor)
        and record.is_reviewed
        and not record.is_withdrawn
        and record.review_state in {ReviewState.DRAFT, ReviewState.RETURNED}
        and is_theirs
    )


def check_reviewer(actor: Reader, record: Record) -> None:
    """Raise PermissionDenied for who may not review this record: no reviewer, or one who wrote it."""
    permissions.demand(permissions.REVIEW)
    if record.pk in written_by_me([record]):
        raise PermissionDenied(_("You entered or changed this record, so another person verifies it."))


def check_waiting(record: Record) -> None:
    """Raise ValidationError for a record that does not wait for a reviewer."""
    if not record.is_reviewed:
        raise ValidationError(_("Records of this kind are not verified by a second person."))
    if record.is_withdrawn or record.review_state not in WAITING:
        raise ValidationError(_("This record does not wait for review."))


@transaction.atomic
def return_record(actor: Reader, record: Record, *, note: str, expected_version: int) -> Record:
    """Return a record that waits to whoever wrote it, with a note; return it as stored.

    The history keeps the note. Raises ValidationError on ``note`` where it is empty, and without a field where the
    record does not wait; PermissionDenied; StaleVersion.
    """
    held = lock_record(record, expected_version)
    check_reviewer(actor, held)
    check_waiting(held)
    if not note.strip():
        raise ValidationError({"note": _("Say what is to be mended. Whoever wrote the record reads it.")})
    held.review_state = ReviewState.RETURNED
    with in_words(), because(guard.check_reason(note.strip(), "note")):
        held.save(force_update=True)
    finish_assignments(actor, held)
    return as_stored(held)


@transaction.atomic
def verify(actor: Reader, record: Record, *, expected_version: int) -> Record:
    """Verify a record as it is now, with its waiting parts that the actor did not write; return it as stored.

    Every field and part must match or have an answered query. Raises ValidationError naming those that do not, or
    where the record does not wait; PermissionDenied; StaleVersion.
    """
    held = lock_record(record, expected_version)
    check_reviewer(actor, held)
    check_waiting(held)
    sheet = sheet_of(held, lock=True)
    if not sheet.is_settled:
        raise ValidationError(still_open(sheet))
    mark_verified([held, *(item.record for item in sheet.parts)])
    finish_assignments(actor, held)
    return as_stored(held)


def still_open(sheet) -> str:
    """Return in words what keeps a record from being verified."""
    names = [str(item.label) if item.name else f"{item.label}: {item.words}" for item in sheet.unsettled]
    if not names:
        return _("A query about this record is not answered yet.")
    return _("Still to check, or with a query that is not answered: %(names)s.") % {"names": "; ".join(names)}


def mark_verified(records: Iterable[Record]) -> None:
    """Write that these records are verified and that the queries about them that were answered are settled.

    One statement for each kind; the database refuses what the reader wrote. The rows are to be held already.
    """
    records = list(records)
    by_kind = defaultdict(list)
    for one in records:
        by_kind[type(one)].append(one.pk)
    with in_words():
        for model, pks in by_kind.items():
            if model.objects.filter(pk__in=pks).update(review_state=ReviewState.VERIFIED) != len(pks):
                raise PermissionDenied(_("You may not write all of what would be verified."))
    queries = [query for found in about(Query, records).values() for query in found]
    answered = [query.pk for query in queries if query.answered_at is not None and query.settled_at is None]
    # By what the reader may write: a token for records of this kind alone leaves the queries as they are.
    Query.objects.filter(pk__in=answered).update(settled_at=timezone.now())


def restore(actor: Reader, record: Record, *, reason: str, expected_version: int) -> Record:
    """Take back a withdrawal, with a reason: the record is what it was before. A reviewer's act.

    Raises ValidationError where the record was not withdrawn, or cannot stand as things are now, on ``reason`` where
    none is given; StaleVersion.
    """
    permissions.demand(permissions.REVIEW)
    held = lock_record(record, expected_version)
    check_restorable(held)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the record is restored.")})
    held.withdrawn_at, held.withdrawn_reason = None, ""
    check_record(held)
    held.check_standing()
    with in_words(), because(guard.check_reason(reason.strip())):
        held.save(force_update=True)
    return as_stored(held)


def check_restorable(record: Record) -> None:
    """Raise ValidationError for a record that is not withdrawn, that was merged, or that hangs on a withdrawn one."""
    if not record.is_withdrawn:
        raise ValidationError(_("This record was not withdrawn."))
    if not record.is_restorable:
        raise ValidationError(_("Records of this kind are not restored. Add a new one."))
    if Merge.objects.current().of(record).exists():
        raise ValidationError(_("This record was merged into another. Undo the merge instead."))
    for whole in wholes_of(record):
        if whole.is_withdrawn:
            told = _("“%(whole)s”, which it is a part of, was withdrawn. Restore that first.")
            raise ValidationError(told % {"whole": whole})


# Field by field ------------------------------------------------------------------------------------------------------


def check_field(actor: Reader, record: Record, field: str, *, expected_version: int | None = None, **own) -> FieldCheck:
    """Write down that a field matches the source, as the record is now; with an empty ``field``, all of it.

    ``own`` are further fields of the check itself (``level``, ``compartments``, ``external_id``). Raises
    ValidationError on ``field`` where the kind has no such field to check; PermissionDenied; without a field where the
    record does not wait; StaleVersion where it is no longer the version that was looked at.
    """
    held = record if expected_version is None else lock_record(record, expected_version)
    check_reviewer(actor, held)
    check_waiting(held)
    check_name(held, field)
    return add_record(actor, FieldCheck(record=held, field=field, **own))


def check_name(record: Record, field: str) -> None:
    """Raise ValidationError on ``field`` unless it is empty or names a field that is compared with a source."""
    if field and field not in {one.name for one in checked_fields(type(record))}:
        raise ValidationError({"field": _("This kind of record has no field “%(field)s” to check.") % {"field": field}})


@transaction.atomic
def raise_query(actor: Reader, record: Record, *, field: str, text: str, **own) -> Query:
    """Ask about a field of a record, or about all of it; people named with @ find it under "My work".

    ``own`` as in ``check_field``. A name is refused, on ``text``, in the same words whether nobody has it, its owner
    may not see the record or may not write.
    """
    permissions.demand(permissions.WRITE)
    if record.is_withdrawn or not record.is_reviewed:
        raise ValidationError(_("This record is not reviewed, so there is nothing to ask about it here."))
    check_name(record, field)
    if not text.strip():
        raise ValidationError({"text": _("Write what you want to know.")})
    query = add_record(actor, Query(record=record, field=field, text=text.strip(), **own))
    mention(actor, record, text, "text")
    return query


@transaction.atomic
def answer_query(actor: Reader, query: Query, *, answer: str, expected_version: int) -> Query:
    """Answer somebody else's query; return it as stored.

    Raises ValidationError on ``answer`` where it is empty or names somebody who cannot be asked, without a field where
    the query is no longer open; PermissionDenied to whoever asked; StaleVersion.
    """
    permissions.demand(permissions.WRITE)
    held = lock_record(query, expected_version)
    if not held.is_open:
        raise ValidationError(_("This query is answered already, or was taken back."))
    if held.author_id == actor.user_id:
        raise PermissionDenied(_("You asked this yourself: another person answers it, or you take it back."))
    if not answer.strip():
        raise ValidationError({"answer": _("Write an answer.")})
    held.answer, held.answered_by_id, held.answered_at = answer.strip(), actor.user_id, timezone.now()
    with because(guard.check_words({"answer": answer})):
        held.save(force_update=True)
    mention(actor, held.record, answer, "answer")
    for own in asked_of(actor).filter(record_id=held.record_id, is_mention=True):
        finish(actor, own, expected_version=own.version)
    return as_stored(held)


def take_back(actor: Reader, said: Query | FieldCheck | Assignment, *, expected_version: int) -> Record:
    """Withdraw what was said in a review: one's own query or check, or, as a reviewer, an assignment; StaleVersion."""
    held = lock_record(said, expected_version)
    if held.author_id != actor.user_id:
        if not isinstance(held, Assignment):
            raise PermissionDenied(_("Only whoever said this takes it back."))
        permissions.demand(permissions.REVIEW)
    return withdraw_record(actor, held, reason="Taken back.", expected_version=expected_version)


# Who is asked to look ------------------------------------------------------------------------------------------------


def people_for(record: Record, action: str = permissions.WRITE) -> list[User]:
    """Return, by name, the people who may see a record and whose role allows ``action``: only they can be asked."""
    return people_who_see(record.label_id, record.draft_of, action)


def people_who_see(label_id: int, draft_of: uuid.UUID | None, action: str = permissions.WRITE) -> list[User]:
    """Return, by name, the people who may see what is under a label, or in a draft, and whose role allows ``action``.

    Nobody, where the reader may not see it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT records.who_may_see(%s, %s)", [label_id, draft_of])
        found = [row[0] for row in cursor.fetchall()]
    roles = [role for role, allowed in permissions.ALLOWED.items() if action in allowed]
    return list(User.objects.filter(pk__in=found, role__in=roles).order_by("username"))


def reviewers_of(record: Record) -> list[User]:
    """Return, by name, the people who can be asked to check a record: never its author."""
    return [person for person in people_for(record, permissions.REVIEW) if person.pk != record.author_id]


def named_among(people: list[User], name: str, field: str) -> User:
    """Return who of some people is called so; raise ValidationError on ``field`` where nobody is."""
    for person in people:
        if person.username == name:
            return person
    raise ValidationError({field: _("There is nobody called “%(name)s” to ask about this record.") % {"name": name}})


def mention(actor: Reader, record: Record, text: str, field: str) -> None:
    """Ask everybody named in a text, except the writer, to look at the record."""
    names = list(dict.fromkeys(MENTION.findall(text)))
    people = people_for(record) if names else []
    for person in [named_among(people, name, field) for name in names]:
        if person.pk != actor.user_id:
            add_record(actor, Assignment(record=record, to=person, is_mention=True))


def assign(actor: Reader, record: Record, *, to: str, **own) -> Assignment:
    """Ask a reviewer, by user name, to check a record that waits; a reviewer's act. ``own`` as in ``check_field``.

    Raises ValidationError on ``to`` as ``raise_query`` does on its text, and for the record's author.
    """
    permissions.demand(permissions.REVIEW)
    check_waiting(record)
    person = named_among(reviewers_of(record), to, "to")
    return add_record(actor, Assignment(record=record, to=person, **own))


def finish(actor: Reader, assignment: Assignment, *, expected_version: int) -> Assignment:
    """Write down that what somebody was asked is done. By that person, or a reviewer; StaleVersion."""
    held = lock_record(assignment, expected_version)
    if held.to_id != actor.user_id:
        permissions.demand(permissions.REVIEW)
    if held.done_at is None:
        held.done_at = timezone.now()
        held.save(force_update=True)
    return as_stored(held)


def finish_assignments(actor: Reader, record: Record) -> None:
    """Write down as done what was asked about a record: somebody has checked it."""
    waiting = Assignment.objects.current().of(record).filter(done_at=None, is_mention=False)
    for one in waiting.select_for_update(of=("self",)):
        one.done_at = timezone.now()
        one.save(force_update=True)


def asked_of(actor: Reader):
    """Return what the actor is asked to look at and has not done, newest first: for "My work"."""
    found = Assignment.objects.current().filter(to_id=actor.user_id, done_at=None)
    return found.select_related("label", "author", "record_type").order_by("-recorded_at", "pk")
