"""Keeping what stands in a form on the server, so that nothing typed is lost, and one form makes one record."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from access.context import Reader
from desk.models import KeptForm
from records.models import Record

Pairs = list[list[str]]

# Part of every form, and no part of what somebody typed.
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "key", "draft", "next", "alike", "began_as"})
LARGEST = 512 * 1024  # characters
PURGED_AFTER = dt.timedelta(days=90)
PUT_BACK_WITHIN = dt.timedelta(days=1)


def typed(data: QueryDict) -> Pairs:
    """Return what somebody typed, as pairs in the order of the form."""
    return [[name, value] for name, values in data.lists() if name not in NOT_TYPED for value in values]


def check_pairs(pairs: Pairs) -> None:
    """Raise ValidationError, by the field's name where it is one's fault, for what cannot be kept."""
    for name, value in pairs:
        if "\x00" in name + value:
            told = _("There is a NUL character in it, which no text has. Delete it or type the text anew.")
            raise ValidationError({name.replace("\x00", ""): told})
    if sum(len(name) + len(value) for name, value in pairs) > LARGEST:
        raise ValidationError(_("This is more text than can be kept (%(n)s characters). Shorten it.") % {"n": LARGEST})


def digest(pairs: Pairs, *, draft: bool) -> str:
    """Return the SHA-256 of what was sent and by which button, to know it again."""
    return hashlib.sha256(json.dumps([draft, pairs]).encode()).hexdigest()


def as_data(kept: KeptForm) -> QueryDict:
    """Return what was kept as a form would send it."""
    data = QueryDict(mutable=True)
    for name, value in kept.data:
        data.appendlist(name, value)
    return data


def key_of(given: str | None) -> uuid.UUID:
    """Return the key a form was sent with; a new one where it has none or one that is no key."""
    try:
        return uuid.UUID(given or "")
    except ValueError:
        return uuid.uuid4()


def hold(actor: Reader, key: uuid.UUID, form: str, record: Record) -> KeptForm:
    """Return the kept form of this key, made if there is none, and hold it until the transaction ends.

    Whoever sends the same form at the same time waits here. A key that is somebody else's, or of another form, counts
    as none: a new one takes its place.
    """
    record_id = None if record._state.adding else record.pk
    marking = {"level": actor.clearance, "compartments": sorted(actor.compartments)}
    if record_id is not None:
        marking = {
            "level": max(actor.clearance, record.label.level),
            "compartments": sorted({*actor.compartments, *record.label.compartments}),
        }
    about = {"user_id": actor.user_id, "form": form, "record_id": record_id}
    for tried in (key, uuid.uuid4()):
        new = KeptForm(id=tried, kept_at=timezone.now(), **marking, **about)
        # Not "save": a second one must wait for the first, and then find its row.
        KeptForm.objects.bulk_create([new], ignore_conflicts=True)
        held = KeptForm.objects.select_for_update().filter(pk=tried, **about).first()
        if held is not None:
            if held.saved_as is None:
                held.level, held.compartments = marking["level"], marking["compartments"]
            return held
    raise RuntimeError("A new key was taken at once.")


def keep(held: KeptForm, pairs: Pairs) -> None:
    """Keep what stands in the form now. Raises ValidationError for what cannot be kept."""
    check_pairs(pairs)
    held.data, held.kept_at, held.discarded_at = pairs, timezone.now(), None
    held.save()


def note_saved(held: KeptForm, record: Record, sent: str) -> None:
    """Write down what the form made; what was typed is in the record now and is kept nowhere else."""
    held.data, held.saved_as, held.saved_digest, held.kept_at = [], record.pk, sent, timezone.now()
    held.save()


def note_added(actor: Reader, key: str | None, record: Record) -> None:
    """Write down that an unfinished form of the actor's was added to a record, instead of making one of its own."""
    for held in unfinished(actor.user_id).filter(pk=key_of(key)):
        note_saved(held, record, "")


def unfinished(user_id: uuid.UUID) -> QuerySet[KeptForm]:
    """Return somebody's forms that are neither saved nor discarded, the newest first."""
    return KeptForm.objects.filter(user_id=user_id, saved_as=None, discarded_at=None).exclude(data=[])


def unfinished_of(actor: Reader, form: str, record: Record) -> QuerySet[KeptForm]:
    """Return those of one form: for new records of a kind, or for one record."""
    return unfinished(actor.user_id).filter(form=form, record_id=None if record._state.adding else record.pk)


def discarded(actor: Reader) -> QuerySet[KeptForm]:
    """Return the reader's own forms that were discarded not long ago and can be put back."""
    since = timezone.now() - PUT_BACK_WITHIN
    return KeptForm.objects.filter(user_id=actor.user_id, saved_as=None, discarded_at__gte=since)


def discard(kept: KeptForm) -> None:
    """Take a form out of the drafts; it can be put back for a day."""
    kept.discarded_at = timezone.now()
    kept.save()


def put_back(kept: KeptForm) -> None:
    """Undo a discard."""
    kept.discarded_at = None
    kept.save()


def first_words(kept: KeptForm, names: Iterable[str] = ("title", "name", "summary", "task", "notes")) -> str:
    """Return the beginning of what was typed, by which its typist knows it again."""
    given = dict(reversed([(name, value.strip()) for name, value in kept.data]))
    return next((given[name][:80] for name in names if given.get(name)), "")
