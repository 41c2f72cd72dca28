"""Closed periods of a conflict; what keeps them is in exchanges/migrations/sql/locked_periods.sql."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import records.references
from records.operations import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_account_guards"),
        ("negotiations", "0003_commitment_amends"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LockedPeriod",
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
                ("until", models.DateField(verbose_name="up to and including")),
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
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
                    "conflict",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="locked_periods",
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
            ],
            options={
                "verbose_name": "locked period",
                "verbose_name_plural": "locked periods",
                "ordering": ["-until"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__range", (0, 3))), name="locked_period_level_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_state__in", ["draft", "submitted", "returned", "verified", "changed"])
                        ),
                        name="locked_period_review_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="locked_period_withdrawn_with_reason",
                        violation_error_message="Give a reason for withdrawing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="locked_period_with_reason",
                        violation_error_message="Say why the period is locked.",
                    ),
                ],
            },
        ),
        Protect("LockedPeriod", search=("reason",), action="lock"),
    ]
