"""The fields by which a form gives a source its archived copy: a file, or the wish that its address be fetched."""

from django import forms
from django.utils.translation import gettext_lazy as _

from records.uploads import UploadField
from sources.archiving import GIVEN


def file_field() -> UploadField:
    """Return the field of a file that is kept as a copy of the source."""
    return UploadField(
        label=_("File"),
        accepted=GIVEN,
        required=False,
        help_text=_("The page as you saved it, the PDF, a scan, the e-mail. It is kept as it is, as an archived copy."),
    )


def fetch_field() -> forms.BooleanField:
    """Return the field that asks for a copy to be fetched."""
    return forms.BooleanField(
        label=_("Fetch a copy from the address"),
        required=False,
        help_text=_(
            "Parley asks for the page itself and keeps it. The publisher then sees that somebody reads it, from this"
            " server, now."
        ),
    )


def agreed_field() -> forms.BooleanField:
    """Return the field that says yes once more, of a source that not everybody may know of."""
    return forms.BooleanField(
        label=_("Fetch it although the source is restricted: its publisher may learn that somebody reads it"),
        required=False,
    )
