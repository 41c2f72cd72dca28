"""Files on their way into a form: kept as soon as they are received, and named by the form from then on.

So a form that comes back with errors, or is put back from the drafts, still has its files.
"""

import datetime as dt
import uuid
from collections.abc import Collection

from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.forms.widgets import CheckboxInput
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import permissions
from access.context import Reader, current_reader, refresh_labels
from records.files import TYPES, check_size, kept, plain_name, type_of
from records.models import Upload

FOLDER = "uploads"
# Of one person, and not taken up by any record: more are refused.
MOST_WAITING = 200
# So the file's own control is called beside the one that names what is kept.
CHOSEN, TAKEN_OUT = "-file", "-clear"


class Bounded(FileUploadHandler):
    """Refuses a request whose files are larger together than any form takes, before they fill the disk."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        self.left = 4 * max(settings.LARGEST_FILE, settings.IMPORT_LARGEST_FILE)
        if content_length > self.left:
            raise RequestDataTooBig("The files of the request are too large.")

    def receive_data_chunk(self, raw_data, start):
        self.left -= len(raw_data)
        if self.left < 0:
            raise RequestDataTooBig("The files of the request are too large.")
        return raw_data

    def file_complete(self, file_size):
        return None


# The store's side -----------------------------------------------------------------------------------------------------


def keep_upload(actor: Reader, sent: UploadedFile, accepted: Collection[str] = tuple(TYPES)) -> Upload:
    """Keep a file that was received, as its uploader's own, and return its row.

    Raises PermissionDenied for who may not write; ValidationError in words for a file that is not kept (see
    ``records.files.type_of``), or where too many wait already.
    """
    permissions.demand(permissions.WRITE)
    check_size(sent.size)
    media_type = type_of(sent.read(), accepted)
    waiting = Upload.objects.filter(owner_id=actor.user_id, used_at=None, gone_at=None)
    if waiting.count() >= MOST_WAITING:
        raise ValidationError(_("Too many of your files wait in unfinished forms. Save or discard some first."))
    sent.seek(0)
    with kept(sent, FOLDER) as (name, digest):
        upload = Upload(
            owner_id=actor.user_id, level=actor.clearance, compartments=sorted(actor.compartments),
            file=name, file_name=plain_name(sent.name, media_type), media_type=media_type, size=sent.size,
            sha256=digest,
        )  # fmt: skip
        upload.save(force_insert=True)
    refresh_labels()
    return upload


def own_upload(pk: uuid.UUID) -> Upload | None:
    """Return a file of the reader's own that is still kept."""
    return Upload.objects.filter(pk=pk, gone_at=None).first()


def note_taken_up(upload: Upload) -> None:
    """Say that a record names the file now: it stays."""
    upload.used_at = upload.used_at or timezone.now()
    upload.save(update_fields=["used_at"])


def delete_old_uploads() -> int:
    """Delete the files that no record has taken up in ``UPLOAD_KEEP_DAYS``; the rows stay. As the system."""
    before = timezone.now() - dt.timedelta(days=settings.UPLOAD_KEEP_DAYS)
    old = Upload.objects.filter(used_at=None, gone_at=None, kept_at__lt=before)
    for upload in old:
        default_storage.delete(upload.file)
    return old.update(gone_at=timezone.now())


# The form's side ------------------------------------------------------------------------------------------------------


def take_in(request: HttpRequest) -> dict[str, str]:
    """Keep every file that came with a form and put the names of those kept into what was posted.

    Returns, by field, why a file was not kept.
    """
    data, refused = request.POST.copy(), {}
    for name, sent in request.FILES.items():
        field = name.removesuffix(CHOSEN)
        if field == name:
            continue
        try:
            data[field] = str(keep_upload(current_reader(), sent).pk)
        except ValidationError as error:
            refused[field] = " ".join(error.messages)
    request.POST = data
    return refused


class UploadInput(forms.Widget):
    """Chooses a file; a hidden field names the one that is kept. ``static/js/upload.js`` sends it when it is chosen."""

    template_name = "records/widgets/upload.html"

    def __init__(self, accepted: Collection[str], attrs=None):
        super().__init__(attrs)
        self.accepted = accepted

    def value_from_datadict(self, data, files, name):
        if CheckboxInput().value_from_datadict(data, files, name + TAKEN_OUT):
            return None
        return data.get(name)

    def value_omitted_from_data(self, data, files, name):
        return name not in data

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "upload": value if isinstance(value, Upload) else kept_under(value),
            "chosen_name": name + CHOSEN,
            "taken_out_name": name + TAKEN_OUT,
            "accept": ",".join(TYPES[one].ending for one in self.accepted),
            "address": reverse("records:upload"),
        }
        return context


def kept_under(value) -> Upload | None:
    """Return the reader's own file that a form names."""
    try:
        return own_upload(uuid.UUID(str(value)))
    except ValueError:
        return None


class UploadField(forms.Field):
    """A file that is kept already; gives its ``Upload``, or None. ``accepted`` are the media types it may have."""

    default_error_messages = {
        "gone": gettext_lazy("This file is no longer kept. Choose it again."),
        "required": gettext_lazy("Choose a file."),
    }

    def __init__(self, *, accepted: Collection[str], **kwargs):
        self.accepted = accepted
        super().__init__(widget=UploadInput(accepted), **kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        upload = kept_under(value)
        if upload is None:
            raise ValidationError(self.error_messages["gone"], code="gone")
        if upload.media_type not in self.accepted:
            offered = ", ".join(str(TYPES[one].words) for one in self.accepted)
            raise ValidationError(_("Choose one of these: %(offered)s.") % {"offered": offered}, code="type")
        return upload
