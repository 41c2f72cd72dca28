"""What stands beside a form while it is filled in: what may be recorded already, and who else has it open."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from access import permissions
from access.context import current_reader
from desk.alike import told_alike
from desk.entry import EntryView, is_valid
from desk.presence import note_and_find
from desk.views.drafts import kind_and_key, record_behind


class Alike(View):
    """A piece of a form's page: what may be recorded already of that which is being entered. Sent while it is typed.

    ``entry`` is the form's own view; ``record`` among what is sent names the record that is edited.
    """

    http_method_names = ["post"]
    entry: type[EntryView] = EntryView

    def post(self, request: HttpRequest) -> HttpResponse:
        permissions.demand(permissions.WRITE)
        entry = self.entry()
        entry.setup(request)
        entry.object = record_behind(entry.form_name, request.POST.get("record", ""))
        form, formsets = entry.bound(request.POST)
        is_valid(form, formsets)
        found = entry.alike(form, formsets)
        return render(request, "desk/alike.html", {"told": told_alike(found, entry.model) if found else None})


class Present(View):
    """A piece of a form's page: who else has the record open for editing. Asked by the page itself every few seconds;
    whoever asks is there, too.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        permissions.demand(permissions.WRITE)
        model, pk = kind_and_key(request.POST.get("form", ""), request.POST.get("record", ""))
        present = note_and_find(current_reader(), model, pk) if pk else None
        if present is None:
            raise Http404
        return render(request, "desk/present.html", {"present": present})
