"""The form for a meeting."""

from django.utils.translation import gettext_lazy as _

from desk.entry import EntryView, FormSection
from desk.parts import Citations, Participants
from negotiations.forms import MeetingForm
from negotiations.models import Meeting


class MeetingEntry(EntryView):
    """Enter or edit a meeting; ``?channel=`` chooses the channel of a new one beforehand."""

    model = Meeting
    form_class = MeetingForm
    parts = (Participants, Citations)
    sections = (
        FormSection(
            "essentials",
            _("Essentials"),
            (
                "channel", "date_precision", "started_on", "ended_on", "place", "place_withheld", "format",
                "participants", "topics", "summary",
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
        FormSection("citations", _("Sources"), ("sources",), state=_("None yet")),
    )  # fmt: skip
    title_new = _("New meeting record")
    title_edit = _("Edit meeting")
    done = _("The meeting is recorded and waits for review.")

    def get_initial(self):
        return {"channel": self.request.GET.get("channel")} if self.is_new else {}
