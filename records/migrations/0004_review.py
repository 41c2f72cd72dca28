"""Queries, field checks and assignments; what guards them, and who verifies, stands in sql/review.sql."""

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
        ("records", "0003_seals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
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
                ("is_mention", models.BooleanField(default=False, editable=False, verbose_name="named in a query")),
                ("done_at", models.DateTimeField(editable=False, null=True, verbose_name="done")),
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
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked",
                    ),
                ),
            ],
            options={
                "verbose_name": "assignment",
                "verbose_name_plural": "assignments",
                "ordering": ["recorded_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("level__range", (0, 3))), name="assignment_level_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="assignment_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="assignment_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldCheck",
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
                    "field",
                    models.CharField(
                        blank=True,
                        help_text="Its name in the API; left empty: the whole record.",
                        max_length=60,
                        verbose_name="field",
                    ),
                ),
                ("checked_version", models.IntegerField(default=0, editable=False, verbose_name="version checked")),
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
                "verbose_name": "field check",
                "verbose_name_plural": "field checks",
                "ordering": ["recorded_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__range", (0, 3))), name="field_check_level_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="field_check_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="field_check_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Query",
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
                    "field",
                    models.CharField(
                        blank=True,
                        help_text="Its name in the API; left empty: the whole record.",
                        max_length=60,
                        verbose_name="field",
                    ),
                ),
                ("text", models.TextField(max_length=4000, verbose_name="question")),
                ("answer", models.TextField(blank=True, editable=False, verbose_name="answer")),
                ("answered_at", models.DateTimeField(editable=False, null=True, verbose_name="answered")),
                ("settled_at", models.DateTimeField(editable=False, null=True, verbose_name="settled")),
                (
                    "answered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
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
                "verbose_name": "query",
                "verbose_name_plural": "queries",
                "ordering": ["recorded_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("level__range", (0, 3))), name="query_level_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="query_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="query_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="query_asks",
                        violation_error_message="Write what you want to know.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="query_answered_in_words",
                    ),
                ],
            },
        ),
        run_sql_file(
            __file__,
            "review.sql",
            "DROP FUNCTION access_private.guard_assignment(); DROP FUNCTION access_private.guard_query();"
            " DROP FUNCTION access_private.guard_check(); DROP FUNCTION access_private.record_about(int, uuid);"
            " DROP FUNCTION access_private.columns_changed(jsonb, jsonb);"
            " DROP FUNCTION records.who_may_see(int, uuid); DROP FUNCTION records.written_by_me(uuid[]);"
            " DROP FUNCTION access_private.has_written(uuid, uuid, uuid);",
        ),
        Protect("Query"),
        Protect("FieldCheck", action="review"),
        Protect("Assignment"),
        migrations.RunSQL(
            "CREATE TRIGGER d_guard_query BEFORE INSERT OR UPDATE ON records_query FOR EACH ROW"
            " EXECUTE FUNCTION access_private.guard_query();"
            " CREATE TRIGGER d_guard_check BEFORE INSERT OR UPDATE ON records_fieldcheck FOR EACH ROW"
            " EXECUTE FUNCTION access_private.guard_check();"
            " CREATE TRIGGER d_guard_assignment BEFORE INSERT OR UPDATE ON records_assignment FOR EACH ROW"
            " EXECUTE FUNCTION access_private.guard_assignment();",
            "DROP TRIGGER d_guard_query ON records_query; DROP TRIGGER d_guard_check ON records_fieldcheck;"
            " DROP TRIGGER d_guard_assignment ON records_assignment;",
        ),
        run_sql_file(__file__, "talk.sql", "DROP POLICY talk ON records_historyentry"),
    ]
