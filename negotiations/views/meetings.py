"""Pages of meetings: list, record, form."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectMixin

from access import permissions
from access.context import current_reader
from access.levels import Level
from negotiations import filters
from negotiations.forms import MeetingForm, ParticipantFormSet, SourceFormSet, participants_of, sources_of
from negotiations.models import Meeting
from negotiations.services import record_meeting
from records.display import Column, Section, field_label
from records.history import value_shown
from records.models import ReviewState
from records.services import StaleVersion
from records.views import KindMixin, RecordDetailView, RecordListView

ESSENTIALS = (
    "channel", "started_on", "ended_on", "date_precision", "place", "place_withheld", "format", "topics", "summary",
)  # fmt: skip
RESULT = ("status", "result", "assessment", "date_words")
READERS = ("level", "compartments")


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
        ),
        Section(
            "outcomes",
            gettext_lazy("Outcomes"),
            [Column(gettext_lazy("Outcome"), "outcome"), Column(gettext_lazy("Date"), "outcome.when")],
            lambda meeting: meeting.outcome_links.current().select_related("label", "outcome"),
            gettext_lazy("No outcome is linked to this meeting."),
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


class MeetingFormView(KindMixin, FormView):
    """Enter or edit a meeting. Whatever is refused, everything typed comes back with the reason beside it."""

    model = Meeting
    template_name = "negotiations/meeting_form.html"
    form_class = MeetingForm
    conflict: list[dict] | None = None

    def dispatch(self, request, *args, **kwargs):
        self.object = self.find_object()
        permissions.demand(permissions.WRITE)
        return super().dispatch(request, *args, **kwargs)

    def find_object(self) -> Meeting:
        return Meeting()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.object}

    def formsets(self):
        data = self.request.POST if self.request.method == "POST" else None
        existing = not self.object._state.adding
        return (
            ParticipantFormSet(data, prefix="participants", initial=participants_of(self.object) if existing else None),
            SourceFormSet(data, prefix="sources", initial=sources_of(self.object) if existing else None),
        )

    def post(self, request, *args, **kwargs):
        form, (participants, sources) = self.get_form(), self.formsets()
        valid = [part.is_valid() for part in (form, participants, sources)]
        if not all(valid):
            return self.again(form, participants, sources)
        try:
            with transaction.atomic():
                meeting = record_meeting(
                    current_reader(),
                    form.instance,
                    participants.rows(),
                    sources.rows(),
                    expected_version=form.cleaned_data.get("version"),
                    draft="draft" in request.POST,
                )
        except StaleVersion as stale:
            return self.stale(form, participants, sources, stale)
        except ValidationError as error:
            form.add_error(None, error)
            return self.again(form, participants, sources)
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", None) != "42501":
                raise
            form.add_error("level", _("You may not write a record at this level. Choose one you may read yourself."))
            return self.again(form, participants, sources)
        is_draft = meeting.review_state == ReviewState.DRAFT
        kept = _("The draft is kept. Only you and reviewers see it.")
        messages.success(request, kept if is_draft else _("The meeting is recorded and waits for review."))
        return HttpResponseRedirect(meeting.get_absolute_url())

    def again(self, form, participants, sources, status: int = 200):
        context = self.get_context_data(form=form, formsets=[participants, sources])
        return self.render_to_response(context, status=status)

    def stale(self, form, participants, sources, stale: StaleVersion):
        """Show both versions; saving again with what stands in the form is then a choice."""
        current = stale.current
        theirs = {name: current.serializable_value(name) for name in form.Meta.fields}
        yours = {name: form.instance.serializable_value(name) for name in form.Meta.fields}
        self.conflict = [
            {
                "label": field_label(Meeting, name),
                "yours": value_shown(Meeting._meta.get_field(name), yours[name]),
                "theirs": value_shown(Meeting._meta.get_field(name), theirs[name]),
            }
            for name in form.Meta.fields
            if yours[name] != theirs[name]
        ]
        form.data = form.data.copy()
        form.data["version"] = current.version
        return self.again(form, participants, sources, status=409)

    def get_context_data(self, **kwargs):
        if "form" not in kwargs:
            kwargs["form"] = self.get_form()
        if "formsets" not in kwargs:
            kwargs["formsets"] = list(self.formsets())
        existing = not self.object._state.adding
        return (
            super().get_context_data(**kwargs)
            | {
                "title": _("Edit meeting") if existing else _("New meeting record"),
                "lede": _("Only the essentials are needed to save. Everything else can follow."),
                "object": self.object if existing else None,
                "cancel_url": self.object.get_absolute_url() if existing else self.page_url("list"),
                "conflict": self.conflict,
                "may_be_draft": not existing or self.object.review_state in {ReviewState.DRAFT, ReviewState.RETURNED},
            }
            | {"tasks": self.tasks(kwargs["form"], *kwargs["formsets"])}
        )

    def tasks(self, form, participants, sources) -> list[dict]:
        """Return the sections of the form with the state of each."""
        people, cited = participants.initial_form_count(), sources.initial_form_count()
        people_words = ngettext("%(n)s participant", "%(n)s participants", people) % {"n": people}
        cited_words = ngettext("%(n)s source", "%(n)s sources", cited) % {"n": cited}
        sections = [
            ("essentials", _("Essentials"), self.problems(form, ESSENTIALS), _("Needed to save")),
            (
                "set-participants",
                _("Who took part"),
                participants.total_error_count() if participants.is_bound else 0,
                people_words if people else _("None yet"),
            ),
            ("result", _("What came of it"), self.problems(form, RESULT), _("Optional")),
            (
                "set-sources",
                _("Sources"),
                sources.total_error_count() if sources.is_bound else 0,
                cited_words if cited else _("None yet"),
            ),
            ("readers", _("Who can see it"), self.problems(form, READERS), self.level_chosen(form)),
        ]
        return [
            {
                "id": name,
                "title": title,
                "problems": problems,
                "state": ngettext("%(n)s problem", "%(n)s problems", problems) % {"n": problems} if problems else state,
            }
            for name, title, problems, state in sections
        ]

    def problems(self, form, names: tuple[str, ...]) -> int:
        return sum(len(form.errors.get(name, ())) for name in names) if form.is_bound else 0

    def level_chosen(self, form) -> str:
        """Return the words of the level that stands in the form."""
        chosen = str(form["level"].value())
        return str(Level(int(chosen)).label) if chosen in map(str, Level.values) else ""


class MeetingAdd(MeetingFormView):
    """A new meeting; ``?channel=`` chooses the channel beforehand."""

    def get_initial(self):
        return {"channel": self.request.GET.get("channel")}


class MeetingEdit(SingleObjectMixin, MeetingFormView):
    """An existing meeting."""

    model = Meeting

    def find_object(self) -> Meeting:
        return self.get_object(Meeting.objects.current())
