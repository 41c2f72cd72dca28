"""Pages of conflicts, parties and places."""

from django.utils.translation import gettext_lazy as _

from negotiations import filters
from negotiations.models import Conflict, Party, Place
from records.display import Column, Section
from records.views import RecordDetailView, RecordListView


class ConflictList(RecordListView):
    model = Conflict
    filterset_class = filters.ConflictFilter
    columns = [
        Column(_("Name"), "name", sort="name"),
        Column(_("Began"), "when", sort="started_on"),
        Column(_("Ended"), "ended_on"),
    ]


class ConflictDetail(RecordDetailView):
    model = Conflict
    facts = [Column(_("Date"), "when")]
    sections = [
        Section(
            "parties",
            _("Parties"),
            [Column(_("Party"), "actor"), Column(_("Direction"), "direction_label")],
            lambda conflict: conflict.parties.current().select_related("label", "actor"),
            _("No party is recorded."),
        ),
        Section(
            "channels",
            _("Channels"),
            [Column(_("Channel"), "name"), Column(_("Status"), "status"), Column(_("Since"), "when")],
            lambda conflict: conflict.channels.current().select_related("label"),
            _("No channel is recorded."),
        ),
        Section(
            "mandates",
            _("Intermediaries"),
            [Column(_("Mandate"), "mandate")],
            lambda conflict: conflict.mandate_links.current().select_related("label", "mandate__actor"),
            _("No mandate is recorded."),
        ),
        Section(
            "locked-periods",
            _("Locked periods"),
            [Column(_("Up to and including"), "until"), Column(_("Why"), "reason")],
            lambda conflict: conflict.locked_periods.current().select_related("label"),
            _("No period is locked."),
        ),
    ]


class PartyList(RecordListView):
    model = Party
    filterset_class = filters.PartyFilter
    related = ("conflict", "actor")
    columns = [
        Column(_("Party"), "actor.name", sort="actor__name"),
        Column(_("Conflict"), "conflict", sort="conflict__name"),
        Column(_("Direction"), "direction_label"),
    ]


class PartyDetail(RecordDetailView):
    model = Party
    related = ("conflict", "actor")
    facts = ["conflict", "actor", "position", "direction_label"]


class PlaceList(RecordListView):
    model = Place
    filterset_class = filters.PlaceFilter
    columns = [
        Column(_("Place"), "name", sort="name"),
        Column(_("Country"), "country_code", sort="country_code"),
        Column(_("Precision"), "precision"),
    ]


class PlaceDetail(RecordDetailView):
    model = Place
    facts = [
        "country_code",
        "precision",
        Column(_("Position"), lambda place: _("withheld") if place.is_withheld else position(place)),
    ]
    sections = [
        Section(
            "meetings",
            _("Meetings"),
            [Column(_("Meeting"), str), Column(_("Date"), "when")],
            lambda place: place.meetings.current().select_related("label", "channel"),
            _("No meeting is recorded here."),
        ),
        Section(
            "outcomes",
            _("Outcomes"),
            [Column(_("Outcome"), str), Column(_("Date"), "when"), Column(_("Status"), "status")],
            lambda place: place.outcomes.current().select_related("label"),
            _("No outcome is recorded here."),
        ),
    ]


def position(place: Place) -> str:
    """Return latitude and longitude as known; nothing where there are none."""
    return "" if place.latitude is None else f"{place.latitude.normalize():f}, {place.longitude.normalize():f}"
