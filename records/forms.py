"""Forms every kind of record shares."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.models import User
from records.changes import HOUSEKEEPING
from records.display import field_label
from records.models import Record


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


class HistoryFilterForm(forms.Form):
    """Which entries of a history are asked for: of one field, by one person."""

    field = forms.ChoiceField(label=_("Field"), required=False)
    person = forms.ChoiceField(label=_("Who"), required=False)

    def __init__(self, data, *, model: type[Record], entries: models.QuerySet):
        """Offer the fields of ``model`` and the people of ``entries``, which the reader may see."""
        super().__init__(data)
        names = [field.name for field in model._meta.local_concrete_fields if field.column not in HOUSEKEEPING]
        offered = sorted(((name, field_label(model, name)) for name in names), key=lambda pair: pair[1])
        self.fields["field"].choices = [("", _("All")), *offered]
        ids = set(entries.order_by().values_list("user_id", flat=True).distinct())
        people = User.objects.filter(pk__in=ids - {None}).values_list("username", flat=True)
        system = [("-", _("the system"))] if None in ids else []
        self.fields["person"].choices = [("", _("All")), *((name, name) for name in people), *system]


class HistoryPageForm(HistoryFilterForm):
    """On a page, with the entries of the record's parts."""

    parts = forms.BooleanField(label=_("and of its parts"), required=False)
