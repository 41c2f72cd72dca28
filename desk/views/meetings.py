"""The form for a meeting."""

from django.utils.translation import gettext_lazy as _

from desk.entry import EntryView, FormSection
from desk.parts import Citations, Commitments, FollowUps, Participants, ReportedOutcomes
from negotiations.forms import MeetingForm
from negotiations.models import Meeting


class MeetingEntry(EntryView):
    """Enter or edit a meeting; ``?channel=`` chooses the channel of a new one beforehand."""

    model = Meeting
    form_class = MeetingForm
    begun_from = ("channel",)
    # The sources first: what somebody states rests on them.
    parts = (Citations, Participants, Commitments, ReportedOutcomes, FollowUps)
    sections = (
        FormSection(
            "essentials",
            _("Essentials"),
            (
                "channel", "date_precision", "started_on", "ended_on", "place", "place_withheld", "format",
                "participants", "topics", "own_topics", "summary",
            ),
            state=_("Needed to save"),
        ),
        FormSection(
            "result",
            _("What came of it"),
            ("status", "result", "assessment", "date_words"),
            lede=_("Whether it took place, its result, your own reading"),
            is_folded=True,
        ),
        FormSection("agreed", _("What was agreed"), ("commitments",), state=_("None yet")),
        FormSection(
            "reported",
            _("Outcomes reported"),
            ("outcomes",),
            lede=_("Returns announced at or after this meeting, with who says so"),
            is_folded=True,
            state=_("None yet"),
        ),
        FormSection(
            "tasks",
            _("Follow-ups"),
            ("followups",),
            lede=_("Who will do what, by when"),
            is_folded=True,
            state=_("None yet"),
        ),
        FormSection("citations", _("Sources"), ("sources",), state=_("None yet")),
    )  # fmt: skip
    title_new = _("New meeting record")
    title_edit = _("Edit meeting")
    done = _("The meeting is recorded and waits for review.")
