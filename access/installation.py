"""After every migration, as the owner: the signing key, the permission table, how kinds are merged, the grants of the
application's role, and the function that finds labels, which names every classified table.

Default-deny: everything is revoked, then each table is granted what its kind allows. A table that is neither
classified nor named in OPEN_TABLES gets nothing, and a test says so.
"""

from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg2 import sql

from access.permissions import ALLOWED

# Tables without labels that the application may use, with the reason why they need none.
OPEN_TABLES: dict[str, tuple[str, str]] = {
    "access_user": ("SELECT, INSERT, UPDATE", "accounts; changes are guarded by a trigger"),
    "access_mailaddress": ("SELECT, INSERT, UPDATE, DELETE", "own policy: its owner and administrators"),
    "access_membership": ("SELECT, INSERT, DELETE", "own policy: one's own, or as administrator"),
    "access_compartment": ("SELECT, INSERT, UPDATE", "own policy: members and administrators"),
    "access_label": ("SELECT", "own policy: labels the reader may read"),
    "access_apitoken": ("SELECT, INSERT, UPDATE", "digests only; changes are guarded by a trigger"),
    "access_event": ("SELECT", "own policy: one's own, or as who keeps watch; written by functions only"),
    "access_breakglass": ("SELECT, INSERT, UPDATE", "own policy; changes are guarded by a trigger"),
    "access_breakglassnotice": ("SELECT, UPDATE", "own policy; changes are guarded by a trigger"),
    "access_session": ("SELECT, INSERT, UPDATE, DELETE", "read before a reader is named; keys are kept as digests"),
    "access_invitation": ("SELECT, INSERT, UPDATE", "own policy: administrators; guarded by a trigger; digests only"),
    "mfa_authenticator": (
        "SELECT, INSERT, UPDATE, DELETE",
        "looked up before its owner is a reader; secrets are encrypted, writing is guarded by a trigger",
    ),
    "django_content_type": ("SELECT", "names of models"),
    "django_migrations": ("SELECT", "names of migrations"),
    "records_historyentry": ("SELECT", "own policy: the label then and the label now"),
    "records_historyseal": ("SELECT", "own policy: the system alone; written by a function only"),
    "records_searchentry": ("SELECT", "policy on the label of the record found"),
    "records_upload": ("SELECT, INSERT, UPDATE", "own policy: the uploader's, under what they were cleared for"),
    "sources_archiverun": ("SELECT, INSERT, UPDATE", "own policy: the asker's, under the label of the copy"),
    "intake_importrun": ("SELECT, INSERT, UPDATE", "own policy: the importer's, under its label"),
    "intake_importedrecord": ("SELECT, INSERT", "own policy: the importer's and reviewers', as far as it is seen"),
    "intake_candidaterecord": ("SELECT, INSERT, UPDATE", "own policy: who sees the candidate and the record"),
    "reports_reportrun": ("SELECT, INSERT, UPDATE", "own policy: the asker's, under its label"),
    "desk_reminder": ("SELECT, INSERT, UPDATE", "own policy: whose reminder it is, under its record's label"),
    "desk_keptform": ("SELECT, INSERT, UPDATE, DELETE", "own policy: the typist alone, under their own clearance"),
}
CLASSIFIED = "SELECT, INSERT, UPDATE"
FUNCTIONS = ("access", "records")


def classified_tables() -> list[str]:
    """Return the tables of all models that carry a marking of their own."""
    from records.models import Record

    return sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, Record))


def after_migrate(app_config, using: str, **kwargs) -> None:
    """Runs once, after the last app's migrations."""
    if app_config.name != "access" or "owner" not in (using,):
        return
    secure(using)


def secure(using: str) -> None:
    """Set the signing key and the grants on the database ``using``, connected as its owner."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('records_historyentry') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(
            "INSERT INTO access_private.house (id, key) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET key = excluded.key",
            [settings.PARLEY_CONTEXT_KEY],
        )
        cursor.execute("SELECT to_regproc('access_private.write_marking_of') IS NOT NULL")
        if cursor.fetchone()[0]:  # not where migrations were taken back to before it
            cursor.execute("CALL access_private.write_marking_of()")
        cursor.execute("DELETE FROM access_private.permission")
        cursor.executemany(
            "INSERT INTO access_private.permission (role, action) VALUES (%s, %s)",
            [(str(role), action) for role, actions in ALLOWED.items() for action in sorted(actions)],
        )
        write_merge_rules(cursor)
        role = sql.Identifier(settings.PARLEY_APP_ROLE)
        connection = cursor.connection

        def run(statement: str, **names) -> None:
            cursor.execute(sql.SQL(statement).format(role=role, **names).as_string(connection))

        # Without temporary tables nobody brings functions of their own into a statement.
        database = sql.Identifier(connections[using].settings_dict["NAME"])
        run("REVOKE ALL ON DATABASE {database} FROM PUBLIC, {role}", database=database)
        run("GRANT CONNECT ON DATABASE {database} TO {role}", database=database)
        run("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        run("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}")
        run("GRANT USAGE ON SCHEMA public TO {role}")
        for schema in FUNCTIONS:
            run("GRANT USAGE ON SCHEMA {schema} TO {role}", schema=sql.Identifier(schema))
            run("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}", schema=sql.Identifier(schema))
        grants = {table: rights for table, (rights, _reason) in OPEN_TABLES.items()}
        grants |= dict.fromkeys(classified_tables(), CLASSIFIED)
        existing = set(connections[using].introspection.table_names(cursor))
        for table, rights in grants.items():
            if table in existing:
                run("GRANT " + rights + " ON {table} TO {role}", table=sql.Identifier(table))


def write_merge_rules(cursor) -> None:
    """Write how each kind of record takes part in a merge, as the models say."""
    from records.merging import rules

    cursor.execute("SELECT to_regclass('access_private.merge_rule') IS NOT NULL")
    if cursor.fetchone()[0]:
        cursor.execute("DELETE FROM access_private.merge_rule")
        cursor.executemany("INSERT INTO access_private.merge_rule VALUES (%s, %s, %s, %s)", rules())
