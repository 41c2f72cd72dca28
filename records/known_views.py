"""Pages, filters and resources that can be asked for what was known on an earlier day."""

from django.utils.functional import cached_property
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions

from records.filters import RecordFilterSet
from records.known import KnownForm, KnownOn

PARAMETERS = [
    OpenApiParameter(
        "as_known_on",
        str,
        description="A day, as 2025-06-12: what had been said, published or recorded by its end. Your rights of today"
        " decide what you see.",
    ),
    OpenApiParameter(
        "known_by",
        str,
        enum=["published", "recorded"],
        description="`recorded`: only what was recorded here by then. The default is `published`.",
    ),
]
NAMES = ("as_known_on", "known_by")


class AsKnownFilterSet(RecordFilterSet):
    """Filters of a list with ``?as_known_on=``: what has been withdrawn since that day is not left out."""

    @cached_property
    def known(self) -> KnownOn | None:
        return KnownForm(self.data or {}).known

    def filter_withdrawn(self, queryset, name, value):
        return queryset if self.known else super().filter_withdrawn(queryset, name, value)

    def left_out(self, queryset):
        return queryset if self.known else super().left_out(queryset)


class AsKnownPage:
    """A page with ``?as_known_on=``. A day that cannot be read is answered 400, with the remedy."""

    @cached_property
    def known_form(self) -> KnownForm:
        return KnownForm(self.request.GET)

    @property
    def known(self) -> KnownOn | None:
        return self.known_form.known

    def get_context_data(self, **kwargs):
        query = self.request.GET.copy()
        for name in (*NAMES, "page"):
            query.pop(name, None)
        return super().get_context_data(**kwargs) | {
            "known": self.known,
            "known_form": self.known_form,
            "known_kept": list(query.items()),
            "now_url": f"{self.request.path}?{query.urlencode()}" if query else self.request.path,
        }

    def render_to_response(self, context, **options):
        if not self.known_form.is_valid():
            options["status"] = 400
        return super().render_to_response(context, **options)


class AsKnownList(AsKnownPage):
    """A list with ``?as_known_on=``: of the records that stood at the end of that day."""

    def records(self):
        records = super().records()
        return records if self.known is None else records.standing(self.known)


class AsKnownDetail(AsKnownPage):
    """A record's page with ``?as_known_on=``; on a day before it was known there is no such page."""

    def get_queryset(self):
        records = super().get_queryset()
        return records if self.known is None else records.standing(self.known)


class AsKnownResource:
    """An API resource with ``?as_known_on=``; ``known`` raises the API's own error, by field."""

    other_parameters = frozenset(NAMES)

    @cached_property
    def known(self) -> KnownOn | None:
        if self.request is None:  # the schema is being made
            return None
        form = KnownForm(self.request.query_params)
        if not form.is_valid():
            raise exceptions.ValidationError(form.errors)
        return form.known

    def get_serializer_context(self):
        return super().get_serializer_context() | {"known": self.known}
