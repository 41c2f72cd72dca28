"""Whether a record lies in a locked period: the database knows (exchanges/migrations/sql/locked_periods.sql)."""

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from records.models import Record


def lock_of(record: Record):
    """Return the identifier of the lock that holds a record, or None. Whoever sees the record sees the lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT records.lock_of(%s, %s)", [record._meta.db_table, record.pk])
        return cursor.fetchone()[0]


def locked_told(record: Record) -> dict | None:
    """Return for components/locked.html that a record is closed, or None."""
    lock = lock_of(record)
    if lock is None:
        return None
    words = _(
        "Nothing is added to it, changed, withdrawn or merged; only who can see it may be. Ask a reviewer to unlock the"
        " period if something is wrong."
    )
    return {"url": reverse("negotiations:locked-period-detail", args=[lock]), "words": words}
