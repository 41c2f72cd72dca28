"""Dates only as precise as known. Precision values: FIELD.md 5.10."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

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


# So many days after its first one a date known to the month, quarter or year may have been.
LONGEST = {DatePrecision.MONTH: 31, DatePrecision.QUARTER: 92, DatePrecision.YEAR: 366}


class Span(NamedTuple):
    """The days on which something happened, or among which its day is."""

    first: dt.date
    last: dt.date

    def days(self) -> list[dt.date]:
        return [self.first + dt.timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    def meets(self, other: "Span") -> bool:
        """Whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last


def span_of(start: dt.date | None, end: dt.date | None, precision: str) -> Span | None:
    """Return the days that a date may mean, as precisely as it is known; None where it is not known."""
    if start is None or precision == DatePrecision.UNKNOWN:
        return None
    last = start
    if precision in LONGEST:
        # The first day of the period after this one, less a day.
        after = start + dt.timedelta(days=LONGEST[DatePrecision(precision)])
        last = after.replace(day=1, month=1 if precision == DatePrecision.YEAR else after.month) - dt.timedelta(days=1)
    return Span(start, max(start, last, end or start))


class Occasion(NamedTuple):
    """What something is about, by the fields that its kind names in ``alike_by``, and when it happened."""

    about: tuple
    span: Span


class Calendar:
    """Many occasions by their days, to find those that share a day with another."""

    MOST_DAYS = 400  # longer spans are compared one by one, not day by day

    def __init__(self, occasions: Collection[Occasion]):
        self.by_day: dict[tuple, list[Occasion]] = defaultdict(list)
        self.long: dict[tuple, list[Occasion]] = defaultdict(list)
        self.all: dict[tuple, list[Occasion]] = defaultdict(list)
        self.first = min(occasion.span.first for occasion in occasions)
        self.last = max(occasion.span.last for occasion in occasions)
        for occasion in occasions:
            self.all[occasion.about].append(occasion)
            if self.is_long(occasion.span):
                self.long[occasion.about].append(occasion)
                continue
            for day in occasion.span.days():
                self.by_day[occasion.about, day].append(occasion)

    def is_long(self, span: Span) -> bool:
        return (span.last - span.first).days > self.MOST_DAYS

    def narrowed(self, fields: tuple[str, ...]) -> models.Q:
        """Return a condition that leaves few records besides those that share a day with an occasion."""
        started = models.Q(started_on__lte=self.last)
        if not self.long:
            days = {day for _about, day in self.by_day}
            # Before the first of these days began only what lasted, or is known only so far.
            lasted = models.Q(ended_on__gte=self.first) | models.Q(
                date_precision__in=LONGEST, started_on__gte=self.first - dt.timedelta(days=max(LONGEST.values()))
            )
            started &= models.Q(started_on__in=days) | lasted
        for place, field in enumerate(fields):
            started &= models.Q(**{f"{field}__in": {about[place] for about in self.all}})
        return started

    def met_by(self, other: Occasion | None) -> Collection[Occasion]:
        """Return the occasions that are about the same as another and share a day with it."""
        if other is None:
            return ()
        if self.is_long(other.span):
            return [occasion for occasion in self.all[other.about] if occasion.span.meets(other.span)]
        met = [occasion for occasion in self.long[other.about] if occasion.span.meets(other.span)]
        return dict.fromkeys([*met, *(one for day in other.span.days() for one in self.by_day[other.about, day])])


class DatedQuerySet(RecordQuerySet):
    """Records of what happened on a day."""

    def alike(self, occasions: Collection[Occasion]) -> dict[Occasion, list]:
        """Return, by occasion, the records that are about the same and may have happened on one of its days.

        One statement, whatever the number of occasions. Drafts are among them; what was withdrawn is not.
        """
        found: dict[Occasion, list] = defaultdict(list)
        if not occasions:
            return found
        calendar, columns = Calendar(occasions), self.model.alike_by
        links = [column.removesuffix("_id") for column in columns if column.endswith("_id")]
        there = self.current().filter(calendar.narrowed(columns)).select_related("label", "author", *links)
        for record in there:
            for occasion in calendar.met_by(record.occasion):
                found[occasion].append(record)
        return found

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

    # The columns that, with the day, tell one record of the kind from another: two that agree in them may be one.
    alike_by: tuple[str, ...] = ()

    class Meta:
        abstract = True

    @property
    def span(self) -> Span | None:
        """The days that the date may mean."""
        return span_of(self.started_on, self.ended_on, self.date_precision)

    @property
    def occasion(self) -> Occasion | None:
        """What it is about and when; None where either is not known, or the kind names nothing in ``alike_by``."""
        about = tuple(getattr(self, column) for column in self.alike_by)
        if not about or self.span is None or not all(about):
            return None
        return Occasion(about, self.span)

    def alike(self) -> list:
        occasion = self.occasion
        found = type(self).objects.alike([occasion])[occasion] if occasion else []
        return [record for record in found if record.pk != self.pk]

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
