"""Runs an SQL file that lies beside a migration, or changes a line of a function."""

from pathlib import Path

from django.db import migrations


def run_sql_file(migration_file: str, name: str, reverse_sql: str) -> migrations.RunSQL:
    """Return the operation that runs ``sql/<name>`` beside ``migration_file``; ``reverse_sql`` undoes it."""
    text = (Path(migration_file).parent / "sql" / name).read_text(encoding="utf-8")
    return migrations.RunSQL([(text, None)], reverse_sql)


def change_function(name: str, before: str, after: str) -> migrations.RunSQL:
    """Return the reversible operation that puts ``after`` in the place of ``before`` in a function's text.

    For a line of a long function of an earlier migration. Refuses to run where ``before`` does not stand there once.
    """
    return migrations.RunSQL([(replacing(name, before, after), None)], [(replacing(name, after, before), None)])


def replacing(name: str, before: str, after: str) -> str:
    return f"""DO $change$
DECLARE
    told text := pg_get_functiondef('{name}'::regproc);
    parts text[] := string_to_array(told, $text${before}$text$);
BEGIN
    IF cardinality(parts) <> 2 THEN
        RAISE EXCEPTION '{name} is not what this migration changes';
    END IF;
    EXECUTE parts[1] || $text${after}$text$ || parts[2];
END $change$"""
