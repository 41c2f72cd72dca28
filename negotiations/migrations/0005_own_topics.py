"""Topics in one's own words beside the closed list, on channels and meetings; found by the search."""

import django.contrib.postgres.fields
from django.db import migrations, models

from records.operations import Protect, Unprotect

SEARCHED = {"Channel": ("name", "notes"), "Meeting": ("title", "date_words", "summary", "assessment")}


def own_topics() -> models.Field:
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=60),
        blank=True,
        default=list,
        help_text="What the list lacks, in a few words.",
        size=None,
        verbose_name="other topics",
    )


class Migration(migrations.Migration):
    dependencies = [("negotiations", "0004_locked_period")]

    operations = [
        operation
        for model, searched in SEARCHED.items()
        for operation in (
            Unprotect(model, search=searched),
            migrations.AddField(model_name=model.lower(), name="own_topics", field=own_topics()),
            Protect(model, search=(*searched, "own_topics")),
        )
    ]
