"""A promise may amend or renew another, and is then at least as secret as it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from records.operations import Protect, Unprotect

SEARCHED = ("title", "condition", "subject_words")


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_account_guards"),
        ("negotiations", "0002_mute"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Unprotect("Commitment", search=SEARCHED),
        migrations.AddField(
            model_name="commitment",
            name="amends",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amended_by",
                to="negotiations.commitment",
                verbose_name="amends or renews",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amends", None), models.Q(("amends", models.F("id")), _negated=True), _connector="OR"
                ),
                name="commitment_not_amending_itself",
                violation_error_message="A promise cannot amend itself.",
            ),
        ),
        Protect("Commitment", search=SEARCHED),
    ]
