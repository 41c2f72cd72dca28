"""Pages of what was withdrawn: all of it in one list, and restoring a record."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Value
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from access import permissions
from access.context import current_reader
from records.display import Column, row
from records.forms import RestoreForm, WithdrawnKindForm
from records.models import HistoryEntry, Merge, Record
from records.querysets import kinds, named
from records.reviewing import restore
from records.views import PAGE_SIZE, RecordWithdrawView, page_address, page_number


class RecordRestoreView(RecordWithdrawView):
    """Take back a withdrawal, with a reason."""

    form_class = RestoreForm
    permission = permissions.REVIEW
    done = gettext_lazy("The record was restored.")

    def records(self):
        return self.model.objects.exclude(withdrawn_at=None)

    def write(self, form) -> None:
        given = form.cleaned_data
        restore(current_reader(), self.object, reason=given["reason"], expected_version=given["version"])

    def consequences(self) -> list[str]:
        return []

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Restore %(record)s") % {"record": self.object},
            "lede": _(
                "The record will be what it was before it was withdrawn: listed, and counted if it was verified."
            ),
            "submit_label": _("Restore this record"),
            "is_safe": True,
        }


class Withdrawn(NamedTuple):
    """One withdrawn record: its kind by its place in the list of kinds, its identifier, and when."""

    kind: int
    pk: object
    at: datetime


def restorable() -> list[type[Record]]:
    """Return the kinds whose withdrawn records are listed: those that can be restored."""
    found = [kind for kind in kinds() if kind.is_restorable]
    return sorted(found, key=lambda kind: str(kind._meta.verbose_name_plural))


def withdrawn_of(several: list[type[Record]], start: int, stop: int) -> list[Withdrawn]:
    """Return the withdrawn records of some kinds that the reader may see, newest first; one statement."""
    asked = [
        kind.objects.exclude(withdrawn_at=None)
        .order_by()
        .annotate(kind_of_it=Value(place))
        .values_list("kind_of_it", "pk", "withdrawn_at")
        for place, kind in enumerate(several)
    ]
    found = asked[0].union(*asked[1:], all=True).order_by("-withdrawn_at", "pk")
    return [Withdrawn(*values) for values in found[start:stop]]


class WithdrawnList(TemplateView):
    """Everything withdrawn that the reader may see: when, by whom, why, and what a merged record leads to."""

    template_name = "records/withdrawn.html"

    def get_context_data(self, **kwargs):
        several = restorable()
        form = WithdrawnKindForm(self.request.GET, kinds=several)
        asked = form.cleaned_data["kind"] if form.is_valid() else ""
        chosen = [kind for kind in several if kind.kind_of() == asked] or several
        number = page_number(self.request)
        start = (number - 1) * PAGE_SIZE
        found = withdrawn_of(chosen, start, start + PAGE_SIZE + 1)
        query = f"&kind={asked}" if asked else ""
        return super().get_context_data(**kwargs) | {
            "title": _("Withdrawn records"),
            "filterset": {"form": form},
            "filters_active": bool(asked),
            "clear_url": self.request.path,
            "columns": [{"label": column.label} for column in self.columns],
            "rows": self.rows([(chosen[one.kind], one.pk) for one in found[:PAGE_SIZE]]),
            "page": {
                "number": number,
                "previous_url": f"?page={number - 1}{query}" if number > 1 else None,
                "next_url": f"?page={number + 1}{query}" if len(found) > PAGE_SIZE else None,
            },
        }

    columns = [
        Column(gettext_lazy("Record"), str),
        Column(gettext_lazy("Kind"), lambda record: capfirst(record._meta.verbose_name)),
        Column(gettext_lazy("When"), "withdrawn_at"),
        Column(gettext_lazy("By"), "withdrawn_by"),
        Column(gettext_lazy("Why"), "withdrawn_reason"),
        Column(gettext_lazy("Merged into"), "kept"),
        Column(gettext_lazy("To take back"), "way_back"),
    ]

    def rows(self, found: list[tuple[type[Record], object]]) -> list[dict]:
        """Return the rows of the table: a statement for each kind, one for who did it, one for merges."""
        pks = [pk for _kind, pk in found]
        several = {kind for kind, _pk in found}
        by_kind = {kind: named(kind).in_bulk([pk for one, pk in found if one is kind]) for kind in several}
        merges = {one.record_id: one for one in Merge.objects.current().filter(record_id__in=pks)}
        kept = {}
        for kind in by_kind:
            wanted = [one.into_id for pk, one in merges.items() if pk in by_kind[kind]]
            kept |= named(kind).in_bulk(wanted) if wanted else {}
        who = withdrawn_by(pks)
        rows = []
        for kind, pk in found:
            record = by_kind[kind][pk]
            record.withdrawn_by = who.get(pk, _("the system"))
            record.kept = kept.get(merges[pk].into_id) if pk in merges else None
            record.way_back = way_back(record, merges.get(pk))
            told = row(record, self.columns)
            # The address of a merged record leads to the kept one.
            told["url"] = page_address(kind, "history", pk) if pk in merges else told["url"]
            rows.append(told)
        return rows


def way_back(record: Record, merge: Merge | None) -> SafeString | str:
    """Return a link to where a reviewer restores the record, or undoes the merge; for who may do neither, nothing."""
    if merge is not None:
        may, url, words = permissions.MERGE, merge.page_url, _("Merge")
    else:
        may, url, words = permissions.REVIEW, page_address(type(record), "restore", record.pk), _("Restore")
    if not permissions.may(may):
        return ""
    return format_html('<a href="{}">{}<span class="vh">: {}</span></a>', url, words, record)


def withdrawn_by(pks: list) -> dict:
    """Return who withdrew these records last, by identifier; without those that the system withdrew."""
    found = {}
    entries = HistoryEntry.objects.filter(record_id__in=pks, operation="UPDATE", before__withdrawn_at=None)
    for entry in entries.exclude(after__withdrawn_at=None).select_related("user").order_by("id"):
        if entry.user_id is not None:
            found[entry.record_id] = entry.user
        else:
            found.pop(entry.record_id, None)
    return found
