"""Schemas, functions and triggers of the reading door; see sql/reading_door.sql."""

from django.db import migrations

from access.sqlfiles import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [
        run_sql_file(
            __file__,
            "reading_door.sql",
            "ALTER TABLE access_compartment DISABLE ROW LEVEL SECURITY;"
            " ALTER TABLE access_membership DISABLE ROW LEVEL SECURITY;"
            " ALTER TABLE access_label DISABLE ROW LEVEL SECURITY;"
            " DROP POLICY known ON access_compartment; DROP POLICY known ON access_membership;"
            " DROP POLICY known ON access_label; DELETE FROM access_label;"
            " DROP SCHEMA access_private CASCADE; DROP SCHEMA access CASCADE;",
        )
    ]
