"""Embargoes and public summaries; what guards them stands in sql/marking.sql."""

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
        ("access", "0002_reading_door"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("records", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicSummary",
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
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("text", models.TextField(verbose_name="text")),
                (
                    "dated_on",
                    models.DateField(
                        blank=True,
                        help_text="The day the text may give, if any. It need not be exact.",
                        null=True,
                        verbose_name="date",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "public summary",
                "verbose_name_plural": "public summaries",
                "ordering": ["-dated_on", "title"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__range", (0, 3))), name="public_summary_level_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="public_summary_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="public_summary_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("external_id", "")),
                        name="public_summary_no_identifier_elsewhere",
                        violation_error_message="A public summary carries no identifier that could lead to its record.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SummaryOf",
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
                (
                    "summary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="record_links",
                        to="records.publicsummary",
                        verbose_name="public summary",
                    ),
                ),
            ],
            options={
                "verbose_name": "tie of a public summary",
                "verbose_name_plural": "ties of public summaries",
                "ordering": ["recorded_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("level__range", (0, 3))), name="summary_of_level_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="summary_of_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="summary_of_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Embargo",
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
                (
                    "to_level",
                    models.SmallIntegerField(
                        choices=[(0, "Public"), (1, "Internal"), (2, "Restricted"), (3, "Confidential")],
                        verbose_name="who can see it then",
                    ),
                ),
                (
                    "to_compartments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="compartments then",
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="at")),
                ("reason", models.TextField(verbose_name="reason")),
                ("agreed_at", models.DateTimeField(editable=False, null=True, verbose_name="agreed")),
                ("agreed_version", models.IntegerField(editable=False, null=True)),
                ("applied_at", models.DateTimeField(editable=False, null=True, verbose_name="applied")),
                ("lapsed_at", models.DateTimeField(editable=False, null=True, verbose_name="lapsed")),
                (
                    "agreed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="agreed by",
                    ),
                ),
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
                "verbose_name": "embargo",
                "verbose_name_plural": "embargoes",
                "ordering": ["at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("level__range", (0, 3))), name="embargo_level_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="embargo_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="embargo_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_level__range", (0, 3))), name="embargo_to_level_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="embargo_has_reason",
                        violation_error_message="Say why, for the reviewer who is to agree.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("applied_at", None), ("agreed_at__lt", models.F("at")), _connector="OR"),
                        name="embargo_applied_only_if_agreed_in_time",
                    ),
                ],
            },
        ),
        run_sql_file(
            __file__,
            "marking.sql",
            "DROP POLICY summaries ON records_historyentry;"
            " DROP FUNCTION access_private.guard_embargo(); DROP FUNCTION access_private.guard_summary();",
        ),
        Protect("PublicSummary", search=("title", "text")),
        Protect("SummaryOf"),
        Protect("Embargo", search=("reason",)),
        migrations.RunSQL(
            "CREATE TRIGGER a_guard_embargo BEFORE INSERT OR UPDATE ON records_embargo FOR EACH ROW"
            " EXECUTE FUNCTION access_private.guard_embargo();"
            " CREATE TRIGGER d_guard_summary BEFORE INSERT OR UPDATE ON records_publicsummary FOR EACH ROW"
            " EXECUTE FUNCTION access_private.guard_summary();",
            "DROP TRIGGER a_guard_embargo ON records_embargo; DROP TRIGGER d_guard_summary ON records_publicsummary;",
        ),
    ]
