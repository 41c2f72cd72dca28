"""Kept forms: what stands in a form that is not finished yet; see sql/kept_forms.sql."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from access.sqlfiles import run_sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0004_account_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptForm",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("form", models.CharField(max_length=40, verbose_name="form")),
                ("record_id", models.UUIDField(null=True, verbose_name="record")),
                (
                    "level",
                    models.SmallIntegerField(
                        choices=[(0, "Public"), (1, "Internal"), (2, "Restricted"), (3, "Confidential")], default=3
                    ),
                ),
                (
                    "compartments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("data", models.JSONField(default=list, verbose_name="what stands in it")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="begun")),
                ("kept_at", models.DateTimeField(verbose_name="kept")),
                ("discarded_at", models.DateTimeField(null=True, verbose_name="discarded")),
                ("saved_as", models.UUIDField(null=True, verbose_name="saved as")),
                ("saved_digest", models.CharField(blank=True, max_length=64)),
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
                "verbose_name": "kept form",
                "verbose_name_plural": "kept forms",
                "ordering": ["-kept_at"],
                "indexes": [models.Index(fields=["user", "-kept_at"], name="kept_form_own")],
            },
        ),
        run_sql_file(
            __file__,
            "kept_forms.sql",
            "DROP POLICY purged ON desk_keptform; DROP POLICY own ON desk_keptform;"
            " ALTER TABLE desk_keptform DISABLE ROW LEVEL SECURITY; DROP TRIGGER a_guard ON desk_keptform;"
            " DROP FUNCTION access_private.guard_kept_form();",
        ),
    ]
