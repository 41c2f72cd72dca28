"""Files on pages: keeping one that is chosen in a form, giving out those of records; attachments."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView

from access import permissions
from access.context import current_reader
from access.refusals import error_body
from records.attachment_forms import NO_LISTS
from records.attachments import ACCEPTED, attach_upload, attachable, is_given_out
from records.display import Column
from records.files import Missing, given_out
from records.filters import AttachmentFilter
from records.forms import ReadersForm
from records.guarded_forms import add_refused
from records.models import Attachment, Record, StoredFile
from records.querysets import with_records
from records.uploads import UploadField, keep_upload, take_in
from records.views import KindMixin, RecordDetailView, RecordListView, named_record


class UploadFile(View):
    """Keep a file as soon as it is chosen in a form. Answers in JSON with what the form names it by."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        permissions.demand(permissions.WRITE)
        if "file" not in request.FILES:
            told = _("Choose a file.")
            return JsonResponse(error_body("invalid", told, {"file": [told]}), status=400)
        try:
            upload = keep_upload(current_reader(), request.FILES["file"])
        except ValidationError as error:
            told = " ".join(error.messages)
            return JsonResponse(error_body("invalid", told, {"file": [told]}), status=400)
        size, kind = upload.size_words, upload.type_words
        return JsonResponse({"id": str(upload.pk), "name": upload.file_name, "told": f"{kind}, {size}"})


def file_answer(request: HttpRequest, stored: StoredFile) -> HttpResponse:
    """Answer with a record's file, or say that it is no longer what was received."""
    try:
        content = stored.content()
    except Missing:
        return render(request, "records/file_missing.html", {"stored": stored, "title": _("File missing")}, status=410)
    return given_out(content, stored.media_type, stored.file_name)


class AttachmentList(RecordListView):
    model = Attachment
    filterset_class = AttachmentFilter
    related = ("record_type",)
    lede = gettext_lazy("Files that belong to records. They are added on the record’s page or in its form.")
    columns = [
        Column(gettext_lazy("What it is"), "title", sort="title"),
        Column(gettext_lazy("File"), "file_name"),
        Column(gettext_lazy("Type"), "type_words"),
        Column(gettext_lazy("Size"), "size_words", sort="size"),
        Column(gettext_lazy("Record"), "record"),
    ]

    def records(self):
        return super().records().prefetch_related(with_records(attachable()))


class AttachmentDetail(RecordDetailView):
    model = Attachment
    related = ("record_type",)
    template_name = "records/attachment_detail.html"
    facts = [
        "record",
        "file_name",
        Column(gettext_lazy("Type"), "type_words"),
        Column(gettext_lazy("Size"), "size_words"),
        "sha256",
        "author",
    ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"is_given_out": is_given_out(self.object)}


class AttachmentFile(View):
    """The file of an attachment, to be saved."""

    model = Attachment

    def get(self, request: HttpRequest, pk) -> HttpResponse:
        attachment = get_object_or_404(Attachment.objects.select_related("label"), pk=pk)
        if not is_given_out(attachment):
            raise Http404
        return file_answer(request, attachment)


class AttachmentForm(ReadersForm):
    """A file for one record."""

    upload = UploadField(label=gettext_lazy("File"), accepted=ACCEPTED, help_text=NO_LISTS)
    title = forms.CharField(
        label=gettext_lazy("What it is"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For example “Agreement as signed”. Left empty, it is called after the file."),
    )

    field_order = ["upload", "title"]


class AttachmentAdd(KindMixin, FormView):
    """Attach a file to the record that ``?record_kind=…&record_id=…`` names."""

    model = Attachment
    template_name = "records/upload_form.html"
    form_class = AttachmentForm
    about: Record

    def dispatch(self, request, *args, **kwargs):
        permissions.demand(permissions.WRITE)
        found = named_record(request, attachable())
        if found is None:
            raise Http404
        self.about = found
        self.refused = take_in(request) if request.method == "POST" else {}
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        # As secret as the record, whatever made that so: opening the record does not open what is attached.
        return {"level": self.about.label.level, "compartments": self.about.label.compartments}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        for name, told in self.refused.items():
            form.add_error(name if name in form.fields else None, told)
        return form

    def form_valid(self, form):
        given = form.cleaned_data
        attachment = Attachment(
            record=self.about, title=given["title"], level=given["level"], compartments=given.get("compartments", [])
        )
        try:
            attach_upload(current_reader(), attachment, given["upload"])
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The file is attached."))
        return HttpResponseRedirect(self.about.get_absolute_url())

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("Attach a file to %(record)s") % {"record": self.about},
            "cancel_url": self.about.get_absolute_url(),
            "submit_label": _("Attach"),
        }
