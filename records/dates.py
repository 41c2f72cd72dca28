"""Dates only as precise as known. Precision values: FIELD.md 5.10."""

import datetime as dt

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.managers import ClassifiedManager
from records.known import KnownOn
from records.models import RecordQuerySet


class DatePrecision(models.TextChoices):
    """How much of a date is known; the date holds the first day of the period."""

    DAY = "day", gettext_lazy("exact day")
    MONTH = "month", gettext_lazy("month")
    QUARTER = "quarter", gettext_lazy("quarter")
    YEAR = "year", gettext_lazy("year")
    RANGE = "range", gettext_lazy("within a range")
    UNKNOWN = "unknown", gettext_lazy("not known")


def in_words(start: dt.date | None, end: dt.date | None, precision: str) -> str:
    """Return a date as precisely as known: ``30 December 2024``, ``May 2025``, ``2nd quarter of 2026``, ``2022``.

    A span of exact days reads ``23–25 May 2025``. A missing date reads ``not known``.
    """
    if start is None or precision == DatePrecision.UNKNOWN:
        return _("not known")
    if precision == DatePrecision.YEAR:
        return str(start.year)
    if precision == DatePrecision.QUARTER:
        return _("quarter %(number)s of %(year)s") % {"number": (start.month + 2) // 3, "year": start.year}
    if precision == DatePrecision.MONTH:
        return date_format(start, "YEAR_MONTH_FORMAT")
    if end is None or end == start:
        return date_format(start, "DATE_FORMAT")
    if precision == DatePrecision.RANGE:
        return _("between %(start)s and %(end)s") % {"start": date_format(start), "end": date_format(end)}
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{date_format(end, 'DATE_FORMAT')}"
    if start.year == end.year:
        return f"{date_format(start, 'MONTH_DAY_FORMAT')} – {date_format(end, 'DATE_FORMAT')}"
    return f"{date_format(start, 'DATE_FORMAT')} – {date_format(end, 'DATE_FORMAT')}"


class DatedQuerySet(RecordQuerySet):
    """Records of what happened on a day."""

    def standing(self, known: KnownOn | None = None):
        """What pages list; with ``known``, what had begun by that day, or, undated, was recorded."""
        found = super().standing(known)
        if known is None:
            return found
        return found.filter(models.Q(started_on__lte=known.day) | models.Q(started_on=None, recorded_at__lt=known.end))


class Dated(models.Model):
    """When something happened: first day, last day for something that lasted, precision, and the words used."""

    started_on = models.DateField(
        gettext_lazy("date"), null=True, blank=True, help_text=gettext_lazy("The first day. Give only what is known.")
    )
    ended_on = models.DateField(
        gettext_lazy("last day"), null=True, blank=True, help_text=gettext_lazy("Only for what lasted several days.")
    )
    date_precision = models.CharField(
        gettext_lazy("precision of the date"), max_length=8, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    date_words = models.CharField(
        gettext_lazy("date in the words used"),
        max_length=200,
        blank=True,
        help_text=gettext_lazy("As the source says it."),
    )

    objects = ClassifiedManager.from_queryset(DatedQuerySet)()

    class Meta:
        abstract = True

    @property
    def when(self) -> str:
        """The date in words, as precise as known."""
        return in_words(self.started_on, self.ended_on, self.date_precision)


def date_constraints(name: str) -> list[models.BaseConstraint]:
    """Return the constraints of a dated model; ``name`` begins their names."""
    return [
        models.CheckConstraint(
            condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
            name=f"{name}_ends_after_start",
            violation_error_message=gettext_lazy("The last day lies before the first day."),
        ),
    ]
