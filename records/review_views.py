"""The page of one query: to answer it, or to take it back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import FormView

from access import permissions
from access.context import current_reader
from records import reviewing
from records.forms import AnswerForm
from records.guarded_forms import add_refused
from records.models import Query
from records.review_told import query_told
from records.services import StaleVersion


class QueryPage(FormView):
    """One query with its answer. Somebody else answers; whoever asked may take it back."""

    model = Query
    template_name = "records/query.html"
    form_class = AnswerForm

    def dispatch(self, request, *args, **kwargs):
        found = Query.objects.current().select_related("label", "author", "answered_by", "record_type")
        self.object = get_object_or_404(found, pk=self.kwargs["pk"])
        permissions.demand(permissions.WRITE)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"version": self.object.version}

    def get_success_url(self) -> str:
        """Return where the reader came from, or else the record's page."""
        back = self.request.POST.get("next") or self.request.GET.get("next") or ""
        if url_has_allowed_host_and_scheme(back, {self.request.get_host()}, self.request.is_secure()):
            return back
        return self.object.record.page_url or self.object.get_absolute_url()

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            reviewing.answer_query(
                current_reader(), self.object, answer=given["answer"], expected_version=given["version"]
            )
        except StaleVersion as stale:
            form.add_error(None, _("%(error)s Look at it again before you answer.") % {"error": stale})
            form.data = form.data.copy()
            form.data["version"] = stale.current.version
            return self.form_invalid(form)
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("Your answer is kept. Whoever asked sees it where the record is reviewed."))
        return HttpResponseRedirect(self.get_success_url())

    def post(self, request, *args, **kwargs):
        if request.POST.get("act") != "back":
            return super().post(request, *args, **kwargs)
        back = self.get_success_url()
        reviewing.take_back(current_reader(), self.object, expected_version=self.object.version)
        messages.success(request, _("The query is taken back."))
        return HttpResponseRedirect(back if back != self.object.get_absolute_url() else "/")

    def get_context_data(self, **kwargs):
        told = query_told(current_reader(), self.object)
        record = self.object.record
        return super().get_context_data(**kwargs) | {
            "title": told["about"],
            "told": told,
            "object": self.object,
            "record": record,
            "next": self.request.POST.get("next") or self.request.GET.get("next") or "",
            "cancel_url": record.page_url,
        }
