"""Pages of the inbox: the candidates that wait, and one of them beside what it may duplicate."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from access.context import current_reader
from access.levels import Level
from intake import inbox, proposals
from intake.filters import CandidateFilter
from intake.forms import DecisionForm, LinkForm, MergeForm, RefuseForm
from intake.models import Candidate, CandidateKind, CandidateState
from intake.models.candidates import MODEL_OF, Became
from intake.shapes import FIELDS
from intake.told import told_of
from intake.views import WritersOnly
from records.display import Column, attribute, shown, state_of
from records.guarded_forms import add_refused
from records.models import Record
from records.services import StaleVersion
from records.views import RecordDetailView, RecordListView

STATE_CSS = {CandidateState.WAITING: "no", CandidateState.TAKEN: "ok", CandidateState.REFUSED: "bad"}
BEGUN_FROM_SOURCE = (CandidateKind.MEETING, CandidateKind.OUTCOME)


def candidate_state(candidate: Candidate) -> dict:
    """Return what became of a candidate as a word and the class of its shape."""
    if candidate.is_withdrawn:
        return state_of(candidate)
    return {"css": STATE_CSS[CandidateState(candidate.state)], "word": candidate.get_state_display()}


def form_url(kind: str, query: str) -> str | None:
    """Return where a record of a kind is entered, with a query; None where there is no such form."""
    try:
        return f"{reverse(f'desk:{kind}-add')}?{query}"
    except NoReverseMatch:
        return None


class CandidateList(WritersOnly, RecordListView):
    """What waits, oldest first; and the field for a link."""

    model = Candidate
    filterset_class = CandidateFilter
    template_name = "intake/candidate_list.html"
    related = ("author",)
    icon = "down"
    lede = gettext_lazy("What scripts, files and links propose. Nothing here counts or shows anywhere else.")
    columns = [
        Column(gettext_lazy("Proposed"), str),
        Column(gettext_lazy("It would be"), "proposes"),
        Column(gettext_lazy("Where from"), lambda one: one.origin_words or one.get_origin_display()),
        Column(gettext_lazy("Proposed by"), "author"),
        Column(gettext_lazy("Since"), "recorded_at", sort="recorded_at"),
    ]
    link_form: LinkForm | None = None

    def rows(self, records):
        told = super().rows(records)
        return [one | {"state": candidate_state(record)} for one, record in zip(told, records, strict=True)]

    def post(self, request, *args, **kwargs):
        """Put a pasted link into the inbox."""
        form = self.link_form = LinkForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            marking = {"level": given["level"], "compartments": given.get("compartments", [])}
            try:
                candidate = inbox.paste_link(current_reader(), given["found_at"], **marking)
            except ValidationError as error:
                add_refused(form, error)
            else:
                return HttpResponseRedirect(candidate.get_absolute_url())
        return self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        form = self.link_form or LinkForm()
        return super().get_context_data(**kwargs) | {
            "title": _("Inbox"),
            "form": form,
            "form_level": dict(Level.choices).get(as_number(form["level"].value()), ""),
        }


def as_number(given) -> int | None:
    """Return what a field of numbers holds, sent or not."""
    return int(given) if str(given) in map(str, Level.values) else None


class CandidateDetail(RecordDetailView):
    """A candidate beside what it may duplicate, with the decisions that can be taken."""

    model = Candidate
    template_name = "intake/candidate_detail.html"
    related = ("conflict", "decided_by")
    refuse_form: RefuseForm | None = None
    merge_form: MergeForm | None = None
    facts = [
        Column(gettext_lazy("It would be"), "proposes"),
        "conflict",
        Column(gettext_lazy("Where from"), "origin"),
        "origin_words",
        Column(gettext_lazy("Proposed by"), "author"),
    ]

    def get_context_data(self, **kwargs):
        candidate = self.object
        found = proposals.alike(candidate) if candidate.is_waiting else []
        problems = proposals.problems_of(candidate) if candidate.is_waiting else []
        version = {"version": candidate.version}
        kind = candidate.proposes
        became = inbox.became_of([candidate])[candidate.pk]
        return super().get_context_data(**kwargs) | {
            "candidate": candidate,
            "lede": "",
            "state": candidate_state(candidate),
            "told": told_of(candidate.shape, candidate.data, candidate.conflict and candidate.conflict.directions()),
            "summaries": [],
            "add_summary_url": None,
            "problems": problems_told(candidate, problems),
            "alike": [beside(candidate, record) for record in found],
            "form_url": form_url(kind, f"candidate={candidate.pk}"),
            "other_forms": [
                (MODEL_OF[other]._meta.verbose_name, url)
                for other in BEGUN_FROM_SOURCE
                if kind == CandidateKind.SOURCE and (url := form_url(other.value, f"candidate={candidate.pk}"))
            ],
            "accept_form": DecisionForm(initial=version, auto_id="accept_%s"),
            "refuse_form": self.refuse_form or RefuseForm(initial=version, auto_id="refuse_%s"),
            "merge_form": self.merge_form
            or MergeForm(initial=version, auto_id="merge_%s", candidate=candidate, alike=found),
            "form": self.refuse_form or self.merge_form,
            "became": [(link.get_became_display(), record) for link, record in became],
            "next_forms": self.next_forms(became),
            "may_undo": inbox.may_undo(current_reader(), candidate),
        }

    def next_forms(self, became) -> list[tuple[str, str]]:
        """Return what may be recorded from a source that came of the candidate."""
        sources = [
            r for link, r in became if r._meta.model is MODEL_OF[CandidateKind.SOURCE] and link.became != Became.BROUGHT
        ]
        return [
            (MODEL_OF[other]._meta.verbose_name, url)
            for source in sources[:1]
            for other in BEGUN_FROM_SOURCE
            if (url := form_url(other.value, f"source={source.pk}"))
        ]


def problems_told(candidate: Candidate, problems: list) -> list[dict]:
    """Return what is wrong with a candidate by the words of its fields."""
    labels = {one.name: one.label for one in FIELDS[candidate.shape]}
    return [
        {"field": labels.get(p.column, p.column), "value": p.value, "reason": p.reason, "remedy": p.remedy}
        for p in problems
    ]


# Of each kind, what is compared: the candidate's field, and the record's attribute.
COMPARED = {
    CandidateKind.SOURCE: {"url": "url", "publisher": "publisher", "title": "title", "published_on": "published_on"},
    CandidateKind.MEETING: {
        "channel": "channel", "started_on": "started_on", "place": "place", "format": "format", "summary": "summary",
    },
    CandidateKind.OUTCOME: {
        "kind": "outcome_kind", "started_on": "started_on", "title": "title", "place": "place", "status": "status",
    },
}  # fmt: skip


def beside(candidate: Candidate, record: Record) -> dict:
    """Return a record for the page beside the candidate: field by field, and its claims."""
    facts = {fact.name: fact for fact in candidate.told.facts}
    labels = {one.name: one.label for one in FIELDS[candidate.shape]}
    lines = []
    for name, path in COMPARED[CandidateKind(candidate.proposes)].items():
        there = shown(attribute(record, path))
        if name in facts or there:
            lines.append({"label": labels[name], "here": facts[name].words if name in facts else "", "there": there})
    claims = record.claims.current().select_related("label", "claimant") if hasattr(record, "claims") else ()
    return {"record": record, "lines": lines, "claims": list(claims[:20])}


class Decision(View):
    """One decision about a candidate. What is refused is said on its page."""

    http_method_names = ["post"]
    model = Candidate
    form_class = DecisionForm

    def post(self, request, pk):
        self.candidate = self.page().get_object()
        form = self.get_form(request.POST)
        if form.is_valid():
            try:
                return self.decide(form)
            except StaleVersion as stale:
                messages.error(request, _("%(error)s Look at it again before you decide.") % {"error": stale})
                return HttpResponseRedirect(self.candidate.get_absolute_url())
            except ValidationError as error:
                add_refused(form, error)
        return self.again(form)

    def get_form(self, data):
        return self.form_class(data, auto_id="refuse_%s")

    def decide(self, form) -> HttpResponseRedirect:
        raise NotImplementedError

    def page(self) -> CandidateDetail:
        page = CandidateDetail()
        page.setup(self.request, pk=self.kwargs["pk"])
        return page

    def again(self, form):
        """Show the candidate's page with what is wrong; what has no field there is said on top."""
        page = self.page()
        page.object = page.get_object()
        if isinstance(form, RefuseForm):
            page.refuse_form = form
        elif isinstance(form, MergeForm):
            page.merge_form = form
        else:
            for told in form.non_field_errors():
                messages.error(self.request, told)
            return HttpResponseRedirect(page.object.get_absolute_url())
        return page.render_to_response(page.get_context_data())


class CandidateAccept(Decision):
    """Record it as it is."""

    def decide(self, form):
        record = inbox.accept(current_reader(), self.candidate, expected_version=form.cleaned_data["version"])
        messages.success(self.request, _("Recorded; it waits for review."))
        is_source = self.candidate.proposes == CandidateKind.SOURCE
        return HttpResponseRedirect(self.candidate.get_absolute_url() if is_source else record.get_absolute_url())


class CandidateMerge(Decision):
    """Put its claims and sources onto the record it duplicates."""

    def get_form(self, data):
        return MergeForm(data, auto_id="merge_%s", candidate=self.candidate, alike=proposals.alike(self.candidate))

    def decide(self, form):
        into = form.cleaned_data["into"]
        if into is None:
            raise ValidationError({"reference": _("This record is no longer there.")})
        inbox.merge(current_reader(), self.candidate, into, expected_version=form.cleaned_data["version"])
        messages.success(self.request, _("Merged: its claims and sources are on the record."))
        return HttpResponseRedirect(into.get_absolute_url())


class CandidateRefuse(Decision):
    """Refuse it, with a reason."""

    form_class = RefuseForm

    def decide(self, form):
        given = form.cleaned_data
        inbox.refuse(current_reader(), self.candidate, reason=given["reason"], expected_version=given["version"])
        messages.success(self.request, _("Refused. It is kept with the reason."))
        return HttpResponseRedirect(reverse("intake:candidate-list"))


class CandidateUndo(Decision):
    """Take the decision back."""

    def decide(self, form):
        inbox.undo(current_reader(), self.candidate, expected_version=form.cleaned_data["version"])
        messages.success(self.request, _("Taken back. The candidate waits again."))
        return HttpResponseRedirect(self.candidate.get_absolute_url())
