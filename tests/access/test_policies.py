"""Every policy and trigger of every classified table, tried as somebody who may and as somebody who may not.

One world stands for the whole file; every table is asked the same questions by raw SQL, so that a policy that is
missing, or opened, on any one table fails here by name.
"""

import importlib
import pkgutil
import uuid

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from access.context import SYSTEM, acting_as, because
from access.installation import OPEN_TABLES
from access.levels import Level
from records.models import Record
from records.operations import Protect
from tests.factories import make
from tests.standing import CANARY, refusal, run, standing_world, undone

DENIED = "42501"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with standing_world(django_db_blocker) as made:
        OWN["records_merge"] = {"record_id": str(made.open.spare.pk)}
        yield made


# What a copy of a row must say otherwise than the row, by table: one record is merged once.
OWN: dict[str, dict] = {}
# Kinds that are never a draft. Whoever is asked must be able to see what they are asked.
NO_DRAFTS = {"records_merge": "23514", "negotiations_lockedperiod": DENIED, "records_assignment": DENIED}
# Kinds that only those who may write see: what nobody has accepted yet, and what is said of a record in its review.
OF_WRITERS = {"intake_candidate", "records_assignment", "records_fieldcheck", "records_query"}
NO_WRITERS = {"anonymous", "entering", "analyst", "administrator", "member", "reading token"}


def protections() -> dict[str, Protect]:
    """Return by table how each was protected, as the migrations say."""
    found = {}
    for app in apps.get_app_configs():
        folder = f"{app.name}.migrations"
        if importlib.util.find_spec(folder) is None:
            continue
        for module in pkgutil.iter_modules(importlib.import_module(folder).__path__):
            migration = getattr(importlib.import_module(f"{folder}.{module.name}"), "Migration", None)
            for operation in getattr(migration, "operations", ()):
                if isinstance(operation, Protect):
                    found[apps.get_model(app.label, operation.model_name)._meta.db_table] = operation
    return found


PROTECTIONS = protections()
RECORDS = {model._meta.db_table: model for model in apps.get_models() if issubclass(model, Record)}
# Where a table has rules of its own: the column that may be changed, that of the marking, who writes what is no draft.
CHANGED = {"records_publicsummary": "title"}
MARKED = {"records_embargo": "to_compartments"}
REVIEWERS = {"records_publicsummary"} | {table for table, how in PROTECTIONS.items() if how.action != "write"}
every_table = pytest.mark.parametrize("table", sorted(RECORDS))


def test_every_kind_of_record_was_protected():
    assert set(PROTECTIONS) == set(RECORDS)


def part(world, table: str):
    """Return the word under which the world keeps this table's record."""
    return next(
        name
        for name, record in vars(world.open).items()
        if isinstance(record, Record) and record._meta.db_table == table
    )


def ids(world, table: str) -> dict[str, uuid.UUID]:
    """Return the identifiers of the table's records: open, confidential and behind a compartment."""
    name = part(world, table)
    return {kind: getattr(getattr(world, kind), name).pk for kind in ("open", "secret", "hidden")}


def copied(table: str, source: uuid.UUID, author, **changes) -> tuple[str, list]:
    """Return an INSERT, with its parameters, of a copy of a row with some columns changed."""
    given = {"id": str(uuid.uuid4()), "reference": "ZZZZZ-ZZZZZ", "author_id": author and str(author.pk)}
    given |= {"review_state": "submitted"} | OWN.get(table, {}) | changes
    given |= {f"to_{name}": given[name] for name in ("level", "compartments") if name in given}  # as an embargo has it
    # Read by the system: whoever may not see the row must be refused its copy, too, and not merely copy nothing.
    with acting_as(SYSTEM):
        [(row,)] = run(f'SELECT to_jsonb(r)::text FROM "{table}" r WHERE id = %s', [source])
    return (
        f'INSERT INTO "{table}" SELECT (jsonb_populate_record(NULL::"{table}", %s::jsonb || %s)).*',
        [row, connection.ops.adapt_json_value(given, None)],
    )


def writer(world, table: str) -> tuple[str, object]:
    """Return who may write the table, and is not member of the compartment: a recorder, or a reviewer."""
    name = "reviewer" if table in REVIEWERS else "recorder"
    return world.who[name], getattr(world, name)


def seen(table: str) -> set[uuid.UUID]:
    return {pk for (pk,) in run(f'SELECT id FROM "{table}"')}


@every_table
def test_reading(world, table):
    pk = ids(world, table)
    expected = {
        "anonymous": {"open"},
        "entering": {"open"},
        "analyst": {"open"},
        "administrator": {"open"},
        "low token": {"open"},
        "recorder": {"open", "secret"},
        "reading token": {"open", "secret"},
        "reviewer": {"open", "secret"},
        "member": {"open", "secret", "hidden"},
    }
    if table in OF_WRITERS:
        expected |= {name: set() for name in NO_WRITERS}
    for name, kinds in expected.items():
        with undone(world.who[name]):
            assert seen(table) & set(pk.values()) == {pk[kind] for kind in kinds}, name
    with undone(None):
        assert refusal(f'SELECT * FROM "{table}"').pgcode == DENIED


@every_table
def test_drafts(world, table):
    principal, author = writer(world, table)
    draft = str(uuid.uuid4())
    if table in NO_DRAFTS:
        with undone(principal):
            made = copied(table, ids(world, table)["open"], author, review_state="draft")
            assert refusal(*made).pgcode == NO_DRAFTS[table]
        return
    with undone(principal):
        run(*copied(table, ids(world, table)["open"], author, id=draft, review_state="draft"))
        for name, sees in {"recorder": author == world.recorder, "reviewer": True, "member": False}.items():
            with acting_as(world.who[name]):
                assert (uuid.UUID(draft) in seen(table)) is sees, name
        with acting_as(world.who["member"]):
            assert run("SELECT * FROM records_historyentry WHERE record_id = %s", [draft]) == []
            assert run("SELECT * FROM records_searchentry WHERE record_id = %s", [draft]) == []


@every_table
def test_adding(world, table):
    source = ids(world, table)["open"]
    principal, author = writer(world, table)
    with undone(principal):
        assert run(*copied(table, source, author)) == 1
        made = run(f'SELECT version, label_id, draft_of FROM "{table}" WHERE reference = %s', ["ZZZZZ-ZZZZZ"])
        assert made == [(1, run("SELECT id FROM access_label WHERE level = 0 AND compartments = '{}'")[0][0], None)]
    refused = {
        "another's name": {"author": world.member},
        "nobody's name": {"author": None},
        "verified": {"author": author, "review_state": "verified"},
        "withdrawn": {"author": author, "withdrawn_at": "2025-01-01", "withdrawn_reason": "x"},
        "compartment": {"author": author, "compartments": [world.room]},
        "compartment under an open label": {"author": author, "compartments": [world.room], "label_id": 1},
    }
    for why, fields in refused.items():
        with undone(principal):
            assert refusal(*copied(table, source, **fields)).pgcode == DENIED, why
    for name in ("anonymous", "entering", "analyst", "member", "administrator", "reading token"):
        user = {"anonymous": None, "entering": world.reviewer, "reading token": world.recorder}
        with undone(world.who[name]):
            by = user.get(name, getattr(world, name, None))
            assert refusal(*copied(table, source, by)).pgcode == DENIED, name
    with undone(world.who["low token"]):
        assert refusal(*copied(table, source, world.recorder, level=Level.INTERNAL)).pgcode == DENIED
    if table != "negotiations_meeting":
        with undone(world.who["narrow token"]):
            assert refusal(*copied(table, source, world.recorder)).pgcode == DENIED


@every_table
def test_changing(world, table):
    pk = ids(world, table)
    principal, _author = writer(world, table)
    # Without WHERE and RETURNING nothing is read, so the policy for changes stands alone.
    column = CHANGED.get(table, "external_id")
    everything = f"UPDATE \"{table}\" SET {column} = 'changed'"
    with undone(principal):
        count = len(seen(table))
        assert run(everything) == count
        with acting_as(SYSTEM):
            found = {pk for (pk,) in run(f"SELECT id FROM \"{table}\" WHERE {column} = 'changed'")}
        assert {pk["open"], pk["secret"]} <= found
        assert pk["hidden"] not in found
    for name in ("anonymous", "entering", "analyst", "member", "administrator", "reading token"):
        with undone(world.who[name]):
            assert run(everything) == 0, name
    with undone(None):
        assert refusal(everything).pgcode == DENIED
    if table != "negotiations_meeting":
        with undone(world.who["narrow token"]):
            assert run(everything) == 0
    with undone(principal):
        raised = f'UPDATE "{table}" SET {MARKED.get(table, "compartments")} = %s'
        assert refusal(raised, [[world.room]]).pgcode == DENIED
        assert refusal(f'DELETE FROM "{table}"').pgcode == DENIED


@every_table
def test_the_version_is_counted_and_the_history_written(world, table):
    pk = ids(world, table)["open"]
    principal, author = writer(world, table)
    column = CHANGED.get(table, "external_id")
    with undone(principal):
        before = run("SELECT count(*) FROM records_historyentry WHERE record_id = %s", [pk])[0][0]
        assert before
        run(f"UPDATE \"{table}\" SET version = 99, {column} = 'x' WHERE id = %s", [pk])
        assert run(f'SELECT version FROM "{table}" WHERE id = %s', [pk]) == [(2,)]
        latest = run(
            f"SELECT version, user_id, after ->> '{column}', label_id = record_label_id, hash IS NOT NULL,"
            " previous_hash IS NOT NULL FROM records_historyentry WHERE record_id = %s ORDER BY id DESC LIMIT 1",
            [pk],
        )
        assert latest == [(2, author.pk, "x", True, True, True)]


@every_table
def test_the_guard_stands(world, table):
    pk = ids(world, table)
    principal, author = writer(world, table)
    with undone(principal):
        own = copied(table, pk["open"], author)
        run(*own)
        assert (
            refusal(f"UPDATE \"{table}\" SET review_state = 'verified' WHERE reference = 'ZZZZZ-ZZZZZ'").pgcode
            == DENIED
        )
        assert (
            refusal(f"UPDATE \"{table}\" SET review_state = 'draft' WHERE reference = 'ZZZZZ-ZZZZZ'").pgcode == DENIED
        )


@every_table
def test_the_label_goes_on_to_what_hangs_on_a_record(world, table):
    """Anything can be cited, so a citation follows a record of every kind."""
    model = RECORDS[table]
    record = getattr(world.open, part(world, table))
    from sources.models import Citation

    with undone(SYSTEM):
        cited = {"record_type": ContentType.objects.get_for_model(model), "record_id": record.pk}
        citation = make(Citation, source=world.open.source, **cited)
        with because("test"):
            marking = MARKED.get(table, "compartments")
            run(f'UPDATE "{table}" SET {marking} = %s WHERE id = %s', [[world.elsewhere], record.pk])
        asked = "SELECT l.compartments FROM {} r JOIN access_label l ON l.id = r.label_id WHERE r.id = %s"
        assert run(asked.format(table), [record.pk]) == [([world.elsewhere],)]
        assert run(asked.format("sources_citation"), [citation.pk]) == [([world.elsewhere],)]


@pytest.mark.parametrize("table", sorted(table for table, how in PROTECTIONS.items() if how.search))
def test_the_words_are_found_by_who_may_and_follow_the_record(world, table):
    pk = ids(world, table)
    asked = "SELECT words LIKE '%%zugvogel%%', is_withdrawn FROM records_searchentry WHERE record_id = %s"
    with undone(SYSTEM):
        column = PROTECTIONS[table].search[0]
        changed = CHANGED.get(table, "external_id")
        run(f"UPDATE \"{table}\" SET {changed} = 'Zugvogel' WHERE id = %s", [pk["hidden"]])
        assert run(f'SELECT "{column}" FROM "{table}" WHERE id = %s', [pk["hidden"]])
        assert run(asked, [pk["hidden"]]) == [(True, False)]
        for name, count in {"member": 1, "recorder": 0, "anonymous": 0}.items():
            with acting_as(world.who[name]):
                assert run("SELECT count(*) FROM records.search('zugvogel', 9)") == [(count,)], name
                assert len(run(asked, [pk["hidden"]])) == count, name
        run(f"UPDATE \"{table}\" SET withdrawn_at = now(), withdrawn_reason = 'x' WHERE id = %s", [pk["hidden"]])
        assert run(asked, [pk["hidden"]]) == [(True, True)]


def test_the_history_is_read_by_who_may_read_the_record(world):
    asked = "SELECT count(*) FROM records_historyentry WHERE after::text LIKE %s"
    for name, sees in {"member": True, "recorder": False, "administrator": False, "anonymous": False}.items():
        with undone(world.who[name]):
            assert (run(asked, [f"%{CANARY}Room%"])[0][0] > 0) is sees, name


def test_every_right_is_the_one_that_is_written_down():
    """Neither more nor less than access/installation.py says, on any table, for the application or for everybody."""
    expected = {table: rights for table, (rights, _reason) in OPEN_TABLES.items()}
    expected |= dict.fromkeys(RECORDS, "SELECT, INSERT, UPDATE")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, string_agg(p.privilege, ', ' ORDER BY p.position) FROM pg_class c,"
            " unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER']) WITH ORDINALITY"
            " AS p(privilege, position) WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')"
            " AND c.relnamespace IN ('public'::regnamespace, 'access_private'::regnamespace)"
            " AND CASE c.relkind WHEN 'S' THEN p.privilege IN ('SELECT', 'UPDATE')"
            "     AND has_sequence_privilege(c.oid, CASE p.privilege WHEN 'SELECT' THEN 'SELECT' ELSE 'USAGE' END)"
            "     ELSE has_table_privilege(c.oid, p.privilege) END GROUP BY c.relname"
        )
        assert dict(cursor.fetchall()) == expected


def test_no_function_of_the_private_schema_is_the_applications(world):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace IN ('access'::regnamespace,"
            " 'access_private'::regnamespace, 'records'::regnamespace) AND (has_function_privilege(oid, 'EXECUTE')"
            " AND (prokind = 'p' OR pronamespace = 'access_private'::regnamespace) OR"
            " has_function_privilege('public', oid, 'EXECUTE'))"
        )
        assert cursor.fetchall() == []
