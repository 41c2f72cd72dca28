"""Pages of what ties an outcome to others: roles of actors, deliveries of promises."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import FormView

from access import permissions
from access.context import current_reader
from exchanges import filters
from exchanges.deliveries import allocate_delivery
from exchanges.forms import DeliveryForm
from exchanges.models import Delivery, Outcome, OutcomeRole
from exchanges.views.figures import of_outcome, with_parties
from records.display import Column
from records.guarded_forms import add_refused
from records.known_views import AsKnownList
from records.views import KindMixin, RecordDetailView, RecordListView


def share(delivery: Delivery):
    """Return how many of the outcome count for the promise."""
    return _("all") if delivery.share is None else delivery.share


class OutcomeRoleList(AsKnownList, RecordListView):
    model = OutcomeRole
    filterset_class = filters.OutcomeRoleFilter
    related = ("actor", "outcome", "credited_by")
    columns = [
        Column(_("Role"), str),
        Column(_("Actor"), "actor", sort="actor__name"),
        Column(_("Outcome"), "outcome", sort="outcome__started_on"),
        Column(_("Date"), "outcome.when"),
        Column(_("Credited by"), "credited_by", sort="credited_by__name"),
    ]


class OutcomeRoleDetail(RecordDetailView):
    model = OutcomeRole
    related = ("actor", "outcome", "credited_by")
    facts = ["actor", "role", "outcome", Column(_("Date"), "outcome.when"), "credited_by"]


class DeliveryList(RecordListView):
    model = Delivery
    filterset_class = filters.DeliveryFilter
    related = ("outcome__conflict", "commitment")
    prefetch = (with_parties("outcome__conflict"),)
    columns = [
        Column(_("Delivery"), str),
        Column(_("Outcome"), "outcome", sort="outcome__started_on"),
        Column(_("Promise"), "commitment"),
        Column(_("Share"), share, sort="share", css="n"),
        Column(_("Of what"), "category", sort="category"),
        Column(_("Direction"), of_outcome),
    ]


class DeliveryDetail(RecordDetailView):
    model = Delivery
    related = ("outcome__conflict", "commitment")
    facts = ["outcome", "commitment", Column(_("Share"), share), "category", Column(_("Direction"), of_outcome)]


class DeliverPromise(KindMixin, SingleObjectMixin, FormView):
    """Allot an outcome, or a share of it, to a promise."""

    model = Outcome
    template_name = "exchanges/deliver.html"
    form_class = DeliveryForm

    def dispatch(self, request, *args, **kwargs):
        self.object = self.get_object(Outcome.objects.current().select_related("conflict"))
        permissions.demand(permissions.WRITE)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"outcome": self.object}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("Deliver a promise")}

    def form_valid(self, form):
        try:
            delivery = allocate_delivery(current_reader(), Delivery(outcome=self.object, **form.cleaned_data))
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The delivery was recorded."))
        return HttpResponseRedirect(delivery.get_absolute_url())
