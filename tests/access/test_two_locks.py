"""Where a policy and a guard refuse the same thing, each holds when the other is gone.

The owner takes the guards away in a transaction of their own, which is rolled back; the application's role then meets
the policies alone.
"""

import pytest
from django.apps import apps
from django.db import DatabaseError, connections, transaction

from access.context import sign
from access.installation import OPEN_TABLES
from access.models import User
from access.permissions import ALLOWED
from records.models import Record
from tests.factories import make_world

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

PEOPLE = {
    "colleague": "00000000-0000-4000-8000-000000000001",
    "other": "00000000-0000-4000-8000-000000000002",
}
WRITTEN = [
    ("access_membership", "INSERT INTO access_membership (user_id, compartment_id) VALUES ('{other}', 900)"),
    ("access_compartment", "INSERT INTO access_compartment (id, code, name, created_at) VALUES (901, 'B', 'B', now())"),
    (
        "access_breakglass",
        "INSERT INTO access_breakglass (id, user_id, reason, started_at, until)"
        " VALUES (gen_random_uuid(), '{other}', 'x', now(), now() + interval '1 minute')",
    ),
    (
        "access_invitation",
        "INSERT INTO access_invitation (id, user_id, made_by_id, digest, activates, created_at, expires_at)"
        " VALUES (gen_random_uuid(), '{other}', '{colleague}', 'x', true, now(), now())",
    ),
    ("access_breakglassnotice", "UPDATE access_breakglassnotice SET reviewer_id = '{other}'"),
]


@pytest.fixture
def unguarded(django_db_blocker):
    """A cursor of the owner: two analysts, a compartment, broken glass with a notice, and no guards."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for name, pk in PEOPLE.items():
            cursor.execute(
                "INSERT INTO access_user (id, password, username, role, clearance, is_active, created_at)"
                " VALUES (%s, '', %s, 'analyst', 0, true, now())",
                [pk, name],
            )
        cursor.execute(
            "INSERT INTO access_compartment (id, code, name, created_at) VALUES (900, 'A', 'A', now());"
            "INSERT INTO access_breakglass (id, user_id, reason, started_at, until, ended_at) VALUES (%(glass)s,"
            " %(other)s, 'x', now(), now() + interval '1 minute', now());"
            "INSERT INTO access_breakglassnotice (break_glass_id, reviewer_id) VALUES (%(glass)s, %(colleague)s);"
            "SET CONSTRAINTS ALL IMMEDIATE",
            PEOPLE | {"glass": "00000000-0000-4000-8000-000000000003"},
        )
        for table, _statement in WRITTEN:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER guard")
        yield cursor
        transaction.set_rollback(True, using="owner")


@pytest.mark.parametrize(("table", "statement"), WRITTEN, ids=[table for table, _ in WRITTEN])
def test_the_policy_alone_refuses(unguarded, table, statement):
    assert table in OPEN_TABLES
    unguarded.execute("SELECT extract(epoch FROM now())::text")
    signed = sign(f"user:{PEOPLE['colleague']}", unguarded.fetchone()[0])
    unguarded.execute("SELECT set_config('parley.reader', %s, true)", [signed])
    unguarded.execute(f"SET LOCAL ROLE {connections['default'].settings_dict['USER']}")
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(using="owner"):
        unguarded.execute(statement.format(**PEOPLE))


def test_of_every_kind_the_policy_alone_keeps_records_out_of_compartments_of_others():
    """Guards speak first of a merged record and of an embargo; with none but the label's, the policy has its say."""
    role = connections["default"].settings_dict["USER"]
    kept = {}
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        reviewer = User.objects.using("owner").create(username="colleague", role="reviewer", clearance=3)
        make_world("Open", using="owner")
        cursor.execute(
            "INSERT INTO access_compartment (id, code, name, created_at) VALUES (900, 'A', 'A', now());"
            "SET CONSTRAINTS ALL IMMEDIATE; SELECT extract(epoch FROM now())::text"
        )
        cursor.execute(
            "SELECT set_config('parley.reader', %s, true)", [sign(f"user:{reviewer.pk}", cursor.fetchone()[0])]
        )
        for model in (model for model in apps.get_models() if issubclass(model, Record)):
            table = model._meta.db_table
            kept[table] = False
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER; ALTER TABLE {table} ENABLE TRIGGER a_set_label")
            try:
                with transaction.atomic(using="owner"):
                    cursor.execute(f"SET LOCAL ROLE {role}; UPDATE {table} SET compartments = '{{900}}'")
            except DatabaseError as error:
                kept[table] = "row-level security" in str(error)
        transaction.set_rollback(True, using="owner")
    assert kept
    assert [table for table, is_kept in kept.items() if not is_kept] == []


def test_a_token_manages_nobody_even_if_the_permission_table_let_it():
    role = connections["default"].settings_dict["USER"]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        manager = User.objects.using("owner").create(username="colleague", role="administrator", clearance=0)
        other = User.objects.using("owner").create(username="other", role="analyst", clearance=0)
        cursor.execute("INSERT INTO access_private.permission VALUES ('writing token', 'manage')")
        cursor.execute(
            "INSERT INTO access_apitoken (id, user_id, name, prefix, digest, max_level, networks, created_at,"
            " expires_at) VALUES (gen_random_uuid(), %s, 'x', 'x', 'x', 3, '{}', now(), now() + interval '1 day')"
            " RETURNING id, extract(epoch FROM now())::text",
            [manager.pk],
        )
        token, now = cursor.fetchone()

        def promote(principal: str) -> None:
            with transaction.atomic(using="owner"):
                cursor.execute(
                    "SELECT set_config('parley.reader', %s, true), set_config('parley.act', %s, true)",
                    [sign(principal, now), '{"reason": "x"}'],
                )
                cursor.execute(f"SET LOCAL ROLE {role}")
                cursor.execute("UPDATE access_user SET clearance = 1 WHERE id = %s", [other.pk])
                cursor.execute("RESET ROLE")

        with pytest.raises(DatabaseError, match="not yours to change"):
            promote(f"token:{token}")
        promote(f"user:{manager.pk}")
        cursor.execute("SELECT clearance FROM access_user WHERE id = %s", [other.pk])
        assert cursor.fetchone() == (1,)
        transaction.set_rollback(True, using="owner")


def test_the_permission_table_in_the_database_is_the_one_in_python():
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT role, action FROM access_private.permission")
        assert set(cursor.fetchall()) == {
            (str(role), action) for role, actions in ALLOWED.items() for action in actions
        }
