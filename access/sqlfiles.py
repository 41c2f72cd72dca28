"""Runs an SQL file that lies beside a migration."""

from pathlib import Path

from django.db import migrations


def run_sql_file(migration_file: str, name: str, reverse_sql: str) -> migrations.RunSQL:
    """Return the operation that runs ``sql/<name>`` beside ``migration_file``; ``reverse_sql`` undoes it."""
    text = (Path(migration_file).parent / "sql" / name).read_text(encoding="utf-8")
    return migrations.RunSQL([(text, None)], reverse_sql)
