"""Every table is behind the door or named as open with a reason; nothing in the database opens a side door."""

import pytest
from django.apps import apps
from django.db import connection

from access.installation import OPEN_TABLES, classified_tables
from records.models import Record

pytestmark = pytest.mark.django_db

RECORDS = [model for model in apps.get_models() if issubclass(model, Record)]
# Tables the application has no right to at all.
CLOSED_TABLES = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    # allauth's, which wants them to exist; Parley keeps addresses for reminders in a table of its own.
    "account_emailaddress",
    "account_emailconfirmation",
}


def rows(query: str, *params):
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def test_every_table_is_classified_open_for_a_reason_or_closed():
    tables = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    }
    assert tables == set(classified_tables()) | set(OPEN_TABLES) | CLOSED_TABLES
    assert all(reason for _rights, reason in OPEN_TABLES.values())


def test_every_table_with_a_label_is_protected_and_belongs_to_the_owner():
    found = rows(
        "SELECT c.relname, c.relrowsecurity, pg_get_userbyid(c.relowner),"
        # Restrictive ones only take away.
        " array(SELECT polcmd::text FROM pg_policy p WHERE p.polrelid = c.oid AND polpermissive ORDER BY 1)"
        " FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND EXISTS"
        " (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('label_id', 'draft_of'))"
    )
    assert {name for name, *_rest in found} >= set(classified_tables())
    for name, protected, owner, policies in found:
        assert protected, name
        assert policies, name
        assert owner != connection.settings_dict["USER"], name
        if name in classified_tables():
            assert policies == ["a", "r", "w"], name


def test_the_application_may_delete_no_record_and_touch_no_history():
    for table in [*classified_tables(), "records_historyentry", "records_searchentry"]:
        (rights,) = rows(
            "SELECT has_table_privilege(%s, 'DELETE') OR has_table_privilege(%s, 'TRUNCATE')", table, table
        )[0]
        assert not rights, table
    for right in ("INSERT", "UPDATE", "DELETE"):
        assert rows("SELECT has_table_privilege('records_historyentry', %s)", right) == [(False,)]


def test_nothing_readable_escapes_the_policies():
    assert (
        rows("SELECT relname FROM pg_class WHERE relkind IN ('m', 'v') AND relnamespace = 'public'::regnamespace") == []
    )
    loose = rows(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef"
        " AND coalesce(proconfig::text, '') !~ 'search_path=.*pg_temp'"
        " AND pronamespace::regnamespace::text IN ('access', 'access_private', 'records')"
    )
    assert loose == []
    assert rows("SELECT has_schema_privilege('access_private', 'USAGE')") == [(False,)]
    assert rows("SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]
    # The last value of a sequence would tell how many hidden rows there are.
    assert rows("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL") == []


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_every_record_keeps_the_second_lock_and_its_triggers(model):
    from access.managers import ClassifiedManager

    assert isinstance(model._base_manager, ClassifiedManager)
    assert isinstance(model._default_manager, ClassifiedManager)
    triggers = {
        name
        for (name,) in rows(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
            " AND tgenabled IN ('O', 'A')",
            model._meta.db_table,
        )
    }
    assert {
        "a_set_label", "b_keep_version", "c_guard_record", "y_cascade_label", "zz_begin_history", "zz_write_history",
    } <= triggers  # fmt: skip


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_labels_are_inherited_along_every_link(model):
    linked = {
        (field.column, field.remote_field.model._meta.db_table)
        for field in model._meta.local_fields
        if field.remote_field and issubclass(field.remote_field.model, Record)
    }
    arguments = rows(
        "SELECT encode(tgargs, 'escape') FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'a_set_label'",
        model._meta.db_table,
    )[0][0]
    parts = [part for part in arguments.split("\\000") if part]
    inherited = set(zip(parts[1::2], parts[0::2], strict=True))
    assert linked <= inherited


@pytest.mark.parametrize("trigger", ["z_index_words", "v_guard_period"])
def test_what_is_done_with_many_records_at_once_is_done_with_new_and_with_changed_ones(trigger):
    """Words to be found by, and closed periods: most kinds have both triggers, at work; none has one of them."""
    at_work = {
        table: [names, working]
        for table, names, working in rows(
            "SELECT tgrelid::regclass::text, array_agg(tgname::text ORDER BY tgname),"
            " bool_and(tgenabled IN ('O', 'A')) FROM pg_trigger WHERE tgname = ANY (%s) GROUP BY 1",
            [trigger, f"{trigger}_anew"],
        )
    }
    assert len(at_work) > 15
    both = [[trigger, f"{trigger}_anew"], True]
    assert {table: found for table, found in at_work.items() if found != both} == {}


def test_every_row_with_a_level_gets_its_label_from_the_database():
    """Whatever has level, compartments and label: a trigger that is at work makes the third of the other two."""
    marked = rows(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'r'"
        " AND c.relnamespace = 'public'::regnamespace AND a.attname IN ('level', 'compartments', 'label_id')"
        " AND NOT a.attisdropped GROUP BY c.relname HAVING count(*) = 3"
    )
    labelled = rows(
        # Kept forms, uploads and archivings have a guard of their own that does it first.
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('a_set_label', 'a_guard')"
        " AND tgenabled IN ('O', 'A')"
    )
    assert len(marked) > 35
    assert sorted(set(marked) - set(labelled)) == []
