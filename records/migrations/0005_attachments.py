"""Uploaded files and attachments; what guards them stands in sql/files.sql."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import records.references
from access.sqlfiles import run_sql_file
from records.operations import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_account_guards"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("records", "0004_review"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reference",
                    models.CharField(
                        default=records.references.random_reference,
                        editable=False,
                        max_length=11,
                        unique=True,
                        verbose_name="reference",
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        help_text="The record's identifier in the data set it was imported from.",
                        max_length=200,
                        verbose_name="identifier elsewhere",
                    ),
                ),
                (
                    "level",
                    models.SmallIntegerField(
                        choices=[(0, "Public"), (1, "Internal"), (2, "Restricted"), (3, "Confidential")],
                        default=0,
                        verbose_name="who can see it",
                    ),
                ),
                (
                    "compartments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="compartments",
                    ),
                ),
                ("draft_of", models.UUIDField(editable=False, null=True)),
                (
                    "review_state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("returned", "Returned"),
                            ("verified", "Verified"),
                            ("changed", "Verified, then changed"),
                        ],
                        default="submitted",
                        editable=False,
                        max_length=9,
                        verbose_name="review state",
                    ),
                ),
                ("version", models.IntegerField(default=1, editable=False, verbose_name="version")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn")),
                (
                    "withdrawn_reason",
                    models.TextField(blank=True, editable=False, verbose_name="reason for withdrawing"),
                ),
                ("record_id", models.UUIDField(db_index=True, verbose_name="record")),
                ("file", models.CharField(blank=True, editable=False, max_length=100)),
                ("file_name", models.CharField(blank=True, editable=False, max_length=200, verbose_name="file")),
                (
                    "media_type",
                    models.CharField(blank=True, editable=False, max_length=100, verbose_name="type of file"),
                ),
                ("size", models.BigIntegerField(default=0, editable=False, help_text="In bytes.", verbose_name="size")),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64, verbose_name="SHA-256")),
                ("title", models.CharField(max_length=200, verbose_name="what it is")),
                (
                    "author",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "label",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.label",
                    ),
                ),
                (
                    "record_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contenttypes.contenttype",
                        verbose_name="kind of record",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["recorded_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("level__range", (0, 3))), name="attachment_level_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="attachment_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="attachment_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="attachment_has_title"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file", ""), _negated=True), models.Q(("sha256", ""), _negated=True)
                        ),
                        name="attachment_has_file",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("file", models.CharField(blank=True, editable=False, max_length=100)),
                ("file_name", models.CharField(blank=True, editable=False, max_length=200, verbose_name="file")),
                (
                    "media_type",
                    models.CharField(blank=True, editable=False, max_length=100, verbose_name="type of file"),
                ),
                ("size", models.BigIntegerField(default=0, editable=False, help_text="In bytes.", verbose_name="size")),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64, verbose_name="SHA-256")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
                ("kept_at", models.DateTimeField(auto_now_add=True, verbose_name="received")),
                ("used_at", models.DateTimeField(null=True, verbose_name="taken up by a record")),
                ("gone_at", models.DateTimeField(null=True, verbose_name="deleted")),
                (
                    "label",
                    models.ForeignKey(
                        editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.label"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "uploaded file",
                "verbose_name_plural": "uploaded files",
                "ordering": ["-kept_at"],
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["owner", "-kept_at"], name="upload_own")],
            },
        ),
        Protect("Attachment", search=("title", "file_name")),
        run_sql_file(
            __file__,
            "files.sql",
            "DROP POLICY own ON records_upload; ALTER TABLE records_upload DISABLE ROW LEVEL SECURITY;"
            " DROP TRIGGER d_keep_file ON records_attachment; DROP TRIGGER d_keep_file ON records_upload;"
            " DROP TRIGGER a_guard ON records_upload;"
            " DROP FUNCTION access_private.guard_upload(); DROP FUNCTION access_private.keep_file();",
        ),
    ]
