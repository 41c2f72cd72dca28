"""Pages of merging: two records side by side, what was merged, and undoing it."""

import re
import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import FormView

from access import permissions
from access.context import current_reader
from records.display import Column, link
from records.filters import MergeFilter
from records.forms import FindForm, MergeForm, UndoForm
from records.guarded_forms import add_refused
from records.merging import (
    alike,
    check_merge,
    may_take,
    merge_records,
    pairs,
    plan_of,
    undo_merge,
    undo_plan,
)
from records.models import Merge, Record, ReviewState
from records.querysets import kinds, named, with_records
from records.readers import readers_told
from records.services import StaleVersion
from records.views import KindMixin, RecordDetailView, RecordListView, RecordWithdrawView, page_address

IDENTITY = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")


def record_named(model: type[Record], words: str) -> Record | None:
    """Return the record of a kind that a reference, an identifier or an address names; None for a hidden one, too."""
    if found := IDENTITY.search(words):
        return named(model).filter(pk=uuid.UUID(found[0])).first()
    if found := REFERENCE.search(words.upper()):
        return named(model).filter(reference=found[0]).first()
    return None


class RecordMergeView(KindMixin, SingleObjectMixin, FormView):
    """Merge another record into this one: first it is named, then both are shown field by field.

    ``?other=`` names it, so that the page has an address; what is chosen is sent with the reason.
    """

    template_name = "records/merge.html"
    form_class = MergeForm
    other: Record | None = None
    refused = ""

    def dispatch(self, request, *args, **kwargs):
        self.object = self.get_object(named(self.model).current())
        permissions.demand(permissions.MERGE)
        self.find_form = FindForm(request.GET if "other" in request.GET else None)
        if self.find_form.is_valid():
            self.find()
        return super().dispatch(request, *args, **kwargs)

    def find(self) -> None:
        """Look the other record up, and whether the two can be merged at all."""
        self.other = record_named(self.model, self.find_form.cleaned_data["other"])
        if self.other is None:
            self.find_form.add_error("other", _("There is no record of this kind with that reference or address."))
            return
        try:
            check_merge(current_reader(), self.other, self.object)
        except ValidationError as error:
            self.find_form.add_error("other", " ".join(error.messages))
            self.other = None

    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs) if self.other else self.get(request, *args, **kwargs)

    def get_initial(self):
        return {"version": self.object.version, "other_version": self.other.version} if self.other else {}

    def taken(self) -> set[str]:
        """Return the fields in which the value of the other record was chosen."""
        return {
            name.removeprefix("take-")
            for name, value in self.request.POST.items()
            if name.startswith("take-") and value == "other"
        }

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            merge = merge_records(
                current_reader(),
                self.other,
                self.object,
                reason=given["reason"],
                version=given["other_version"],
                into_version=given["version"],
                take=self.taken(),
            )
        except StaleVersion:
            told = _("One of the two was changed since you opened this page. Look at both again before you merge them.")
            form.add_error(None, told)
            self.object = named(self.model).get(pk=self.object.pk)
            self.other = named(self.model).get(pk=self.other.pk)
            form.data = form.data.copy()
            form.data["version"], form.data["other_version"] = self.object.version, self.other.version
            return self.form_invalid(form)
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        told = _("“%(other)s” was merged into this record. Its reference and address lead here now.")
        messages.success(self.request, told % {"other": self.other})
        return HttpResponseRedirect(merge.into.get_absolute_url())

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {
            "object": self.object,
            "title": _("Merge a duplicate into %(record)s") % {"record": self.object},
            "cancel_url": self.object.get_absolute_url(),
            "find_form": self.find_form,
            "other": self.other,
        }
        if self.other is None:
            return context | {"alike": alike(self.object), "form": None}
        taken = self.taken()
        plan = plan_of(self.other, self.object)
        return context | {
            "pairs": [{"pair": pair, "is_taken": pair.name in taken} for pair in pairs(self.other, self.object)],
            "may_take": may_take(self.other, self.object),
            "plan": plan,
            "swap_url": f"{self.page_url('merge', self.other.pk)}?other={self.object.reference}",
            "readers": readers_told(self.object),
            "other_readers": readers_told(self.other),
            "is_verified": self.object.review_state == ReviewState.VERIFIED,
            "other_is_verified": self.other.review_state == ReviewState.VERIFIED,
        }


def kind_of_merged(merge: Merge) -> str:
    return capfirst(merge.record_type.model_class()._meta.verbose_name)


def state_of_merge(merge: Merge) -> dict:
    return {"css": "no", "word": _("Undone")} if merge.is_withdrawn else {"css": "ok", "word": _("Merged")}


class MergeList(RecordListView):
    model = Merge
    filterset_class = MergeFilter
    related = ("record_type", "author")
    lede = gettext_lazy("Records that were the same thing. What was merged is found under what was kept.")
    columns = [
        Column(gettext_lazy("Merged"), lambda merge: str(merge.record)),
        Column(gettext_lazy("Kind"), kind_of_merged),
        Column(gettext_lazy("Into"), "into"),
        Column(gettext_lazy("When"), "recorded_at", sort="recorded_at"),
        Column(gettext_lazy("By"), lambda merge: merge.author or _("the system")),
        Column(gettext_lazy("Why"), "reason"),
    ]

    def records(self):
        return super().records().filter(part_of=None)

    def rows(self, records):
        told = super().rows(records)
        return [row | {"state": state_of_merge(merge)} for row, merge in zip(told, records, strict=True)]

    def get_queryset(self):
        # Here and not in ``prefetch``: which kinds there are is known once all rooms are loaded.
        several = kinds()
        return super().get_queryset().prefetch_related(with_records(several), with_records(several, "into"))


class MergeDetail(RecordDetailView):
    """A merge: the two records, what was moved, and after it was undone what stayed as it was."""

    model = Merge
    template_name = "records/merge_detail.html"
    related = ("record_type", "part_of")
    facts = [
        Column(gettext_lazy("Kept"), lambda merge: link(merge.into)),
        Column(gettext_lazy("Merged"), lambda merge: str(merge.record)),
        Column(gettext_lazy("Its reference"), "record.reference"),
        Column(gettext_lazy("Merged by"), lambda merge: merge.author or _("the system")),
        "taken_version",
        "part_of",
    ]

    def lede(self):
        return self.object.reason

    def get_context_data(self, **kwargs):
        merge = self.object
        may_undo = permissions.may(permissions.MERGE) and not merge.is_withdrawn and merge.part_of_id is None
        return super().get_context_data(**kwargs) | {
            "title": _("%(record)s, merged") % {"record": merge.record},
            "state": state_of_merge(merge),
            "undoing": undo_plan(merge),
            # Its own page leads to the kept one.
            "record_history_url": page_address(type(merge.record), "history", merge.record.pk),
            "withdraw_url": None,
            "marking_url": None,
            "add_summary_url": None,
            "undo_url": self.page_url("withdraw", merge.pk) if may_undo else None,
        }


class MergeUndo(RecordWithdrawView):
    """Undo a merge, with a reason; what goes back and what stays is said before."""

    model = Merge
    form_class = UndoForm
    template_name = "records/merge_undo.html"
    done = gettext_lazy("The merge was undone.")
    permission = permissions.MERGE

    def write(self, form):
        given = form.cleaned_data
        undo_merge(current_reader(), self.object, reason=given["reason"], expected_version=given["version"])

    def consequences(self) -> list[str]:
        return []

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Undo the merge of %(record)s") % {"record": self.object.record},
            "lede": _("Both records stand again. What the merge moved goes back where it was."),
            "submit_label": _("Undo this merge"),
            "undoing": undo_plan(self.object),
        }
