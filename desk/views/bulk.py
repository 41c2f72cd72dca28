"""Verifying together what one import brought from one source."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView

from access import permissions
from access.context import current_reader
from desk.keeping import key_of
from desk.review_forms import BulkForm
from desk.views.review import review_url
from records.bulk_review import bulk_found, bulk_verify, imports_waiting, kind_named
from records.guarded_forms import add_refused
from records.models import Record
from sources.models import Source

SHOWN = 50


class Imports(TemplateView):
    """What waits that came with imports of others, by import, kind and source."""

    template_name = "desk/review/imports.html"

    def get_context_data(self, **kwargs):
        found = imports_waiting(current_reader())
        sources = Source.objects.select_related("label").in_bulk({one.source for one in found} - {None})
        return super().get_context_data(**kwargs) | {
            "title": _("Verify an import together"),
            "lede": _(
                "Only what one import brought, and only what rests on one source and no other. You compare the source"
                " with the file, not each field; the reason you give stands in the history of every record."
            ),
            "rows": [
                {
                    "brought": one,
                    "kind": one.model._meta.verbose_name if one.number == 1 else one.model._meta.verbose_name_plural,
                    "source": sources.get(one.source),
                    "url": address_of(one.run, one.model, one.source) if one.source in sources else None,
                }
                for one in found
            ],
        }


def address_of(run: str, model: type[Record], source) -> str:
    asked = {"run": run, "kind": model.kind_of(), "source": source}
    return f"{reverse('desk:review-import')}?{urlencode(asked)}"


class VerifyImport(FormView):
    """One import, one kind, one source: how many, what is left out and why; then the reason."""

    template_name = "desk/review/import.html"
    form_class = BulkForm

    def dispatch(self, request, *args, **kwargs):
        permissions.demand(permissions.REVIEW)
        self.run = request.GET.get("run", "")
        self.model = kind_named(request.GET.get("kind", ""))
        self.source = Source.objects.filter(pk=key_of(request.GET.get("source"))).select_related("label").first()
        if not self.run or "\x00" in self.run or self.model is None or self.source is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            bulk = bulk_verify(
                current_reader(), self.model, run=self.run, source=self.source, reason=form.cleaned_data["reason"]
            )
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        number = len(bulk.ready)
        told = ngettext("%(n)s record is verified.", "%(n)s records are verified.", number) % {"n": f"{number:,}"}
        messages.success(self.request, told)
        return HttpResponseRedirect(address_of(self.run, self.model, self.source.pk))

    def get_context_data(self, **kwargs):
        bulk = bulk_found(self.model, run=self.run, source=self.source)
        number = len(bulk.ready)
        return super().get_context_data(**kwargs) | {
            "title": _("Verify together: %(kind)s from %(source)s")
            % {"kind": self.model._meta.verbose_name_plural, "source": self.source},
            "source": self.source,
            "number": number,
            "told": ngettext(
                "%(n)s record, with its parts, can be verified together.",
                "%(n)s records, with their parts, can be verified together.",
                number,
            )
            % {"n": f"{number:,}"},
            "ready": [self.row(one) for one in bulk.ready[:SHOWN]],
            "left_out": [self.row(one, why) for one, why in bulk.left_out],
            "more": bulk.more,
        }

    def row(self, record: Record, why: str = "") -> dict:
        return {"record": record, "why": why, "url": review_url(self.model, record.pk)}
