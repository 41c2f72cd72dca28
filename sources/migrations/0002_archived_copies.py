"""Archived copies as records of their own, in place of three columns that were never filled; the words of a statement.

What guards the copies, and the worker's runs that make them, stands in sql/copies.sql.
"""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import records.references
from access.sqlfiles import run_sql_file
from records.operations import Protect, Unprotect

SEARCHED = ("publisher", "title", "url", "notes")


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_account_guards"),
        ("sources", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(
            model_name="source",
            name="archived_at",
        ),
        migrations.RemoveField(
            model_name="source",
            name="archived_file",
        ),
        migrations.RemoveField(
            model_name="source",
            name="archived_sha256",
        ),
        migrations.AddField(
            model_name="source",
            name="words",
            field=models.TextField(
                blank=True,
                help_text="What was said, as closely as it was noted; for a statement.",
                verbose_name="words heard",
            ),
        ),
        # So that the search finds a statement by its words.
        Unprotect("Source", search=SEARCHED),
        Protect("Source", search=(*SEARCHED, "words")),
        migrations.CreateModel(
            name="ArchivedCopy",
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
                ("file", models.CharField(blank=True, editable=False, max_length=100)),
                ("file_name", models.CharField(blank=True, editable=False, max_length=200, verbose_name="file")),
                (
                    "media_type",
                    models.CharField(blank=True, editable=False, max_length=100, verbose_name="type of file"),
                ),
                ("size", models.BigIntegerField(default=0, editable=False, help_text="In bytes.", verbose_name="size")),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64, verbose_name="SHA-256")),
                (
                    "origin",
                    models.CharField(
                        choices=[("fetched", "fetched from its address"), ("given", "given as a file")],
                        editable=False,
                        max_length=7,
                        verbose_name="how it came",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Being made"), ("kept", "Kept"), ("failed", "Failed")],
                        default="waiting",
                        editable=False,
                        max_length=7,
                        verbose_name="outcome",
                    ),
                ),
                ("told", models.TextField(blank=True, editable=False, verbose_name="what went wrong")),
                (
                    "is_agreed",
                    models.BooleanField(
                        default=False, editable=False, verbose_name="asked for although the source is restricted"
                    ),
                ),
                (
                    "asked_address",
                    models.CharField(blank=True, editable=False, max_length=1000, verbose_name="address asked"),
                ),
                (
                    "final_address",
                    models.CharField(blank=True, editable=False, max_length=2000, verbose_name="address that answered"),
                ),
                (
                    "http_status",
                    models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="status of the answer"),
                ),
                ("headers", models.JSONField(default=list, editable=False, verbose_name="headers of the answer")),
                ("received_at", models.DateTimeField(editable=False, null=True, verbose_name="received")),
                ("text_file", models.CharField(blank=True, editable=False, max_length=100)),
                ("text_told", models.TextField(blank=True, editable=False, verbose_name="about its text")),
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
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="sources.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "archived copy",
                "verbose_name_plural": "archived copies",
                "ordering": ["-recorded_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__range", (0, 3))), name="archived_copy_level_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="archived_copy_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="archived_copy_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["fetched", "given"])), name="archived_copy_origin_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "kept", "failed"])),
                        name="archived_copy_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "kept"), _negated=True),
                            models.Q(
                                models.Q(("file", ""), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                                ("received_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="archived_copy_kept_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), _negated=True),
                            models.Q(("told", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="archived_copy_failed_in_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArchiveRun",
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
                ("principal", models.CharField(editable=False, max_length=80)),
                (
                    "level",
                    models.SmallIntegerField(
                        choices=[(0, "Public"), (1, "Internal"), (2, "Restricted"), (3, "Confidential")],
                        default=0,
                        editable=False,
                    ),
                ),
                (
                    "compartments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Being made"),
                            ("done", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        editable=False,
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("step", models.CharField(blank=True, editable=False, max_length=80, verbose_name="step")),
                ("progress", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="per cent")),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="attempts")),
                ("runner", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="asked for")),
                ("started_at", models.DateTimeField(editable=False, null=True, verbose_name="begun")),
                ("finished_at", models.DateTimeField(editable=False, null=True, verbose_name="finished")),
                ("error", models.TextField(blank=True, editable=False, verbose_name="what went wrong")),
                (
                    "copy",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="run",
                        to="sources.archivedcopy",
                        verbose_name="archived copy",
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
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
            ],
            options={
                "verbose_name": "archiving",
                "verbose_name_plural": "archivings",
                "ordering": ["-requested_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed"])),
                        name="archive_run_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__lte", 100)), name="archive_run_progress_per_cent"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["state", "lease_until"], name="archive_run_queue"),
                    models.Index(fields=["owner", "-requested_at"], name="archive_run_own"),
                ],
            },
        ),
        Protect("ArchivedCopy", search=("file_name", "final_address")),
        run_sql_file(
            __file__,
            "copies.sql",
            "DROP POLICY own ON sources_archiverun; ALTER TABLE sources_archiverun DISABLE ROW LEVEL SECURITY;"
            " DROP TRIGGER a_guard ON sources_archiverun;"
            " DROP TRIGGER y_pass_label_to_archiving ON sources_archivedcopy;"
            " DROP TRIGGER d_guard_copy ON sources_archivedcopy;"
            " DROP FUNCTION access_private.pass_label_to_archiving(); DROP FUNCTION access_private.guard_archiving();"
            " DROP FUNCTION access_private.guard_copy();",
        ),
    ]
