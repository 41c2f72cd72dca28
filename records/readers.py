"""Who can see a record, in words, for its page."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.context import current_reader
from access.levels import Level
from access.models import known_compartments
from records.embargoes import may_agree, may_cancel
from records.marking import Readers
from records.models import Embargo, EmbargoState, Record
from records.services import Consequences


def readers_told(record: Record) -> dict:
    """Return for components/readers.html: label, how many people in words, and which records raise it."""
    readers = Readers([record])
    return {
        "label": record.label,
        "people": people_in_words(record, readers),
        "raised_by": readers.raised_by(record),
    }


def people_in_words(record: Record, readers: Readers) -> str:
    """Return who can read a record as it is: everybody, a number of people, or author and reviewers of a draft."""
    if record.draft_of is not None:
        return _("Only its author and reviewers, as long as it is a draft.")
    return number_in_words(readers.number(record))


def number_in_words(people: int | None) -> str:
    """Return a number of people with an account in words; None is everybody."""
    if people is None:
        return _("Everyone who signs in.") if settings.SIGN_IN_REQUIRED else _("Everyone who reaches this address.")
    return ngettext("%(n)s person with an account.", "%(n)s people with an account.", people) % {"n": f"{people:,}"}


def marking_in_words(level: int, compartments: list[int]) -> str:
    """Return a level and compartments in words; of compartments only those the reader knows of."""
    known = known_compartments() if compartments else {}
    names = [known[pk].name for pk in compartments if pk in known]
    return f"{Level(level).label}: {', '.join(names)}" if names else str(Level(level).label)


def embargo_told(embargo: Embargo) -> dict:
    """Return for components/embargo.html what an embargo does, in a sentence, and where it stands."""
    told = {
        "marking": marking_in_words(embargo.to_level, embargo.to_compartments),
        "moment": embargo.when,
        "by": embargo.agreed_by,
        "author": embargo.author or _("the system"),
    }
    sentences = {
        EmbargoState.PROPOSED: _(
            "Proposed by %(author)s: “%(marking)s” from %(moment)s. It waits for another person, a reviewer, to agree;"
            " without that it lapses."
        ),
        EmbargoState.AGREED: _("Becomes “%(marking)s” on %(moment)s, agreed by %(by)s."),
        EmbargoState.APPLIED: _("Became “%(marking)s” on %(moment)s, agreed by %(by)s."),
        EmbargoState.CANCELLED: _("Was to become “%(marking)s” on %(moment)s; cancelled."),
        EmbargoState.LAPSED: _("Was to become “%(marking)s” on %(moment)s; lapsed, because no reviewer agreed in time.")
        if embargo.agreed_at is None
        else _(
            "Was to become “%(marking)s” on %(moment)s, agreed by %(by)s; lapsed, because the record was changed"
            " afterwards, or Parley was closed at that time."
        ),
    }
    reader = current_reader()
    return {
        "embargo": embargo,
        "sentence": sentences[embargo.state] % told,
        "tone": "info" if embargo.is_waiting else "warn",
        "may_agree": may_agree(reader, embargo),
        "may_cancel": may_cancel(reader, embargo),
    }


def embargoes_told(record: Record) -> list[dict]:
    """Return the embargoes to show on a record's page: the one that waits, and the last one if it lapsed."""
    found = list(
        Embargo.objects.of(record).current().select_related("label", "author", "agreed_by").order_by("-at")[:5]
    )
    shown = [embargo for embargo in found if embargo.is_waiting]
    if not shown and found and found[0].state == EmbargoState.LAPSED:
        shown = found[:1]
    return [embargo_told(embargo) for embargo in shown]


def consequences_told(before: Record, found: Consequences) -> dict:
    """Return for components/consequences.html what would follow, in sentences."""
    kinds = ", ".join(
        f"{number:,} {kind._meta.verbose_name if number == 1 else kind._meta.verbose_name_plural}"
        for kind, number in found.following
    )
    if found.total:
        following = ngettext(
            "%(n)s record that hangs on it and that you can see follows: %(kinds)s.",
            "%(n)s records that hang on it and that you can see follow: %(kinds)s.",
            found.total,
        ) % {"n": f"{found.total:,}", "kinds": kinds}
    else:
        following = _("No record that you can see hangs on it and follows.")
    return {
        "label": found.label,
        "following": following,
        "before": people_in_words(before, Readers([before])),
        "after": number_in_words(found.people),
        "raised_by": found.raised_by,
    }
