"""Forms every kind of record shares."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WithdrawForm(forms.Form):
    """Why a record is withdrawn, and which version was looked at."""

    reason = forms.CharField(
        label=_("Why is it withdrawn?"),
        help_text=_("Kept in the history for everybody who may see the record."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("Say why the record is withdrawn.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
