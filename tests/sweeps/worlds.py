"""The open world everybody sees, and the secrets that are put into it, by how far they are hidden."""

import re
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.db.models import Model

from access.context import SYSTEM, acting_as, refresh_labels, user_principal
from access.levels import Level, Role
from access.models import Compartment, Membership, User
from records.models import Record
from records.services import withdraw_record
from tests.factories import make, make_world
from tests.people import accounts_of

CANARY = "Zeisig"
# What carries the others; the rest hangs on it, so that with these given every link and part is made anew.
TRUNK = (
    "actor", "conflict", "party", "place", "channel", "meeting", "agreement", "commitment", "outcome", "source",
    "mandate", "representative",
)  # fmt: skip
UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
REFERENCE = re.compile(rb"\b[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}\b")


def names_in(body: bytes) -> set[bytes]:
    """Return every identifier and reference in an answer."""
    return set(UUID.findall(body)) | set(REFERENCE.findall(body))


@dataclass
class Open:
    """Two visible worlds: with one record of a kind no order could betray a hidden one. ``drafter`` writes drafts.

    ``accounts`` are what the pages about people are about.
    """

    first: SimpleNamespace
    second: SimpleNamespace
    drafter: User
    accounts: dict[str, Model]

    def records(self) -> list[Record]:
        return [*vars(self.first).values(), *vars(self.second).values()]

    def one(self, model) -> Model | None:
        """The first world's record of a kind, or what the pages about people are about."""
        found = (*vars(self.first).values(), *self.accounts.values())
        return next((record for record in found if type(record) is model), None)

    def other(self, model) -> Record | None:
        """The second world's record of a kind."""
        return next((record for record in vars(self.second).values() if type(record) is model), None)


def open_world() -> Open:
    """Write two public worlds in the current transaction."""
    with acting_as(SYSTEM):
        drafter = User.objects.create(username="drafter", role=Role.REVIEWER, clearance=Level.PUBLIC)
        first, second = make_world("Open"), make_world("Ouvert")
    return Open(first, second, drafter, accounts_of(drafter))


@dataclass
class Secrets:
    """Hidden records, and how to recognise any of them in an answer."""

    records: list[Record] = field(default_factory=list)

    def add(self, world: SimpleNamespace, known: list[Record]) -> None:
        seen = {record.pk for record in known}
        self.records += [record for record in vars(world).values() if record.pk not in seen]

    def one(self, model) -> Record:
        return next(record for record in self.records if type(record) is model)

    def names(self) -> set[bytes]:
        """Return every identifier and reference."""
        return {str(record.pk).encode() for record in self.records} | {
            record.reference.encode() for record in self.records
        }

    def found_in(self, body: bytes) -> set[bytes]:
        """Return what in an answer names a hidden record: identifiers, references, words."""
        met = names_in(body) & self.names()
        return met | ({CANARY.encode()} if CANARY.lower().encode() in body.lower() else set())


def hide(world: Open, word: str, *, author=None, **marking) -> Secrets:
    """Write hidden records of every kind under one marking: a world of their own, and one that hangs on the open one.

    The second one gives visible records hidden children; then come hidden links between two visible records.
    """
    secrets, known = Secrets(), world.records()
    for number, given in enumerate(({}, {name: getattr(world.first, name) for name in TRUNK})):
        made = make_world(f"{CANARY}{word}{number}", author=author, **marking, **given)
        secrets.add(made, known)
    first, second = vars(world.first), vars(world.second)
    for name, ends in {
        "outcome_channel": ("outcome", "channel"),
        "outcome_meeting": ("outcome", "meeting"),
        "outcome_agreement": ("outcome", "agreement"),
        "outcome_role": ("outcome", "actor"),
        "delivery": ("outcome", "commitment"),
        "channel_party": ("channel", "actor"),
        "channel_intermediary": ("channel", "actor"),
        "participant": ("meeting", "representative"),
        "agreement_party": ("agreement", "actor"),
        "conflict_mandate": ("conflict", "mandate"),
    }.items():
        one, two = ends
        linked = make(type(first[name]), **{one: first[one], two: second[two]}, author=author, **marking)
        secrets.records.append(linked)
    return secrets


def stages(people, world: Open):
    """Write the secrets from the most hidden to the least and yield, after each, whom they are hidden from.

    Yields (names of readers, everything that is hidden from them). Whoever is named later reads less.
    """
    hidden = Secrets()
    with acting_as(SYSTEM) as actor:
        circle = Compartment.objects.create(code=CANARY, name=f"{CANARY} circle")
        Membership.objects.create(user=people.member, compartment=circle)
        of_room = hide(world, "room", level=Level.PUBLIC, compartments=[people.room.pk])
        refresh_labels()
        for record in (of_room.records[0], of_room.records[-1]):
            record.refresh_from_db()
            withdraw_record(actor, record, reason=f"{CANARY} withdrawn")
        hidden.records += of_room.records
    yield ("guest",), hidden
    with acting_as(user_principal(world.drafter)):
        hidden.records += hide(world, "draft", author=world.drafter, review_state="draft").records
    yield ("stranger",), hidden
    with acting_as(SYSTEM):
        for level in (Level.CONFIDENTIAL, Level.RESTRICTED):
            hidden.records += hide(world, f"level{level}", level=level).records
    yield ("analyst",), hidden
    with acting_as(SYSTEM):
        hidden.records += hide(world, "level1", level=Level.INTERNAL).records
    yield ("anonymous", "outsider", "administrator", "token"), hidden
