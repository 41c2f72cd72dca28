import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import records.references
from access.sqlfiles import run_sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0004_account_guards"),
        ("negotiations", "0003_commitment_amends"),
        ("reports", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
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
                    "shape",
                    models.CharField(
                        choices=[
                            ("sources", "Sources"),
                            ("meetings", "Meetings"),
                            ("outcomes", "Outcomes and their claims"),
                        ],
                        max_length=8,
                        verbose_name="what the rows are",
                    ),
                ),
                (
                    "outcome_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("exchange", "Exchange of prisoners"),
                            ("remains_transfer", "Transfer of remains"),
                            ("child_return", "Return of children"),
                            ("safe_passage", "Safe passage"),
                            ("release", "Release"),
                            ("repatriation", "Repatriation"),
                            ("accommodation_neutral", "Accommodation in a neutral country"),
                            ("family_reunification", "Family reunification"),
                            ("evacuation", "Evacuation"),
                            ("humanitarian_pause", "Humanitarian pause"),
                            ("access_visit", "Visit to the detained"),
                            ("information_exchange", "Exchange of information"),
                        ],
                        max_length=25,
                        verbose_name="kind of outcome",
                    ),
                ),
                (
                    "marking_level",
                    models.SmallIntegerField(
                        choices=[(0, "Public"), (1, "Internal"), (2, "Restricted"), (3, "Confidential")],
                        verbose_name="who can see it",
                    ),
                ),
                (
                    "marking_compartments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("columns", "Say what the columns hold"),
                            ("check", "Checked, nothing written yet"),
                            ("write", "Imported"),
                        ],
                        default="columns",
                        max_length=8,
                    ),
                ),
                ("file", models.CharField(max_length=100)),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("file_size", models.PositiveIntegerField(verbose_name="size")),
                ("file_sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the file")),
                ("file_gone_at", models.DateTimeField(null=True)),
                ("encoding", models.CharField(blank=True, max_length=10, verbose_name="encoding")),
                ("delimiter", models.CharField(blank=True, max_length=1, verbose_name="delimiter")),
                ("header", models.JSONField(default=list)),
                ("tags", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("found", models.JSONField(null=True)),
                ("bad_rows", models.CharField(blank=True, max_length=100)),
                (
                    "conflict",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.conflict",
                        verbose_name="conflict",
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
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-requested_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["state", "lease_until"], name="import_run_queue"),
                    models.Index(fields=["owner", "-requested_at"], name="import_run_own"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed"])),
                        name="import_run_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__lte", 100)), name="import_run_progress_per_cent"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["columns", "check", "write"])), name="import_run_stage_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shape__in", ["sources", "meetings", "outcomes"])),
                        name="import_run_shape_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedRecord",
            fields=[
                ("record_id", models.UUIDField(primary_key=True, serialize=False)),
                ("record_table", models.CharField(max_length=63)),
                ("line", models.PositiveIntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="intake.importrun"
                    ),
                ),
            ],
            options={
                "verbose_name": "imported record",
                "verbose_name_plural": "imported records",
                "ordering": ["line"],
            },
        ),
        run_sql_file(
            __file__,
            "import_runs.sql",
            "DROP POLICY add ON intake_importedrecord; DROP POLICY read ON intake_importedrecord;"
            " ALTER TABLE intake_importedrecord DISABLE ROW LEVEL SECURITY;"
            " DROP POLICY of_a_conflict_seen ON intake_importrun; DROP POLICY own ON intake_importrun;"
            " ALTER TABLE intake_importrun DISABLE ROW LEVEL SECURITY; DROP TRIGGER a_set_label ON intake_importrun;",
        ),
    ]
