"""Pages about who can see a record: marking it anew, now or at a set time; embargoes."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import FormView

from access import permissions
from access.context import current_reader
from records.display import Column, link
from records.embargoes import agree_embargo, cancel_embargo, check_embargo, may_cancel, propose_embargo
from records.filters import EmbargoFilter
from records.forms import CancelForm, MarkingForm
from records.guarded_forms import add_refused
from records.models import Embargo
from records.querysets import kinds, with_records
from records.readers import consequences_told, embargo_told, embargoes_told, marking_in_words, readers_told
from records.services import StaleVersion, change_marking, check_marking, preview_marking
from records.views import KindMixin, RecordDetailView, RecordListView, RecordWithdrawView


class RecordMarkingView(KindMixin, SingleObjectMixin, FormView):
    """Change who can see a record. What would follow is shown first and saved only as it was shown."""

    template_name = "records/marking.html"
    form_class = MarkingForm
    permission = permissions.WRITE
    consequences: dict | None = None
    is_previewed = False

    def dispatch(self, request, *args, **kwargs):
        self.object = self.get_object(self.model.objects.select_related("label"))
        permissions.demand(self.permission)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {
            "level": self.object.level,
            "compartments": self.object.compartments,
            "version": self.object.version,
        }

    def form_valid(self, form):
        given = form.cleaned_data
        wanted = {"level": given["level"], "compartments": given.get("compartments", [])}
        at, reason = given["at"], given["reason"]
        actor = current_reader()
        try:
            if given["version"] != self.object.version:
                raise StaleVersion(self.object)
            if at:
                check_embargo(actor, self.object, **wanted, at=at, reason=reason)
            else:
                check_marking(actor, self.object, **wanted, reason=reason)
            if "save" not in self.request.POST or given["previewed"] != form.signature():
                return self.preview(form, wanted)
            if at:
                propose_embargo(actor, self.object, **wanted, at=at, reason=reason)
                messages.success(self.request, _("The embargo is proposed. It waits for another person, a reviewer."))
            else:
                change_marking(actor, self.object, **wanted, reason=reason, expected_version=given["version"])
                messages.success(self.request, _("Who can see the record was changed."))
        except StaleVersion as stale:
            form.add_error(None, _("%(error)s Look at it again before you go on.") % {"error": stale})
            form.data = form.data.copy()
            form.data["version"] = stale.current.version
            return self.form_invalid(form)
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        return HttpResponseRedirect(self.object.get_absolute_url())

    def preview(self, form, wanted: dict):
        """Show what would follow. Somebody who may only propose it is told no more than they can see themselves."""
        actor = current_reader()
        try:
            check_marking(actor, self.object, **wanted, reason=form.cleaned_data["reason"])
        except ValidationError:
            pass
        else:
            found = preview_marking(actor, self.object, **wanted)
            self.consequences = consequences_told(self.object, found)
        self.is_previewed = True
        form.data = form.data.copy()
        form.data["previewed"] = form.signature()
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "object": self.object,
            "title": _("Who can see %(record)s") % {"record": self.object},
            "readers": readers_told(self.object),
            "embargoes": embargoes_told(self.object),
            "consequences": self.consequences,
            "is_previewed": self.is_previewed,
            "cancel_url": self.object.get_absolute_url(),
        }


def becomes(embargo: Embargo) -> str:
    """Return the marking an embargo brings, in words."""
    return marking_in_words(embargo.to_level, embargo.to_compartments)


class EmbargoList(RecordListView):
    model = Embargo
    filterset_class = EmbargoFilter
    related = ("agreed_by", "record_type")
    lede = gettext_lazy("Records that are opened or closed at a set time, once a reviewer has agreed.")
    columns = [
        Column(gettext_lazy("Record"), lambda embargo: str(embargo.record)),
        Column(gettext_lazy("Becomes"), becomes),
        Column(gettext_lazy("At"), "when", sort="at"),
        Column(gettext_lazy("Where it stands"), lambda embargo: embargo.state.label),
        Column(gettext_lazy("Agreed by"), "agreed_by"),
    ]

    def get_queryset(self):
        # Here and not in ``prefetch``: which kinds there are is known once all rooms are loaded.
        return super().get_queryset().prefetch_related(with_records(kinds()))


class EmbargoDetail(RecordDetailView):
    """An embargo with its buttons: a reviewer agrees, whoever may cancels."""

    model = Embargo
    template_name = "records/embargo_detail.html"
    related = ("agreed_by", "record_type")
    facts = [
        Column(gettext_lazy("Record"), lambda embargo: link(embargo.record)),
        Column(gettext_lazy("Becomes"), becomes),
        Column(gettext_lazy("At"), "when"),
        Column(gettext_lazy("Where it stands"), lambda embargo: embargo.state.label),
        Column(gettext_lazy("Proposed by"), lambda embargo: embargo.author or _("the system")),
        "agreed_by",
        "agreed_at",
        "applied_at",
        "lapsed_at",
    ]

    def lede(self):
        return self.object.reason

    def get_context_data(self, **kwargs):
        told = embargo_told(self.object)
        context = super().get_context_data(**kwargs) | {
            "told": told,
            "title": _("Embargo: %(embargo)s") % {"embargo": self.object},
            "agree_url": self.page_url("agree", self.object.pk) if told["may_agree"] else None,
            "withdraw_url": None,
            "marking_url": None,
            "add_summary_url": None,
            "cancel_url": self.page_url("withdraw", self.object.pk) if told["may_cancel"] else None,
        }
        if told["may_agree"]:
            embargo, record = self.object, self.object.record
            wanted = {"level": embargo.to_level, "compartments": embargo.to_compartments}
            found = preview_marking(current_reader(), record, **wanted)
            context["consequences"] = consequences_told(record, found)
        return context


class EmbargoAgree(SingleObjectMixin, View):
    """Agree to an embargo somebody else proposed."""

    model = Embargo
    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        embargo = self.get_object(Embargo.objects.all())
        permissions.demand(permissions.LOWER)
        try:
            agree_embargo(current_reader(), embargo, expected_version=int(request.POST.get("version") or 0))
        except (StaleVersion, ValidationError, ValueError):
            messages.error(request, _("The embargo was changed since you opened it. Look at it again."))
        else:
            messages.success(request, _("You have agreed. It is applied at the set time."))
        return HttpResponseRedirect(embargo.get_absolute_url())


class EmbargoCancel(RecordWithdrawView):
    """Cancel an embargo, with a reason."""

    model = Embargo
    form_class = CancelForm
    done = gettext_lazy("The embargo was cancelled.")

    def dispatch(self, request, *args, **kwargs):
        embargo = self.get_object(Embargo.objects.current())
        permissions.demand(permissions.WITHDRAW)
        if not may_cancel(current_reader(), embargo):
            raise PermissionDenied(
                _("An embargo is cancelled while it waits, by whoever proposed it or by a reviewer.")
            )
        return super().dispatch(request, *args, **kwargs)

    def write(self, form):
        cancel_embargo(
            current_reader(),
            self.object,
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["version"],
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Cancel the embargo on %(record)s") % {"record": self.object.record},
            "lede": _("Who can see the record then stays as it is. The embargo and its history stay, too."),
            "submit_label": _("Cancel this embargo"),
        }
