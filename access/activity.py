"""Events for people to read: which there are, as rows of a page and as a file."""

import csv
import io
import re
import uuid

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.kinds import record_models
from access.models import Compartment, Event, User
from access.told import DOORS, KINDS, sentence

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
RECORDS_NAMED = 5
MOST_EXPORTED = 10_000
# With one of these a spreadsheet takes a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class DayField(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class EventFilter(django_filters.FilterSet):
    """By person (who did it or whom it concerns), kind, day and record."""

    person = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Person"),
        queryset=User.objects.all(),
        method="filter_person",
        empty_label=gettext_lazy("All"),
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("What"), choices=list(KINDS.items()), empty_label=gettext_lazy("All")
    )
    since = django_filters.DateFilter(
        label=gettext_lazy("From"), field_name="at", lookup_expr="date__gte", widget=DayField
    )
    until = django_filters.DateFilter(
        label=gettext_lazy("To"), field_name="at", lookup_expr="date__lte", widget=DayField
    )
    record = django_filters.CharFilter(label=gettext_lazy("Record’s reference or address"), method="filter_record")

    class Meta:
        model = Event
        fields: list[str] = []

    def filter_person(self, queryset, name, value):
        return queryset.filter(Q(user=value) | Q(subject=value))

    def filter_record(self, queryset, name, value):
        found = readable_record(value)
        return queryset.filter(records__contains=[found]) if found else queryset.none()


def events() -> QuerySet[Event]:
    """Return every event the reader may see, latest first."""
    return Event.objects.select_related("user", "subject").defer("hash", "previous_hash")


def own_events(user: User) -> QuerySet[Event]:
    """Return what this person did and what concerned their account."""
    return events().filter(Q(user=user) | Q(subject=user))


def readable_record(words: str) -> uuid.UUID | None:
    """Return the record that a reference, an identifier or an address names, if the reader may see it."""
    identifier = UUID.search(words)
    named = Q(pk=identifier[0]) if identifier else Q(reference__iexact=words.strip())
    first, *others = [model.objects.filter(named).order_by().values_list("pk") for model in record_models()]
    found = first.union(*others).first()
    return found[0] if found else None


def told_rows(found: list[Event]) -> list[dict]:
    """Return events as rows: sentence, at, kind, reason, door, address and the records that the reader may see."""
    compartments = dict(Compartment.objects.values_list("pk", "name"))
    records = references_of(found)
    return [
        {
            "event": event,
            "sentence": sentence(event, compartments),
            "kind": KINDS.get(event.kind, event.kind),
            "door": DOORS.get(event.door, event.door),
            "records": [records[pk] for pk in event.records if pk in records],
        }
        for event in found
    ]


def references_of(found: list[Event]) -> dict[uuid.UUID, dict]:
    """Return reference and address of the records in these events that the reader may see now.

    Asked as values: telling which records somebody read is not reading them, and writes no event of its own.
    """
    by_table: dict[str, set[uuid.UUID]] = {}
    for event in found:
        by_table.setdefault(event.record_table, set()).update(event.records)
    seen = {}
    for model in record_models():
        wanted = by_table.get(model._meta.db_table)
        if wanted:
            for pk, reference in model.objects.filter(pk__in=wanted).values_list("pk", "reference"):
                seen[pk] = {"reference": reference, "url": model(pk=pk).page_url}
    return seen


def plain_cell(value) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    words = str(value)
    return f"'{words}" if words.startswith(FORMULA) else words


def as_csv(found: list[Event]) -> str:
    """Return events as a file of comma-separated values with a heading row."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([_("when (UTC)"), _("what"), _("sentence"), _("reason"), _("door"), _("address"), _("records")])
    for row in told_rows(found):
        event = row["event"]
        cells = [
            f"{event.at:%Y-%m-%d %H:%M:%S}",
            row["kind"],
            row["sentence"],
            event.reason,
            row["door"],
            event.address,
            " ".join(record["reference"] for record in row["records"]),
        ]
        writer.writerow([plain_cell(cell) for cell in cells])
    return written.getvalue()
