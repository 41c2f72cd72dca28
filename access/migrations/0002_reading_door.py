"""Schemas, functions and triggers of the reading door; see sql/reading_door.sql and sql/people.sql."""

from django.db import migrations

from access.sqlfiles import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [
        run_sql_file(
            __file__,
            "reading_door.sql",
            "DELETE FROM access_label; DROP SCHEMA access_private CASCADE; DROP SCHEMA access CASCADE;",
        ),
        run_sql_file(
            __file__,
            "people.sql",
            "ALTER TABLE access_compartment DISABLE ROW LEVEL SECURITY;"
            " ALTER TABLE access_membership DISABLE ROW LEVEL SECURITY;"
            " ALTER TABLE access_label DISABLE ROW LEVEL SECURITY;"
            " ALTER TABLE access_event DISABLE ROW LEVEL SECURITY;"
            " ALTER TABLE access_breakglass DISABLE ROW LEVEL SECURITY;"
            " ALTER TABLE access_breakglassnotice DISABLE ROW LEVEL SECURITY;"
            " DROP POLICY known ON access_compartment; DROP POLICY known ON access_membership;"
            " DROP POLICY known ON access_label; DROP POLICY read ON access_event;"
            " DROP POLICY known ON access_breakglass; DROP POLICY known ON access_breakglassnotice;",
        ),
    ]
