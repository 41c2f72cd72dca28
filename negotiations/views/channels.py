"""Pages of channels."""

from django.utils.translation import gettext_lazy as _

from negotiations import filters
from negotiations.models import Channel, ChannelIntermediary, ChannelParty
from records.display import Column, Section, actors, begun_from, links
from records.known_views import AsKnownPage
from records.querysets import current
from records.views import RecordDetailView, RecordListView


class ChannelList(RecordListView):
    model = Channel
    filterset_class = filters.ChannelFilter
    lede = _("Lasting lines of contact between the parties, direct or through others.")
    prefetch = (
        current("party_links", ChannelParty, "actor"),
        current("intermediary_links", ChannelIntermediary, "actor"),
    )
    columns = [
        Column(_("Channel"), "name", sort="name"),
        Column(_("Mode"), "mode", sort="mode"),
        Column(_("Between"), lambda channel: links(link.actor for link in channel.party_links.all())),
        Column(_("Through"), lambda channel: links(link.actor for link in channel.intermediary_links.all())),
        Column(_("Since"), "when", sort="started_on"),
        Column(_("Status"), "status", sort="status"),
    ]


class ChannelDetail(AsKnownPage, RecordDetailView):
    model = Channel
    template_name = "negotiations/channel_detail.html"
    related = ("conflict",)
    facts = [
        "status",
        "mode",
        Column(_("Since"), "when"),
        "track",
        "openness",
        Column(_("Topics"), "topic_labels"),
        "conflict",
        Column(_("Between"), lambda channel: actors(channel.party_links)),
    ]
    sections = [
        Section(
            "meetings",
            _("Meetings"),
            [
                Column(_("Date"), "when"),
                Column(_("Place"), "where"),
                Column(_("Format"), "format"),
                Column(_("What was said"), "summary"),
            ],
            lambda channel: channel.meetings.current().select_related("label", "place"),
            _("No meeting is recorded in this channel."),
            add_url=begun_from("meeting", channel="pk"),
        ),
        Section(
            "agreements",
            _("What was agreed"),
            [Column(_("Agreement"), "title"), Column(_("Date"), "when"), Column(_("Status"), "status")],
            lambda channel: channel.agreements.current().select_related("label"),
            _("No agreement is recorded in this channel."),
            add_url=begun_from("agreement", channel="pk"),
        ),
        Section(
            "outcomes",
            _("Outcomes"),
            [
                Column(_("Outcome"), "outcome"),
                Column(_("Date"), "outcome.when"),
                Column(_("Status"), "outcome.status"),
            ],
            lambda channel: (
                channel.outcome_links.current()
                .filter(outcome__withdrawn_at=None)
                .select_related("label", "outcome")
                .order_by("-outcome__started_on")
            ),
            _("No outcome is recorded for this channel."),
            add_url=begun_from("outcome", conflict="conflict_id", channels="pk"),
        ),
        Section(
            "intermediaries",
            _("Intermediaries"),
            [
                Column(_("Intermediary"), "actor"),
                Column(_("Role"), "role"),
                Column(_("Credited by"), "credited_by"),
            ],
            lambda channel: channel.intermediary_links.current().select_related("label", "actor", "credited_by"),
            _("No intermediary is recorded for this channel."),
        ),
    ]
