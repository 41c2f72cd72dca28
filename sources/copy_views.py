"""Pages of archived copies: asking for one, reading its text, the original to be saved."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView

from access import permissions
from access.context import current_reader
from records.display import Column, shown
from records.file_views import file_answer
from records.guarded_forms import add_refused
from records.uploads import take_in
from records.views import KindMixin, RecordDetailView, RecordListView
from sources import filters
from sources.archiving import ask_for_copy, give_upload, may_be_fetched, tells_too_much
from sources.fields import agreed_field, fetch_field, file_field
from sources.models import ArchivedCopy, Citation, Source
from sources.quoting import Piece, marked


def outcome(copy: ArchivedCopy):
    """Return what came of an archiving: a word with a shape, and why."""
    told = copy.told_now
    more = format_html('<span class="sub2">{}</span>', told) if told else ""
    return format_html('<span class="st {}">{}</span>{}', copy.state_css, copy.get_state_display(), more)


COPY_COLUMNS = [
    Column(gettext_lazy("Asked"), lambda copy: shown(copy.recorded_at)),
    Column(gettext_lazy("Outcome"), outcome),
    Column(gettext_lazy("How it came"), "origin"),
    Column(gettext_lazy("Type"), "type_words"),
    Column(gettext_lazy("Size"), lambda copy: copy.size_words if copy.size else ""),
    Column(gettext_lazy("Asked for by"), lambda copy: copy.author or _("the system")),
]


class ArchivedCopyList(RecordListView):
    model = ArchivedCopy
    filterset_class = filters.ArchivedCopyFilter
    related = ("source", "source__label", "author")
    lede = gettext_lazy("What sources were on the day they were read: kept as they were, whatever became of them.")
    columns = [
        Column(gettext_lazy("Source"), lambda copy: str(copy.source)),
        Column(gettext_lazy("Received"), "received_at", sort="received_at"),
        *COPY_COLUMNS[1:],
    ]


class ArchivedCopyDetail(RecordDetailView):
    """A copy: what is known of it, and its text, with everything that is quoted from it marked."""

    model = ArchivedCopy
    related = ("source", "source__label")
    template_name = "sources/archived_copy_detail.html"
    facts = [
        "source",
        Column(gettext_lazy("Outcome"), outcome),
        "origin",
        Column(gettext_lazy("Asked for by"), lambda copy: copy.author or _("the system")),
        "received_at",
        "asked_address",
        "final_address",
        "http_status",
        "file_name",
        Column(gettext_lazy("Type"), "type_words"),
        Column(gettext_lazy("Size"), lambda copy: copy.size_words if copy.size else ""),
        "sha256",
    ]

    def quoted(self) -> list[Citation]:
        """Return the citations of the copy's source that the reader may see and that quote something."""
        return list(Citation.objects.current().filter(source=self.object.source_id).exclude(quote="").order_by("pk"))

    def get_context_data(self, **kwargs):
        text, citations = self.object.text(), self.quoted()
        found = marked(text, [citation.quote for citation in citations])
        return super().get_context_data(**kwargs) | {
            "pieces": anchored(found.pieces),
            "quotes": [
                {"citation": one, "is_found": number not in found.missing, "number": number}
                for number, one in enumerate(citations)
            ],
            "has_text": bool(text),
            "is_given_out": is_given_out(self.object),
            "may_ask_again": permissions.may(permissions.WRITE),
        }


def anchored(pieces: list[Piece]) -> list[dict]:
    """Return the pieces of a text, the first of each quote with an anchor to go to."""
    seen: set[int] = set()
    told = []
    for piece in pieces:
        new = [number for number in piece.quotes if number not in seen]
        seen.update(new)
        told.append({"text": piece.text, "is_quoted": bool(piece.quotes), "anchor": new[0] if new else None})
    return told


def is_given_out(copy: ArchivedCopy) -> bool:
    """Whether the reader may have the original: there is one, and it was not withdrawn, or they are a reviewer."""
    return bool(copy.sha256) and (not copy.is_withdrawn or permissions.may(permissions.REVIEW))


class ArchivedCopyFile(View):
    """The original of a copy, byte for byte; to be saved, never shown as a page of ours."""

    model = ArchivedCopy

    def get(self, request: HttpRequest, pk) -> HttpResponse:
        copy = get_object_or_404(ArchivedCopy.objects.select_related("label"), pk=pk)
        if not is_given_out(copy):
            raise Http404
        return file_answer(request, copy)


class ArchiveForm(forms.Form):
    """A copy of a source: fetched, or given as a file."""

    fetch = fetch_field()
    is_agreed = agreed_field()
    upload = file_field()

    def __init__(self, *args, source: Source, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_be_fetched(source):
            del self.fields["fetch"], self.fields["is_agreed"]
        elif not tells_too_much(source.label):
            del self.fields["is_agreed"]

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned.get("fetch") and not cleaned.get("upload"):
            self.add_error("upload", _("Choose a file") if "fetch" not in self.fields else _("Choose one of the two"))
        return cleaned


class SourceArchive(KindMixin, FormView):
    """Ask for a copy of a source, or give one; asking again is trying again."""

    model = Source
    template_name = "records/upload_form.html"
    form_class = ArchiveForm

    def dispatch(self, request, *args, **kwargs):
        found = Source.objects.current().select_related("label")
        self.object = get_object_or_404(found, pk=self.kwargs["pk"])
        permissions.demand(permissions.WRITE)
        self.refused = take_in(request) if request.method == "POST" else {}
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"source": self.object}

    def get_initial(self):
        return {"fetch": may_be_fetched(self.object) and not tells_too_much(self.object.label)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        for name, told in self.refused.items():
            form.add_error(name if name in form.fields else None, told)
        return form

    def form_valid(self, form):
        given, actor = form.cleaned_data, current_reader()
        try:
            with transaction.atomic():
                if given.get("upload"):
                    give_upload(actor, self.object, given["upload"])
                if given.get("fetch"):
                    ask_for_copy(actor, self.object, is_agreed=bool(given.get("is_agreed")))
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The copy is being made. This page shows it when it is there."))
        return HttpResponseRedirect(self.object.get_absolute_url())

    def get_context_data(self, **kwargs):
        told = _("Fetching is switched off here.") if not settings.SOURCE_FETCHING else ""
        return super().get_context_data(**kwargs) | {
            "title": _("Archive %(source)s") % {"source": self.object},
            "lede": told or self.object.url,
            "cancel_url": self.object.get_absolute_url(),
            "submit_label": _("Archive"),
        }
