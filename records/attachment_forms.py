"""The rows of a record's form in which files are attached to it."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.attachments import ACCEPTED
from records.entry_forms import RepeatedFormSet, RowForm, repeated
from records.uploads import UploadField

NO_LISTS = gettext_lazy(
    "No lists of people who are held, were returned or died, and no papers that name them: Parley keeps none."
)


class AttachmentRow(RowForm):
    """One file. Of one that is attached already only its words are changed; it is taken out, never replaced."""

    telling = ("upload", "title")

    upload = UploadField(label=gettext_lazy("File"), accepted=ACCEPTED, required=False)
    title = forms.CharField(label=gettext_lazy("What it is"), max_length=200, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.initial.get("id"):
            self.fields["title"].help_text = self.initial.get("file_name", "")
            del self.fields["upload"]

    def clean(self):
        cleaned = super().clean()
        is_new = not cleaned.get("id") and not cleaned.get("DELETE")
        if is_new and cleaned.get("title") and not cleaned.get("upload") and not self.errors.keys() & {"upload", "id"}:
            # The row of one that is attached has no field for a file; it was sent without saying which one it is.
            self.add_error("upload" if "upload" in self.fields else None, _("Choose the file, or empty the row"))
        return cleaned


class AttachmentRows(RepeatedFormSet):
    heading = gettext_lazy("Attachments")
    row_heading = gettext_lazy("Attachment")
    add_label = gettext_lazy("Attach another file")
    lede = NO_LISTS


AttachmentFormSet = repeated(AttachmentRow, AttachmentRows, most=50)
