"""Whoever changes the history as the owner of the database is found out, and what was done is named."""

import contextlib

import pytest
from django.db import connections, transaction

from access.context import SYSTEM, sign
from intermediaries.models import Actor
from records.verifying import findings, numbers_in_words
from tests.factories import make, make_world

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


class Owner:
    """The owner's connection in one transaction, with a world, an actor of three entries, events and two seals."""

    def __init__(self):
        self.connection = connections["owner"]
        self.world = make_world("Open", using="owner")
        self.actor = make(Actor, "owner", name="one", kind_of_actor="state")
        self.change_name("two")
        for name in ("first", "second", "third"):
            self.run(
                "SELECT access_private.add_event('export', NULL, '', NULL, NULL, jsonb_build_object('what', %s))", name
            )
        self.first_seal = self.seal()
        self.change_name("three")
        self.note("fourth")
        self.seal()
        self.entries = self.numbers(
            "SELECT id FROM records_historyentry WHERE record_id = %s ORDER BY id", self.actor.pk
        )
        self.events = self.numbers("SELECT id FROM access_event WHERE principal = 'owner' ORDER BY id")

    def run(self, statement: str, *params) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, params or None)
            return cursor.fetchall() if cursor.description else []

    def numbers(self, statement: str, *params) -> list[int]:
        return [number for (number,) in self.run(statement, *params)]

    def note(self, what: str) -> None:
        """Write an event as the owner."""
        told = "SELECT access_private.add_event('export', NULL, '', NULL, NULL, jsonb_build_object('what', %s))"
        self.run(told, what)

    def change_name(self, name: str) -> None:
        self.run("UPDATE intermediaries_actor SET name = %s WHERE id = %s", name, self.actor.pk)

    @contextlib.contextmanager
    def as_system(self):
        """The application's role in the name of the system."""
        (start,) = self.run("SELECT extract(epoch FROM now())::text")[0]
        self.run("SELECT set_config('parley.reader', %s, true)", sign(SYSTEM, start))
        self.run(f"SET LOCAL ROLE {connections['default'].settings_dict['USER']}")
        yield
        self.run("RESET ROLE")
        self.run("SELECT set_config('parley.reader', '', true)")

    def seal(self) -> str:
        with self.as_system():
            return self.run("SELECT encode((records.seal_history()).hash, 'hex')")[0][0]

    def tamper(self, table: str, statement: str, *params) -> None:
        """Run a statement with the table's triggers out of the way, and put them back."""
        self.run("SET CONSTRAINTS ALL IMMEDIATE")
        self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.run(statement, *params)
        self.run(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def rehash(self, *entries: int) -> None:
        """Give entries hashes that fit what they hold now, and the chain, as somebody careful would."""
        for entry in entries:
            self.tamper(
                "records_historyentry",
                "UPDATE records_historyentry e SET previous_hash = (SELECT p.hash FROM records_historyentry p"
                " WHERE p.record_id = e.record_id AND p.id < e.id ORDER BY p.id DESC LIMIT 1) WHERE id = %s",
                entry,
            )
            self.tamper(
                "records_historyentry",
                "UPDATE records_historyentry e SET hash = access_private.history_hash(e) WHERE id = %s",
                entry,
            )

    def found(self, **options) -> list[tuple]:
        """Return problem and number of everything verifying finds, in order; each has its sentence."""
        with self.as_system():
            told = list(findings(using="owner", **options))
        assert all(str(one.number) in one.sentence for one in told if one.number and one.problem in NUMBERED), told
        assert all("%(" not in one.sentence for one in told)
        return sorted((one.problem, one.number) for one in told)


NUMBERED = {"entry_changed", "entry_link", "event_changed", "event_link", "seal_broken"}
REWRITE = """UPDATE records_historyentry SET after = jsonb_set(after, '{name}', '"forged"') WHERE id = %s"""


@pytest.fixture
def owner():
    with transaction.atomic(using="owner"):
        yield Owner()
        transaction.set_rollback(True, using="owner")


def test_what_nobody_touched_is_whole(owner):
    assert owner.found() == []
    assert owner.found(seals=[owner.first_seal.upper()]) == []


def test_a_changed_entry(owner):
    owner.tamper("records_historyentry", REWRITE, owner.entries[1])
    assert owner.found() == [("entry_changed", owner.entries[1]), ("entry_step", owner.entries[2])]


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 second'", "principal = 'system'", "reason = 'x'", "role = 'reviewer'", "door = 'api'",
        "request_id = 'x'", "draft_of = record_id", "version = 1", "operation = 'DELETE'",
        "label_id = (SELECT max(id) FROM access_label)",
    ],
)  # fmt: skip
def test_whatever_is_changed_of_an_entry(owner, change):
    owner.tamper("records_historyentry", f"UPDATE records_historyentry SET {change} WHERE id = %s", owner.entries[1])
    assert ("entry_changed", owner.entries[1]) in owner.found()


def test_an_entry_changed_and_hashed_anew(owner):
    owner.tamper("records_historyentry", REWRITE, owner.entries[1])
    owner.rehash(owner.entries[1])
    assert owner.found() == [("entry_link", owner.entries[2]), ("entry_step", owner.entries[2]), ("seal_broken", 1)]


def test_a_whole_chain_hashed_anew_breaks_the_seals(owner):
    owner.tamper("records_historyentry", "UPDATE records_historyentry SET reason = 'x' WHERE id = %s", owner.entries[0])
    owner.rehash(*owner.entries)
    assert owner.found() == [("seal_broken", 1), ("seal_broken", 2)]


def test_removed_entries(owner):
    delete = "DELETE FROM records_historyentry WHERE id = %s"
    for gone, told in (
        (0, [("first_entry_missing", owner.entries[1]), ("sealed_entries_missing", 1)]),
        (1, [("entry_link", owner.entries[2]), ("entry_step", owner.entries[2]), ("sealed_entries_missing", 1)]),
        (2, [("record_changed", owner.entries[1]), ("sealed_entries_missing", 2)]),
    ):
        with contextlib.suppress(Undo), transaction.atomic(using="owner"):
            owner.tamper("records_historyentry", delete, owner.entries[gone])
            assert owner.found() == told
            raise Undo


class Undo(Exception):
    """Takes back what a part of a test did."""


def test_a_removed_history_and_a_removed_record(owner):
    owner.tamper("records_historyentry", "DELETE FROM records_historyentry WHERE record_id = %s", owner.actor.pk)
    seals = [("sealed_entries_missing", 1), ("sealed_entries_missing", 2)]
    assert owner.found() == [("history_missing", None), *seals]
    owner.tamper("intermediaries_actor", "DELETE FROM intermediaries_actor WHERE id = %s", owner.actor.pk)
    assert owner.found() == seals


def test_a_removed_row_and_a_deleted_record(owner):
    with contextlib.suppress(Undo), transaction.atomic(using="owner"):
        owner.tamper("intermediaries_actor", "DELETE FROM intermediaries_actor WHERE id = %s", owner.actor.pk)
        assert owner.found() == [("record_missing", owner.entries[2])]
        raise Undo
    owner.run("DELETE FROM intermediaries_actor WHERE id = %s", owner.actor.pk)
    assert [problem for problem, _number in owner.found()] == ["record_deleted"]


def test_a_removed_tail_with_its_seal_is_missed_by_who_kept_the_seal(owner):
    (kept,) = owner.run("SELECT encode(hash, 'hex') FROM records_historyseal WHERE id = 2")[0]
    owner.tamper("records_historyseal", "DELETE FROM records_historyseal WHERE id = 2")
    owner.tamper("records_historyentry", "DELETE FROM records_historyentry WHERE id >= %s", owner.entries[2])
    owner.tamper("access_event", "DELETE FROM access_event WHERE id >= %s", owner.events[-1])
    owner.tamper(
        "intermediaries_actor",
        "UPDATE intermediaries_actor SET name = 'two', version = 2, updated_at = (after ->> 'updated_at')::timestamptz"
        " FROM records_historyentry e WHERE e.record_id = intermediaries_actor.id AND e.id = %s",
        owner.entries[1],
    )
    assert owner.found() == []
    assert owner.found(seals=[kept]) == [("seal_unknown", None)]


def test_an_inserted_entry(owner):
    owner.tamper(
        "records_historyentry",
        'INSERT INTO records_historyentry SELECT (jsonb_populate_record(e, \'{"id": 1000000, "version": 4}\')).*'
        " FROM records_historyentry e WHERE id = %s",
        owner.entries[2],
    )
    owner.rehash(1000000)
    assert owner.found() == [("entry_step", 1000000)]


def test_reordered_entries(owner):
    _one, two, three = owner.entries
    for number, new in ((two, -1), (three, two), (-1, three)):
        owner.tamper("records_historyentry", "UPDATE records_historyentry SET id = %s WHERE id = %s", new, number)
    told = owner.found()
    assert {("entry_changed", two), ("entry_link", two), ("entry_changed", three), ("entry_link", three)} <= set(told)


def test_a_record_changed_behind_the_historys_back(owner):
    owner.tamper("intermediaries_actor", "UPDATE intermediaries_actor SET notes = 'x' WHERE id = %s", owner.actor.pk)
    with owner.as_system():
        (told,) = findings(using="owner")
    assert (told.problem, told.detail) == ("record_changed", "notes")
    assert owner.actor.reference in told.sentence
    assert told.sentence.startswith("Actor ")


def test_an_entry_shown_to_more_people_than_the_record(owner):
    owner.run("UPDATE intermediaries_actor SET level = 3 WHERE id = %s", owner.actor.pk)
    assert owner.found() == []
    # The owner may do this without switching a trigger off: it is what relabelling does.
    owner.run(
        "UPDATE records_historyentry SET record_label_id = (SELECT min(id) FROM access_label) WHERE id = %s",
        owner.entries[0],
    )
    assert owner.found() == [("entry_seen_by_others", owner.entries[0])]


def test_switched_off_triggers(owner):
    owner.run("SET CONSTRAINTS ALL IMMEDIATE")
    owner.run("ALTER TABLE access_event DISABLE TRIGGER frozen")
    owner.run("ALTER TABLE exchanges_claim DISABLE TRIGGER zz_write_history")
    assert owner.found() == [("trigger_off", None)] * 2


def test_changed_removed_and_inserted_events(owner):
    first, second, third, fourth = owner.events[-4:]
    for statement, told in (
        (f"UPDATE access_event SET detail = '{{}}' WHERE id = {second}", [("event_changed", second)]),
        (f"UPDATE access_event SET at = now() WHERE id = {first}", [("event_changed", first)]),
        (f"DELETE FROM access_event WHERE id = {second}", [("event_link", third), ("sealed_events_missing", 1)]),
        (f"DELETE FROM access_event WHERE id = {fourth}", [("sealed_events_missing", 2)]),
        (
            f"DELETE FROM access_event WHERE id < {second}",
            [("first_event_missing", second), ("sealed_events_missing", 1)],
        ),
        ("DELETE FROM access_event", [("sealed_events_missing", 1), ("sealed_events_missing", 2)]),
        (
            "INSERT INTO access_event SELECT (jsonb_populate_record(e, '{\"id\": 1000000}')).* FROM access_event e"
            f" WHERE id = {second}",
            [("event_changed", 1000000), ("event_link", 1000000)],
        ),
    ):
        with contextlib.suppress(Undo), transaction.atomic(using="owner"):
            owner.tamper("access_event", statement)
            assert owner.found() == told, statement
            raise Undo


def test_changed_and_removed_seals(owner):
    for statement, told in (
        ("UPDATE records_historyseal SET at = now() WHERE id = 1", [("seal_broken", 1)]),
        ("UPDATE records_historyseal SET hash = '' WHERE id = 1", [("seal_broken", 1), ("seal_link", 2)]),
        ("DELETE FROM records_historyseal WHERE id = 1", [("seal_missing", 2)]),
        ("UPDATE records_historyseal SET entries = 0 WHERE id = 2", [("seal_broken", 2)]),
        ("UPDATE records_historyseal SET event_ids = '{}' WHERE id = 2", [("seal_broken", 2)]),
    ):
        with contextlib.suppress(Undo), transaction.atomic(using="owner"):
            owner.tamper("records_historyseal", statement)
            assert owner.found() == told, statement
            raise Undo
    with owner.as_system():
        (unknown,) = findings(seals=["00"], using="owner")
    assert unknown.sentence == "There is no seal 00; the seals, or everything since, were replaced."


def test_the_time_zone_of_a_session_changes_no_hash(owner):
    owner.run("SET LOCAL timezone = 'Asia/Kathmandu'")
    owner.change_name("four")
    owner.run("SET LOCAL timezone = 'America/New_York'")
    owner.change_name("five")
    owner.seal()
    owner.run("SET LOCAL timezone = 'UTC'")
    assert owner.found() == []


def test_since_leaves_out_what_is_older(owner):
    owner.tamper("records_historyentry", REWRITE, owner.entries[1])
    (later,) = owner.run("SELECT at FROM records_historyentry WHERE id = %s", owner.entries[2])[0]
    assert owner.found(since=later) == [("entry_step", owner.entries[2])]


def test_the_owner_too_may_rewrite_nothing_while_the_triggers_are_on(owner):
    owner.run("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("records_historyentry", "access_event", "records_historyseal"):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE", f"UPDATE {table} SET hash = ''"):
            with pytest.raises(Exception, match="only ever added to"), transaction.atomic(using="owner"):
                owner.run(statement)


def test_ranges_of_numbers_in_words():
    assert numbers_in_words("{[3,4),[7,10)}") == "3, 7–9"
