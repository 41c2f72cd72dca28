"""What happened: on one's own account, and for those who keep watch everybody's."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from access import permissions
from access.activity import MOST_EXPORTED, EventFilter, as_csv, events, own_events, told_rows
from access.events import note
from access.views.allowed import Allowed, page_of


class OwnActivity(LoginRequiredMixin, TemplateView):
    """What you did, and what concerned your account."""

    template_name = "access/own_activity.html"

    def get_context_data(self, **kwargs):
        found, page = page_of(self.request, own_events(self.request.user))
        return super().get_context_data(**kwargs) | {
            "title": _("Your activity"),
            "lede": _(
                "Sign-ins, tokens, exports and reads of restricted records. Tell your administrator of anything you do "
                "not recognise."
            ),
            "rows": told_rows(found),
            "page": page,
        }


class AccessLog(Allowed, TemplateView):
    """What everybody did, as far as the reader may know of it."""

    action = permissions.AUDIT
    template_name = "access/access_log.html"

    def get_context_data(self, **kwargs):
        filterset = EventFilter(self.request.GET, queryset=events())
        found, page = page_of(self.request, filterset.qs if filterset.is_valid() else events().none())
        given = self.request.GET
        return super().get_context_data(**kwargs) | {
            "title": _("Access log"),
            "lede": _("What happened, as far as it concerns records and compartments that you may know of."),
            "rows": told_rows(found),
            "page": page,
            "filterset": filterset,
            "filters_active": any(given.get(name) for name in filterset.form.fields),
            "clear_url": self.request.path,
            "query": given.urlencode(),
            "most": f"{MOST_EXPORTED:,}",
        }


class AccessLogFile(Allowed, View):
    """The same as a file; that it was taken is itself written down."""

    action = permissions.AUDIT

    def get(self, request):
        filterset = EventFilter(request.GET, queryset=events())
        found = list(filterset.qs[:MOST_EXPORTED]) if filterset.is_valid() else []
        body = as_csv(found)
        note("export", what="access_log", rows=len(found))
        name = f"parley-access-log-{timezone.now():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)
