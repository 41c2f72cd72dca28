"""Pages of locked periods: list, record, locking and unlocking one."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.edit import FormView

from access import permissions
from access.context import current_reader
from negotiations.filters import LockedPeriodFilter
from negotiations.models import Conflict, LockedPeriod
from negotiations.periods import lock_period, unlock_period
from records.display import Column
from records.filters import DayInput
from records.forms import WithdrawForm
from records.guarded_forms import GuardedForm, add_refused
from records.views import KindMixin, RecordDetailView, RecordListView, RecordWithdrawView

TOLD = gettext_lazy(
    "Meetings, agreements, outcomes and running totals up to the day, with all their parts, are no longer added to,"
    " changed, withdrawn or merged. Who can see them may still be changed, and drafts may still be written."
)


def state_of_period(period: LockedPeriod) -> dict:
    return {"css": "no", "word": _("Unlocked")} if period.is_withdrawn else {"css": "stall", "word": _("Locked")}


class LockedPeriodList(RecordListView):
    model = LockedPeriod
    filterset_class = LockedPeriodFilter
    related = ("conflict", "author")
    lede = TOLD
    columns = [
        Column(gettext_lazy("Conflict"), lambda period: str(period.conflict)),
        Column(gettext_lazy("Up to and including"), "until", sort="until"),
        Column(gettext_lazy("Why"), "reason"),
        Column(gettext_lazy("Locked by"), lambda period: period.author or _("the system")),
    ]

    def rows(self, records):
        told = super().rows(records)
        return [row | {"state": state_of_period(period)} for row, period in zip(told, records, strict=True)]

    def kind_context(self):
        kind = super().kind_context()
        return kind if permissions.may(permissions.LOCK) else kind | {"add_url": None}


class LockedPeriodDetail(RecordDetailView):
    model = LockedPeriod
    template_name = "negotiations/locked_period_detail.html"
    related = ("conflict",)
    facts = [
        "conflict",
        "until",
        Column(gettext_lazy("Locked by"), lambda period: period.author or _("the system")),
    ]

    def lede(self):
        return self.object.reason

    def get_context_data(self, **kwargs):
        period = self.object
        may_unlock = permissions.may(permissions.LOCK) and not period.is_withdrawn
        return super().get_context_data(**kwargs) | {
            "told": TOLD,
            "state": state_of_period(period),
            "withdraw_url": None,
            "marking_url": None,
            "add_summary_url": None,
            "unlock_url": self.page_url("withdraw", period.pk) if may_unlock else None,
        }


class LockedPeriodForm(GuardedForm, forms.ModelForm):
    """Which conflict, up to which day, why."""

    class Meta:
        model = LockedPeriod
        fields = ("conflict", "until", "reason")
        widgets = {"until": DayInput, "reason": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"reason": gettext_lazy("Everybody who is refused reads it.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["conflict"].queryset = Conflict.objects.current()


class LockedPeriodAdd(KindMixin, FormView):
    """Lock a period."""

    model = LockedPeriod
    form_class = LockedPeriodForm
    template_name = "records/form.html"

    def dispatch(self, request, *args, **kwargs):
        permissions.demand(permissions.LOCK)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            stored = lock_period(current_reader(), given["conflict"], until=given["until"], reason=given["reason"])
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The period is locked."))
        return HttpResponseRedirect(stored.get_absolute_url())

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Lock a period"),
            "lede": TOLD,
            "cancel_url": self.page_url("list"),
            "submit_label": _("Lock this period"),
        }


class UnlockForm(WithdrawForm):
    """Why a period is unlocked."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it unlocked?"),
        help_text=gettext_lazy("Kept in the history for everybody who may see the conflict."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Say why the period is unlocked.")},
    )


class LockedPeriodUnlock(RecordWithdrawView):
    """Unlock a period, with a reason."""

    model = LockedPeriod
    form_class = UnlockForm
    permission = permissions.LOCK
    done = gettext_lazy("The period is unlocked.")

    def write(self, form):
        given = form.cleaned_data
        unlock_period(current_reader(), self.object, reason=given["reason"], expected_version=given["version"])

    def consequences(self) -> list[str]:
        return []

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Unlock %(period)s") % {"period": self.object},
            "lede": _("Records in the period can be changed again. That it was unlocked, by whom and why, stays."),
            "submit_label": _("Unlock this period"),
        }
