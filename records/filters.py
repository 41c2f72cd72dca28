"""The filters every list shares; one filter set serves a page and its API resource."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from access.levels import Level
from records.models import (
    Assignment,
    Attachment,
    Embargo,
    FieldCheck,
    Merge,
    PublicSummary,
    Query,
    ReviewState,
    SummaryOf,
)
from records.search import found_ids

WITHDRAWN_CHOICES = [("include", _("included")), ("only", _("only"))]


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class RecordFilterSet(django_filters.FilterSet):
    """Words, level, review state and withdrawn records; ``ordering`` comes from the view's own list.

    Withdrawn records are left out unless asked for.
    """

    q = django_filters.CharFilter(
        label=_("Words"), method="filter_words", widget=forms.TextInput(attrs={"type": "search"})
    )
    level = django_filters.ChoiceFilter(
        label=_("Level"), field_name="label__level", choices=Level.choices, empty_label=_("All")
    )
    review_state = django_filters.ChoiceFilter(label=_("State"), choices=ReviewState.choices, empty_label=_("All"))
    external_id = django_filters.CharFilter(label=_("Identifier elsewhere"))
    withdrawn = django_filters.ChoiceFilter(
        label=_("Withdrawn"), choices=WITHDRAWN_CHOICES, method="filter_withdrawn", empty_label=_("left out")
    )

    # Filters scripts need and pages do not show.
    api_only = ("external_id",)

    def filter_words(self, queryset, name, value):
        table = queryset.model._meta.db_table
        return queryset.filter(pk__in=[pk for _table, pk in found_ids(value, table)])

    def filter_withdrawn(self, queryset, name, value):
        return queryset.exclude(withdrawn_at=None) if value == "only" else queryset

    def left_out(self, queryset):
        """Return the records without those that are shown only to who asks for them."""
        return queryset.filter(withdrawn_at=None)

    def filter_queryset(self, queryset):
        if not self.form.cleaned_data.get("withdrawn"):
            queryset = self.left_out(queryset)
        return super().filter_queryset(queryset)

    def hide_api_only(self) -> None:
        """Take the filters that only scripts use off the page's form."""
        for name in self.api_only:
            if name in self.form.fields and not self.data.get(name):
                del self.form.fields[name]


def choice(label: str, choices, **options) -> django_filters.ChoiceFilter:
    """Return a filter by one value of a closed list."""
    return django_filters.ChoiceFilter(label=label, choices=choices, empty_label=_("All"), **options)


def among(label: str, model, **options) -> django_filters.ModelChoiceFilter:
    """Return a filter by one record of a kind; only records the reader may see are offered."""
    return django_filters.ModelChoiceFilter(
        label=label, queryset=model.objects.current(), empty_label=_("All"), **options
    )


def since(label: str, name: str = "started_on") -> django_filters.DateFilter:
    """Return a filter by the first day that counts."""
    return django_filters.DateFilter(label=label, field_name=name, lookup_expr="gte", widget=DayInput)


def until(label: str, name: str = "started_on") -> django_filters.DateFilter:
    """Return a filter by the last day that counts."""
    return django_filters.DateFilter(label=label, field_name=name, lookup_expr="lte", widget=DayInput)


class EmbargoFilter(RecordFilterSet):
    """Embargoes, by time and by the record they are about."""

    since = since(_("Since"), "at")
    until = until(_("Until"), "at")

    class Meta:
        model = Embargo
        fields = ["record_id"]

    api_only = (*RecordFilterSet.api_only, "record_id")


class PublicSummaryFilter(RecordFilterSet):
    """Public summaries, by the date they give."""

    since = since(_("Since"), "dated_on")
    until = until(_("Until"), "dated_on")

    class Meta:
        model = PublicSummary
        fields = []


class SummaryOfFilter(RecordFilterSet):
    """Ties of public summaries, by either end."""

    class Meta:
        model = SummaryOf
        fields = ["summary", "record_id"]


class QueryFilter(RecordFilterSet):
    """Queries, by the record they are about and by whether somebody has answered."""

    is_open = choice(_("Open"), [("yes", _("yes")), ("no", _("no"))], method="filter_open")

    class Meta:
        model = Query
        fields = ["record_id"]

    def filter_open(self, queryset, name, value):
        return queryset.filter(answered_at__isnull=value == "yes")


class FieldCheckFilter(RecordFilterSet):
    """Field checks, by the record they are about."""

    class Meta:
        model = FieldCheck
        fields = ["record_id"]


class AssignmentFilter(RecordFilterSet):
    """Assignments, by the record they are about and by whether they are done."""

    is_done = choice(_("Done"), [("yes", _("yes")), ("no", _("no"))], method="filter_done")

    class Meta:
        model = Assignment
        fields = ["record_id"]

    def filter_done(self, queryset, name, value):
        return queryset.filter(done_at__isnull=value == "no")


class AttachmentFilter(RecordFilterSet):
    """Attachments, by the record they belong to and by their content."""

    class Meta:
        model = Attachment
        fields = ["record_id", "sha256"]

    api_only = (*RecordFilterSet.api_only, "record_id", "sha256")


class MergeFilter(RecordFilterSet):
    """Merges, by either record; ``is_part`` tells those that were done with a larger one."""

    is_part = django_filters.BooleanFilter(field_name="part_of", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Merge
        fields = ["record_id", "into_id", "part_of"]

    api_only = (*RecordFilterSet.api_only, "record_id", "into_id", "part_of", "is_part")
