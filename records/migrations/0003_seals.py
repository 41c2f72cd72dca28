"""Seals over the history and the events, and what checks all of it; see sql/seals.sql and sql/verifying.sql."""

from django.db import migrations, models

from access.sqlfiles import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("records", "0002_marking")]

    operations = [
        migrations.CreateModel(
            name="HistorySeal",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("entries", models.BigIntegerField()),
                ("last_entry", models.BigIntegerField(null=True)),
                ("events", models.BigIntegerField()),
                ("last_event", models.BigIntegerField(null=True)),
                ("previous_hash", models.BinaryField(null=True)),
                ("hash", models.BinaryField()),
            ],
            options={"ordering": ["-id"]},
        ),
        run_sql_file(
            __file__,
            "seals.sql",
            "DROP FUNCTION records.seal_history();"
            " DROP FUNCTION access_private.seal_hash(records_historyseal, bytea, bytea);"
            " DROP FUNCTION access_private.unsealed(text, int8multirange);"
            " DROP FUNCTION access_private.sealed(text, int8multirange);"
            " DROP TRIGGER frozen_whole ON records_historyseal; DROP TRIGGER frozen ON records_historyseal;",
        ),
        run_sql_file(
            __file__,
            "verifying.sql",
            "DROP FUNCTION records.verify_history(text[], timestamptz);"
            " DROP FUNCTION access_private.differing(jsonb, jsonb);",
        ),
    ]
