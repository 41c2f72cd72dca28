"""Who reaches the pages about people, and how their lists are paged."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404

from access import permissions

PAGE_SIZE = 50


class Allowed(LoginRequiredMixin):
    """To whoever may not do ``action``, the page is not there: what it is about is not theirs to know."""

    action = permissions.MANAGE

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not permissions.may(self.action):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


def page_of(request, rows, size: int = PAGE_SIZE) -> tuple[list, dict]:
    """Return the rows of the page that is asked for, and what components/pagination.html wants."""
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isdecimal() and 0 < int(asked) < 10**6 else 1
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])

    def address(page: int) -> str:
        query = request.GET.copy()
        query["page"] = page
        return f"{request.path}?{query.urlencode()}"

    return found[:size], {
        "number": number,
        "previous_url": address(number - 1) if number > 1 else None,
        "next_url": address(number + 1) if len(found) > size else None,
    }
