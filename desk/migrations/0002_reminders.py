"""Reminders of what waits for somebody; who sees them stands in sql/reminders.sql."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from access.sqlfiles import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_mail_addresses"),
        ("desk", "0001_kept_forms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("item_table", models.CharField(max_length=63)),
                ("item", models.UUIDField()),
                ("due_on", models.DateField(verbose_name="due")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made")),
                ("mailed_at", models.DateTimeField(null=True, verbose_name="mailed")),
                (
                    "label",
                    models.ForeignKey(
                        editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.label"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "ordering": ["-made_at"],
                "indexes": [models.Index(fields=["item"], name="reminder_of_item")],
                "constraints": [models.UniqueConstraint(fields=("user", "item", "due_on"), name="reminder_once")],
            },
        ),
        run_sql_file(
            __file__,
            "reminders.sql",
            "DROP POLICY own ON desk_reminder; ALTER TABLE desk_reminder DISABLE ROW LEVEL SECURITY;"
            " DELETE FROM access_private.edge WHERE child_table = 'desk_reminder'; DROP TRIGGER a_guard ON desk_reminder;"
            " DROP FUNCTION access_private.guard_reminder();",
        ),
    ]
