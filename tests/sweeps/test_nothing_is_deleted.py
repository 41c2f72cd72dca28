"""Nobody deletes: no role the application has may delete from or empty a table, but for what is named here."""

import pytest
from django.db import DatabaseError, connection, transaction

from access.context import ANONYMOUS, SYSTEM, acting_as, user_principal

pytestmark = pytest.mark.django_db

# The only tables from which rows go.
DELETABLE = {
    "access_session": "a session that has ended or expired is nobody's any more",
    "mfa_authenticator": "who takes a second factor off; the events keep that it was there, and when it went",
    "desk_keptform": "an unfinished form that was discarded, or left alone for 90 days; it is no record",
    "access_mailaddress": "who wants no reminders any more; no record; its owner and administrators alone reach it",
    "access_membership": "who leaves a compartment; the events keep who belonged to it, and until when",
}


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        return sorted(name for (name,) in cursor.fetchall())


def test_the_application_has_no_right_to_delete_or_empty():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t, has_table_privilege(t, 'DELETE'), has_table_privilege(t, 'TRUNCATE') FROM unnest(%s) t",
            [tables()],
        )
        rights = cursor.fetchall()
    assert {table for table, may_delete, _may_empty in rights if may_delete} == set(DELETABLE)
    assert [table for table, _may_delete, may_empty in rights if may_empty] == []


def test_whoever_tries_is_refused_by_the_database(people):
    kept = [table for table in tables() if table not in DELETABLE]
    assert {"exchanges_claim", "records_historyentry", "records_historyseal", "access_event", "access_user"} <= set(
        kept
    )
    for principal in (ANONYMOUS, SYSTEM, *map(user_principal, people.all().values())):
        with acting_as(principal), connection.cursor() as cursor:
            for table in kept:
                for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
                    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                        cursor.execute(statement)


@pytest.mark.parametrize("model", ["records.HistoryEntry", "records.HistorySeal", "access.Event", "access.User"])
def test_the_orm_deletes_nothing_either(people, model):
    from django.apps import apps

    with acting_as(SYSTEM), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        apps.get_model(model).objects.all()._raw_delete("default")
