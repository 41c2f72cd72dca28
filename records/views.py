"""The bases of all pages about one kind of record: list, detail, withdraw; the history is in history_views."""

import uuid
from collections.abc import Collection
from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import DetailView, ListView
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import FormView

from access import permissions
from access.context import current_reader
from records import history
from records.attachments import attachable
from records.display import Column, Section, drawn, field_label, row, shown, state_of
from records.forms import WithdrawForm
from records.guarded_forms import add_refused
from records.hanging import wholes_of, withdrawal_told
from records.locking import locked_told
from records.merging import kept_of, merged_into
from records.models import Attachment, Record, SummaryOf
from records.querysets import capped_count, whole_number
from records.readers import embargoes_told, readers_told
from records.review_told import review_told
from records.services import StaleVersion, withdraw_record

PAGE_SIZE = 50
MOST_PAGES = 100_000


def page_number(request: HttpRequest) -> int:
    """Return the page asked for; the first where what was asked for is none."""
    number = whole_number(request.GET.get("page", "1"))
    return number if number and number <= MOST_PAGES else 1


def named_record(request: HttpRequest, offered: Collection[type[Record]]) -> Record | None:
    """Return the record that ``?record_kind=…&record_id=…`` names; None where nothing is named.

    Raises Http404 where there is none of the kinds ``offered`` that the reader sees.
    """
    kind, given = request.GET.get("record_kind"), request.GET.get("record_id")
    if not kind and not given:
        return None
    model = next((model for model in offered if model.kind_of() == kind), None)
    try:
        pk = uuid.UUID(given or "")
    except ValueError:
        raise Http404 from None
    found = model and model.objects.current().select_related("label").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def page_address(model: type[Record], page: str, *args) -> str | None:
    """Return the address of one of a kind's pages, in its own room or at the desk; None where it has none."""
    for room in (model._meta.app_label, "desk"):
        with suppress(NoReverseMatch):
            return reverse(f"{room}:{model.kind_of()}-{page}", args=args)
    return None


class KindMixin:
    """Names the kind of record a page is about."""

    model: type[Record]
    icon = "outcome"

    def page_url(self, page: str, *args) -> str | None:
        return page_address(self.model, page, *args)

    def kind_context(self) -> dict:
        meta = self.model._meta
        may_write = permissions.may(permissions.WRITE)
        return {
            "name": meta.verbose_name,
            "name_plural": str(meta.verbose_name_plural)[:1].upper() + str(meta.verbose_name_plural)[1:],
            "icon": self.icon,
            "list_url": self.page_url("list"),
            "add_url": self.page_url("add") if may_write else None,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"kind": self.kind_context()}


class RecordListView(KindMixin, ListView):
    """A list: filter, sort, page; all of it in the address.

    Subclasses give ``columns``, ``filterset_class``, ``related`` (for ``select_related``) and ``prefetch``.
    """

    template_name = "records/list.html"
    columns: list[Column] = []
    filterset_class = None
    related: tuple[str, ...] = ()
    prefetch: tuple = ()
    lede = ""

    def records(self):
        """Return the records of the kind, before any filter."""
        return self.model.objects.all()

    def get_queryset(self):
        queryset = self.records().select_related("label", *self.related).prefetch_related(*self.prefetch)
        self.filterset = self.filterset_class(self.request.GET, queryset=queryset)
        self.filterset.hide_api_only()
        queryset = self.filterset.qs if self.filterset.is_valid() else queryset.none()
        return queryset.order_by(*self.ordering_of_page())

    def ordering_of_page(self) -> list[str]:
        """Return the ordering asked for, if a column offers it, else the model's own; ties by identity."""
        asked = self.request.GET.get("ordering", "")
        offered = {column.sort for column in self.columns if column.sort}
        chosen = [asked] if asked.removeprefix("-") in offered else list(self.model._meta.ordering)
        self.ordering_shown = chosen[0] if chosen else ""
        return [*chosen, "pk"]

    def address(self, **changes) -> str:
        """Return this page's address with some parameters changed (None removes one)."""
        query = self.request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def heads(self) -> list[dict]:
        """Return the heads of the columns with the address that sorts by each."""
        found = []
        for column in self.columns:
            head = {"label": column.label, "css": column.css, "sort_url": None, "sorted": None}
            if column.sort:
                ascending, descending = column.sort, f"-{column.sort}"
                if self.ordering_shown in (ascending, descending):
                    head["sorted"] = "asc" if self.ordering_shown == ascending else "desc"
                head["sort_url"] = self.address(
                    ordering=descending if self.ordering_shown == ascending else ascending, page=None
                )
            found.append(head)
        return found

    def rows(self, records: list[Record]) -> list[dict]:
        """Return the rows of the table for the records of this page."""
        return [row(record, self.columns) for record in records]

    def get_context_data(self, **kwargs):
        queryset = self.object_list
        number = page_number(self.request)
        start = (number - 1) * PAGE_SIZE
        records = list(queryset[start : start + PAGE_SIZE + 1])
        counted, is_exact = capped_count(queryset)
        count_text = ngettext("%(count)s record", "%(count)s records", counted) % {
            "count": f"{counted:,}" if is_exact else f"{counted:,}+"
        }
        given = self.request.GET
        filters_active = any(given[name] for name in given if name in self.filterset.form.fields)
        kind = self.kind_context()
        return super().get_context_data(**kwargs) | {
            "kind": kind,
            "title": kind["name_plural"],
            "lede": self.lede,
            "columns": self.heads(),
            "rows": self.rows(records[:PAGE_SIZE]),
            "filterset": self.filterset,
            "filters_active": filters_active,
            "clear_url": self.request.path,
            "count_text": count_text,
            "page": {
                "number": number,
                "previous_url": self.address(page=number - 1) if number > 1 else None,
                "next_url": self.address(page=number + 1) if len(records) > PAGE_SIZE else None,
            },
        }


class RecordDetailView(KindMixin, DetailView):
    """One record: facts, related records, sources, history.

    Subclasses give ``facts`` (names of fields or columns), ``sections`` and ``related``.
    """

    template_name = "records/detail.html"
    facts: list[str | Column] = []
    sections: list[Section] = []
    related: tuple[str, ...] = ()
    history_shown = 8

    def get_queryset(self):
        return self.model.objects.select_related("label", "author", *self.related)

    def get(self, request, *args, **kwargs):
        """Show the record; the address of one that was merged leads to the one that was kept."""
        self.object = self.get_object()
        kept = kept_of(self.object)
        if kept is not None and kept.page_url:
            return HttpResponsePermanentRedirect(kept.page_url)
        return self.render_to_response(self.get_context_data(object=self.object))

    def lede(self) -> str:
        """Return the sentence under the title."""
        return getattr(self.object, "notes", "")

    def fact_list(self) -> list[dict]:
        found = []
        for fact in self.facts:
            column = fact if isinstance(fact, Column) else Column(field_label(self.model, fact), fact)
            value = column.of(self.object)
            if value not in ("", None):
                found.append({"label": column.label, "value": value, "note": ""})
        record = self.object
        found.append({"label": _("Recorded"), "value": shown(record.recorded_at), "note": ""})
        if record.external_id:
            found.append({"label": field_label(self.model, "external_id"), "value": record.external_id, "note": ""})
        return found

    def section_list(self) -> list[dict]:
        return [self.section(section) for section in self.sections]

    def section(self, section: Section) -> dict:
        return drawn(section, self.object)

    def citation_list(self) -> list[dict]:
        if self.model.citations is None:
            return []
        found = self.object.citations.current().select_related("source", "label").order_by("position", "recorded_at")
        found = found.with_evidence()
        return [
            {
                "url": citation.source.get_absolute_url(),
                "title": str(citation.source),
                "publisher": citation.source.publisher,
                "published": citation.source.published_on,
                "quote": citation.quote,
                "grade": citation.grade,
                "source_url": citation.source.url,
                "evidence": citation.evidence,
                "label": citation.label,
            }
            for citation in found
        ]

    def attachment_list(self) -> list[dict]:
        found = Attachment.objects.of(self.object).current().select_related("label")
        return [
            {
                "url": attachment.get_absolute_url(),
                "file_url": reverse("records:attachment-file", args=[attachment.pk]),
                "attachment": attachment,
            }
            for attachment in found
        ]

    def attach_url(self) -> str | None:
        """Return where a file is attached to the record, if the reader may."""
        if not isinstance(self.object, attachable()) or not self.may_change():
            return None
        asked = urlencode({"record_kind": self.object.kind, "record_id": self.object.pk})
        return f"{reverse('records:attachment-add')}?{asked}"

    def may_change(self) -> bool:
        return permissions.may(permissions.WRITE) and not self.object.is_withdrawn and self.locked is None

    @cached_property
    def locked(self) -> dict | None:
        """The locked period that the record lies in, for the page; None where it may be changed."""
        return locked_told(self.object)

    def may_restore(self) -> bool:
        record = self.object
        return (
            record.is_withdrawn and record.is_restorable and self.locked is None and permissions.may(permissions.REVIEW)
        )

    def may_merge(self) -> bool:
        record = self.object
        is_in_use = not record.is_withdrawn and record.draft_of is None and self.locked is None
        return record.is_mergeable and is_in_use and permissions.may(permissions.MERGE)

    def summary_links(self) -> list[SummaryOf]:
        """Return the ties of the record's public summaries."""
        found = SummaryOf.objects.of(self.object).current().filter(summary__withdrawn_at=None)
        return list(found.select_related("label", "summary__label"))

    def add_summary_url(self) -> str | None:
        """Return where a public summary of the record is written: offered for what is not public itself."""
        if not self.object.label.is_raised or not self.may_change():
            return None
        asked = urlencode({"record_kind": self.object.kind, "record_id": self.object.pk})
        return f"{reverse('records:public-summary-add')}?{asked}"

    def get_context_data(self, **kwargs):
        record = self.object
        entries = history.entries_of(record)[: self.history_shown]
        return super().get_context_data(**kwargs) | {
            "title": str(record),
            "lede": self.lede(),
            "label": record.label,
            "facts": self.fact_list(),
            "sections": self.section_list(),
            "citations": self.citation_list(),
            "attachments": self.attachment_list() if isinstance(record, attachable()) else [],
            "attach_url": self.attach_url(),
            "history": history.tell(entries, record),
            "history_url": self.page_url("history", record.pk),
            "edit_url": self.page_url("edit", record.pk) if self.may_change() else None,
            "withdraw_url": self.page_url("withdraw", record.pk) if self.may_change() else None,
            "readers": readers_told(record),
            "restore_url": self.page_url("restore", record.pk) if self.may_restore() else None,
            "merge_url": self.page_url("merge", record.pk) if self.may_merge() else None,
            "merges": merged_into(record),
            "locked": self.locked,
            "marking_url": self.page_url("marking", record.pk) if permissions.may(permissions.WRITE) else None,
            "embargoes": embargoes_told(record),
            "review": review_told(current_reader(), record),
            "review_url": self.page_url("review", record.pk),
            "summaries": self.summary_links(),
            "add_summary_url": self.add_summary_url(),
            "api_url": reverse(f"api:{record.kind}-detail", args=[record.pk]),
            "reference": record.reference,
            "version": record.version,
            "state": state_of(record),
            "withdrawn": {"at": record.withdrawn_at, "reason": record.withdrawn_reason}
            if record.is_withdrawn
            else None,
        }


class RecordWithdrawView(KindMixin, SingleObjectMixin, FormView):
    """Withdraw a record, with a reason."""

    template_name = "records/withdraw.html"
    form_class = WithdrawForm
    permission = permissions.WITHDRAW
    done = gettext_lazy("The record was withdrawn. Its history stays.")

    def dispatch(self, request, *args, **kwargs):
        self.object = self.get_object(self.records())
        permissions.demand(self.permission)
        return super().dispatch(request, *args, **kwargs)

    def records(self):
        """Return the records that the page may be about."""
        return self.model.objects.current()

    def get_initial(self):
        return {"version": self.object.version}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "object": self.object,
            "title": _("Withdraw %(record)s") % {"record": self.object},
            "cancel_url": self.back_url(),
            "consequences": self.consequences(),
        }

    def consequences(self) -> list[str]:
        """Return in sentences what becomes of what hangs on the record."""
        return withdrawal_told(self.object)

    def write(self, form) -> None:
        withdraw_record(
            current_reader(),
            self.object,
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["version"],
        )

    def form_valid(self, form):
        try:
            self.write(form)
        except StaleVersion as stale:
            form.add_error(None, _("%(error)s Look at it again before you go on.") % {"error": stale})
            form.data = form.data.copy()
            form.data["version"] = stale.current.version
            return self.form_invalid(form)
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        messages.success(self.request, self.done)
        return HttpResponseRedirect(self.back_url())

    def back_url(self) -> str:
        """Return the record's page, or, of a part without one, that of the record it is a part of."""
        pages = [one.page_url for one in (self.object, *wholes_of(self.object))]
        return next((page for page in pages if page), reverse("records:withdrawn-list"))
