"""Pages of what ties an outcome to others: roles of actors, deliveries of promises."""

from django.utils.translation import gettext_lazy as _

from exchanges import filters
from exchanges.models import Delivery, OutcomeRole
from exchanges.views.figures import of_outcome, with_parties
from records.display import Column
from records.views import RecordDetailView, RecordListView


def share(delivery: Delivery):
    """Return how many of the outcome count for the promise."""
    return _("all") if delivery.share is None else delivery.share


class OutcomeRoleList(RecordListView):
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
