"""One's own unfinished forms and drafts; keeping what stands in a form, discarding it and taking that back."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.formats import time_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from access import permissions
from access.context import current_reader
from access.refusals import REFUSED_BY_POLICY, error_body
from desk import keeping
from desk.models import KeptForm
from desk.work import drafts_of, form_address
from records.display import state_of
from records.models import Record


def kind_and_key(form: str, record_id: str) -> tuple[type[Record], uuid.UUID | None]:
    """Return the kind of record a form is for, and which one it is about, if any; Http404 for no such form."""
    try:
        pk = uuid.UUID(record_id) if record_id else None
        return resolve(form_address(form, pk)).func.view_class.model, pk
    except (NoReverseMatch, Resolver404, ValueError) as error:
        raise Http404 from error


def record_behind(form: str, record_id: str) -> Record:
    """Return the record a form is about, a new one without ``record_id``; Http404 where there is none."""
    model, pk = kind_and_key(form, record_id)
    return get_object_or_404(model.objects.current().select_related("label"), pk=pk) if pk else model()


class KeepForm(View):
    """Keep what stands in a form. Sent by the page while somebody types; answers in JSON."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk) -> JsonResponse:
        permissions.demand(permissions.WRITE)
        record = record_behind(request.POST.get("form", ""), request.POST.get("record", ""))
        try:
            with transaction.atomic():
                held = keeping.hold(current_reader(), pk, request.POST["form"], record)
                if held.pk != pk or held.saved_as is not None:
                    told = _("This form was saved already, or is not yours. Open it anew.")
                    return JsonResponse(error_body("conflict", told), status=409)
                pairs = [pair for pair in keeping.typed(request.POST) if pair[0] not in ("form", "record")]
                keeping.keep(held, pairs)
        except ValidationError as error:
            fields = error.message_dict if hasattr(error, "error_dict") else {}
            return JsonResponse(error_body("invalid", " ".join(error.messages), fields), status=400)
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", None) != REFUSED_BY_POLICY:
                raise
            told = _("You may read this record and not change it; what you type is not kept.")
            return JsonResponse(error_body("permission_denied", told), status=403)
        return JsonResponse({"told": _("Draft kept %(time)s UTC") % {"time": time_format(held.kept_at, "H:i")}})


class DiscardForm(View):
    """Discard a kept form; with ``undo`` take that back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk) -> HttpResponseRedirect:
        permissions.demand(permissions.WRITE)
        actor = current_reader()
        found = keeping.discarded(actor) if "undo" in request.POST else keeping.unfinished(actor.user_id)
        kept = get_object_or_404(found.select_for_update(), pk=pk)
        if "undo" in request.POST:
            keeping.put_back(kept)
            messages.success(request, _("What you typed is among your drafts again."))
        else:
            keeping.discard(kept)
            messages.success(request, _("Discarded. For a day you can put it back on the page “Drafts”."))
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
            back = reverse("desk:drafts")
        return HttpResponseRedirect(back)


class Drafts(TemplateView):
    """One's own: forms that are not saved yet, records that are drafts, what was just discarded."""

    template_name = "desk/drafts.html"

    def get_context_data(self, **kwargs):
        permissions.demand(permissions.WRITE)
        actor = current_reader()
        forms = [told for kept in keeping.unfinished(actor.user_id)[:100] if (told := self.told(kept))]
        return super().get_context_data(**kwargs) | {
            "title": _("Drafts"),
            "lede": _("What you have begun and nobody else counts yet. Only you see the forms."),
            "forms": forms,
            "discarded": [told for kept in keeping.discarded(actor)[:100] if (told := self.told(kept))],
            "records": [
                {"record": record, "state": state_of(record), "edit_url": form_address(record.kind, record.pk)}
                for record in drafts_of(actor)
            ],
            "days": keeping.PURGED_AFTER.days,
        }

    def told(self, kept: KeptForm) -> dict | None:
        """Return one kept form for the page; None where its record is gone or hidden now."""
        try:
            record = record_behind(kept.form, str(kept.record_id or ""))
        except Http404:
            return None
        kind = record._meta.verbose_name
        return {
            "kept": kept,
            "title": _("New %(kind)s") % {"kind": kind} if kept.record_id is None else str(record),
            "kind": kind,
            "words": keeping.first_words(kept),
            "url": f"{form_address(kept.form, kept.record_id)}?kept={kept.pk}",
        }
