"""Pages of meetings: list and record; the form is at the desk."""

from django.utils.translation import gettext_lazy

from negotiations import filters
from negotiations.models import Meeting
from records.display import Column, Section, begun_from
from records.views import RecordDetailView, RecordListView


class MeetingList(RecordListView):
    model = Meeting
    filterset_class = filters.MeetingFilter
    related = ("channel", "place")
    columns = [
        Column(gettext_lazy("Meeting"), str),
        Column(gettext_lazy("Date"), "when", sort="started_on"),
        Column(gettext_lazy("Channel"), "channel", sort="channel__name"),
        Column(gettext_lazy("Place"), "where"),
        Column(gettext_lazy("Format"), "format", sort="format"),
        Column(gettext_lazy("Status"), "status", sort="status"),
    ]


class MeetingDetail(RecordDetailView):
    model = Meeting
    template_name = "negotiations/meeting_detail.html"
    related = ("channel", "place")
    facts = [
        "status",
        Column(gettext_lazy("Date"), "when"),
        "date_words",
        Column(gettext_lazy("Place"), lambda meeting: meeting.place or meeting.where),
        "channel",
        "format",
        Column(gettext_lazy("Topics"), "topic_labels"),
        "result",
    ]
    sections = [
        Section(
            "participants",
            gettext_lazy("Who took part"),
            [
                Column(gettext_lazy("Participant"), lambda p: p.representative or p.actor or p.words),
                Column(gettext_lazy("For"), lambda p: p.representative.actor if p.representative_id else p.actor),
                Column(gettext_lazy("Role"), "role"),
            ],
            lambda meeting: meeting.participants.current().select_related("label", "representative__actor", "actor"),
            gettext_lazy("Who took part is not recorded."),
        ),
        Section(
            "agreements",
            gettext_lazy("What was agreed"),
            [Column(gettext_lazy("Agreement"), "title"), Column(gettext_lazy("Status"), "status")],
            lambda meeting: meeting.agreements.current().select_related("label"),
            gettext_lazy("No agreement is recorded at this meeting."),
            add_url=begun_from("agreement", channel="channel_id", meeting="pk"),
        ),
        Section(
            "commitments",
            gettext_lazy("Promises made"),
            [
                Column(gettext_lazy("Promise"), str),
                Column(gettext_lazy("How many, of what"), "stated"),
                Column(gettext_lazy("Due"), "due_on"),
            ],
            lambda meeting: meeting.commitments.current().select_related("label").order_by("position", "recorded_at"),
            gettext_lazy("No promise is recorded at this meeting itself."),
            add_url=begun_from("commitment", meeting="pk"),
        ),
        Section(
            "outcomes",
            gettext_lazy("Outcomes"),
            [Column(gettext_lazy("Outcome"), "outcome"), Column(gettext_lazy("Date"), "outcome.when")],
            lambda meeting: meeting.outcome_links.current().select_related("label", "outcome"),
            gettext_lazy("No outcome is linked to this meeting."),
            add_url=begun_from("outcome", channels="channel_id", meetings="pk"),
        ),
        Section(
            "follow-ups",
            gettext_lazy("Follow-ups"),
            [
                Column(gettext_lazy("Task"), "task"),
                Column(gettext_lazy("Due"), "due_on"),
                Column(gettext_lazy("Done"), "done_on"),
            ],
            lambda meeting: meeting.follow_ups.current().select_related("label"),
            gettext_lazy("No follow-up is recorded."),
        ),
    ]

    def lede(self):
        return ""
