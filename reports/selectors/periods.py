"""Which records fall into a period, when their dates are only as precise as known."""

import calendar
import datetime as dt

from django.db.models import Q, QuerySet

from records.dates import Dated, DatePrecision

LONGEST_SPAN = dt.timedelta(days=366)


def last_day(record: Dated) -> dt.date | None:
    """Return the last day on which it can have happened: of the month where only the month is known, and so on."""
    start = record.started_on
    if start is None:
        return None
    if record.ended_on is not None:
        return record.ended_on
    match record.date_precision:
        case DatePrecision.MONTH:
            return end_of_month(start.year, start.month)
        case DatePrecision.QUARTER:
            return end_of_month(start.year, (start.month - 1) // 3 * 3 + 3)
        case DatePrecision.YEAR:
            return dt.date(start.year, 12, 31)
    return start


def end_of_month(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def within(queryset: QuerySet, first: dt.date, last: dt.date) -> list:
    """Return the records that can have happened within a period, oldest first; those without a date never do."""
    near = Q(started_on__lte=last) & (Q(started_on__gte=first - LONGEST_SPAN) | Q(ended_on__gte=first))
    found = queryset.filter(near).order_by("started_on", "recorded_at", "pk")
    return [record for record in found if last_day(record) >= first]
