"""Pages of a list."""

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from records.querysets import capped_count, whole_number


class RecordPagination(BasePagination):
    """Pages by number. ``count`` is exact up to 10,000; beyond, ``count_is_exact`` is false."""

    page_size = 50
    most = 200

    def number(self, request, name: str, default: int, most: int) -> int:
        given = request.query_params.get(name)
        if given is None:
            return default
        number = whole_number(given)
        if number is None or not 1 <= number <= most:
            raise exceptions.ValidationError({name: [_("Give a whole number from 1 to %(most)s.") % {"most": most}]})
        return number

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        self.size = self.number(request, "page_size", self.page_size, self.most)
        self.page = self.number(request, "page", 1, 100_000)
        start = (self.page - 1) * self.size
        found = list(queryset[start : start + self.size + 1])
        self.has_next = len(found) > self.size
        self.count, self.count_is_exact = self.counted(queryset)
        return found[: self.size]

    def counted(self, queryset) -> tuple[int, bool]:
        """Return how many there are, and whether the number is exact."""
        return capped_count(queryset)

    def url_of(self, page: int) -> str:
        return replace_query_param(self.request.build_absolute_uri(), "page", page)

    def get_paginated_response(self, data):
        return Response(
            {
                "count": self.count,
                "count_is_exact": self.count_is_exact,
                "next": self.url_of(self.page + 1) if self.has_next else None,
                "previous": self.url_of(self.page - 1) if self.page > 1 else None,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema):
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["count", "count_is_exact", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer"},
                "count_is_exact": {"type": "boolean"},
                "next": link,
                "previous": link,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view):
        whole = {"type": "integer", "minimum": 1}
        return [
            {"name": "page", "in": "query", "required": False, "description": "Page, from 1.", "schema": whole},
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "description": "Records on a page; 50 where not said.",
                "schema": whole | {"maximum": self.most},
            },
        ]
