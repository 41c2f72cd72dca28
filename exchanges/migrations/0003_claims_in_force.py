"""Whether a claim is in force is computed for each reader; a refutation has its time and reason; see sql/estimates.sql."""

from django.conf import settings
from django.db import migrations, models

from access.sqlfiles import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_account_guards"),
        ("exchanges", "0002_outcome_newest"),
        ("intermediaries", "0001_initial"),
        ("negotiations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="claim",
            name="claim_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="runningtotal",
            name="running_total_state_known",
        ),
        migrations.RemoveField(
            model_name="claim",
            name="state",
        ),
        migrations.RemoveField(
            model_name="runningtotal",
            name="state",
        ),
        migrations.AddField(
            model_name="claim",
            name="refuted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="refuted"),
        ),
        migrations.AddField(
            model_name="claim",
            name="refuted_reason",
            field=models.TextField(blank=True, editable=False, verbose_name="why it is refuted"),
        ),
        migrations.AddField(
            model_name="estimate",
            name="difference",
            field=models.CharField(
                blank=True,
                choices=[
                    ("civilians", "civilians counted or not"),
                    ("wounded", "wounded counted apart"),
                    ("cut_off", "other cut-off"),
                    ("stage", "other stage"),
                    ("definition", "other definition"),
                    ("sent_received", "sent against received"),
                    ("unverified", "unverified"),
                    ("misprint", "misprint"),
                    ("unexplained", "unexplained"),
                ],
                max_length=13,
                verbose_name="why the claims differ",
            ),
        ),
        migrations.AddField(
            model_name="runningtotal",
            name="refuted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="refuted"),
        ),
        migrations.AddField(
            model_name="runningtotal",
            name="refuted_reason",
            field=models.TextField(blank=True, editable=False, verbose_name="why it is refuted"),
        ),
        migrations.AlterField(
            model_name="estimate",
            name="method",
            field=models.CharField(
                choices=[
                    ("all_agree", "all claims agree"),
                    ("only_claim", "the only claim made"),
                    ("receiving_side", "the receiving side's own itemised count"),
                    ("reviewer", "set by a reviewer"),
                    ("unresolved", "unresolved"),
                ],
                default="reviewer",
                max_length=14,
                verbose_name="rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refuted_at", None), ("refuted_reason", "")),
                    models.Q(("refuted_at__isnull", False), models.Q(("refuted_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="claim_refuted_with_reason",
                violation_error_message="Say why it is refuted.",
            ),
        ),
        migrations.AddConstraint(
            model_name="estimate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "difference__in",
                        [
                            "",
                            "civilians",
                            "wounded",
                            "cut_off",
                            "stage",
                            "definition",
                            "sent_received",
                            "unverified",
                            "misprint",
                            "unexplained",
                        ],
                    )
                ),
                name="estimate_difference_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="runningtotal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refuted_at", None), ("refuted_reason", "")),
                    models.Q(("refuted_at__isnull", False), models.Q(("refuted_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="running_total_refuted_with_reason",
                violation_error_message="Say why it is refuted.",
            ),
        ),
        run_sql_file(
            __file__,
            "estimates.sql",
            "DROP TRIGGER d_four_eyes ON exchanges_estimateclaim;"
            " DROP TRIGGER x_raise_estimate ON exchanges_estimateclaim;"
            " DROP FUNCTION access_private.four_eyes_on_estimate(); DROP FUNCTION access_private.raise_estimate();",
        ),
    ]
