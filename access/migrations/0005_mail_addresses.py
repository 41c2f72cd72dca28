"""Mail addresses for reminders; who sees them stands in sql/mail_addresses.sql."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from access.sqlfiles import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_account_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailAddress",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="mail_address",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("address", models.EmailField(max_length=254, verbose_name="mail address")),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "mail address",
            },
        ),
        run_sql_file(
            __file__,
            "mail_addresses.sql",
            "DROP POLICY own ON access_mailaddress; ALTER TABLE access_mailaddress DISABLE ROW LEVEL SECURITY",
        ),
    ]
