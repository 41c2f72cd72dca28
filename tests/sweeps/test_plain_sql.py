"""What is left when somebody forgets every filter: the application's role with plain SQL meets nothing hidden."""

import pytest
from django.db import connections, transaction

from access.context import ANONYMOUS, SYSTEM, sign
from access.installation import classified_tables
from access.levels import Level, Role
from access.models import User
from tests.factories import make_world
from tests.sweeps.worlds import CANARY

TABLES = [*classified_tables(), "records_historyentry", "records_searchentry"]


@pytest.fixture
def owner_world():
    """Both worlds, written by the owner in one transaction, in which a policy can be damaged and then rolled back."""
    with transaction.atomic(using="owner"):
        User.objects.using("owner").create(username="asked", role=Role.REVIEWER)  # else nobody can be assigned
        make_world("Open", using="owner")
        make_world(CANARY, using="owner", level=Level.CONFIDENTIAL)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else a table with pending checks cannot be altered
        yield connections["owner"]
        transaction.set_rollback(True, using="owner")


def tables_that_leak(connection, principal: str = ANONYMOUS) -> list[str]:
    """Return the tables of which the application's role, as this reader, reads a row with the canary in it."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now())::text")
        start = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('parley.reader', %s, true)", [sign(principal, start)])
        cursor.execute(f"SET LOCAL ROLE {connections['default'].settings_dict['USER']}")
        for table in TABLES:
            cursor.execute(f"SELECT 1 FROM {table} t WHERE t::text ILIKE %s LIMIT 1", [f"%{CANARY}%"])
            if cursor.fetchone():
                found.append(table)
        cursor.execute("RESET ROLE")
    return found


@pytest.mark.django_db(databases=["default", "owner"])
def test_no_table_leaks_to_plain_sql(owner_world):
    assert tables_that_leak(owner_world) == []
    assert set(tables_that_leak(owner_world, SYSTEM)) == set(TABLES)


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("table", TABLES)
def test_the_sweep_is_red_when_one_policy_is_gone(owner_world, table):
    with owner_world.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    assert tables_that_leak(owner_world) == [table]


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("table", TABLES)
def test_a_dropped_policy_closes_the_table_to_everybody(owner_world, table):
    with owner_world.cursor() as cursor:
        cursor.execute(f"DROP POLICY read ON {table}")
    assert set(tables_that_leak(owner_world, SYSTEM)) == set(TABLES) - {table}
