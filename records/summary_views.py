"""Pages of public summaries: what may be said of a record that is not for everybody."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectMixin

from access import permissions
from access.context import current_reader
from access.levels import Level
from records.display import Column, Section
from records.filters import PublicSummaryFilter
from records.forms import SummaryForm
from records.guarded_forms import add_refused
from records.models import AboutRecord, PublicSummary, Record, ReviewState
from records.querysets import kinds, with_records
from records.services import StaleVersion, change_record
from records.summaries import add_summary, may_know_author, release_summary
from records.views import KindMixin, RecordDetailView, RecordListView, named_record

WORDS = ("title", "text", "dated_on")


class PublicSummaryList(RecordListView):
    model = PublicSummary
    filterset_class = PublicSummaryFilter
    lede = gettext_lazy("What may be said of talks whose record is not for everybody.")
    columns = [
        Column(gettext_lazy("Title"), "title", sort="title"),
        Column(gettext_lazy("Date"), "dated_on", sort="dated_on"),
        Column(gettext_lazy("Text"), "text"),
    ]


class PublicSummaryDetail(RecordDetailView):
    """A summary. Whoever may see the record it is about is led there; to others nothing says that there is one."""

    model = PublicSummary
    template_name = "records/summary_detail.html"

    def fact_list(self):
        # Not the moment it was recorded: it could tell which record this is about.
        summary = self.object
        found = [{"label": _("Date"), "value": summary.dated_on, "note": ""}] if summary.dated_on else []
        if may_know_author(summary):
            found.append({"label": _("Author"), "value": summary.author or _("the system"), "note": ""})
        return found

    def lede(self):
        return ""

    def section_list(self):
        ties = self.object.record_links.current().select_related("label", "record_type")
        found = [tie for tie in ties.prefetch_related(with_records(kinds())) if tie.record is not None]
        if not found:
            return []
        told = Section(
            "summary-of",
            _("What it is about"),
            [Column(_("Record"), "record"), Column(_("Kind of record"), lambda tie: tie.record._meta.verbose_name)],
            lambda _summary: found,
            "",
            lede=_("Only people who may see the record see this."),
        )
        return [self.section(told)]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        is_draft = self.object.review_state == ReviewState.DRAFT
        may_edit = permissions.may(permissions.WRITE if is_draft else permissions.LOWER) and self.may_change()
        return context | {
            "edit_url": self.page_url("edit", self.object.pk) if may_edit else None,
            "is_draft": is_draft,
        }


class SummaryFormView(KindMixin, FormView):
    """Write a summary as a draft; a reviewer may release it from here."""

    model = PublicSummary
    template_name = "records/summary_form.html"
    form_class = SummaryForm
    about: Record | None = None

    def dispatch(self, request, *args, **kwargs):
        self.object = self.find_object()
        permissions.demand(permissions.WRITE)
        self.about = self.find_record()
        return super().dispatch(request, *args, **kwargs)

    def find_object(self) -> PublicSummary | None:
        return None

    def find_record(self) -> Record | None:
        """Return the record named in the address; 404 where there is none that the reader sees."""
        return named_record(self.request, [m for m in kinds() if not issubclass(m, AboutRecord | PublicSummary)])

    def get_initial(self):
        return {"level": Level.PUBLIC}

    def form_valid(self, form):
        release = "release" in self.request.POST
        try:
            with transaction.atomic():
                stored = self.write(form, release)
        except StaleVersion as stale:
            form.add_error(None, _("%(error)s Look at it again before you save.") % {"error": stale})
            form.data = form.data.copy()
            form.data["version"] = stale.current.version
            return self.form_invalid(form)
        except PermissionDenied as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        is_draft = stored.review_state == ReviewState.DRAFT
        kept = _("The draft is kept. Only you and reviewers see it, until a reviewer releases it.")
        messages.success(self.request, kept if is_draft else _("The summary is released."))
        return HttpResponseRedirect(stored.get_absolute_url())

    def filled(self, summary: PublicSummary, form) -> PublicSummary:
        """Return the summary with what was typed."""
        for name in (*WORDS, "level", "compartments"):
            if name in form.cleaned_data:
                setattr(summary, name, form.cleaned_data[name])
        return summary

    def write(self, form, release: bool) -> PublicSummary:
        return add_summary(current_reader(), self.filled(PublicSummary(), form), self.about, release=release)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "object": self.object,
            "about": self.about,
            "title": _("New public summary"),
            "may_release": permissions.may(permissions.LOWER),
            "is_draft": True,
            "cancel_url": self.about.get_absolute_url() if self.about else self.page_url("list"),
        }


class PublicSummaryAdd(SummaryFormView):
    """A new summary; ``?record_kind=…&record_id=…`` names the record it is about."""


class PublicSummaryEdit(SingleObjectMixin, SummaryFormView):
    """An existing summary. Once it is released, only a reviewer changes its words."""

    model = PublicSummary

    def find_object(self):
        return self.get_object(PublicSummary.objects.current())

    def find_record(self):
        if self.object.review_state != ReviewState.DRAFT:
            permissions.demand(permissions.LOWER)
        return

    def get_initial(self):
        return {name: getattr(self.object, name) for name in (*WORDS, "level", "compartments", "version")}

    def write(self, form, release: bool) -> PublicSummary:
        expected = form.cleaned_data["version"] or 0
        stored = change_record(current_reader(), self.filled(self.object, form), expected_version=expected)
        return release_summary(current_reader(), stored, expected_version=stored.version) if release else stored

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Edit public summary"),
            "is_draft": self.object.review_state == ReviewState.DRAFT,
            "cancel_url": self.object.get_absolute_url(),
        }
