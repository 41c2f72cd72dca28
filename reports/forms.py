"""The form that asks for a report."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from negotiations.models import Conflict
from records.filters import DayInput
from reports.models import ReportTemplate
from reports.services import check_period


class ReportRequestForm(forms.Form):
    """Which report, of which conflict, for which period."""

    errors_name_field = True

    template = forms.ChoiceField(
        label=_("Report"), choices=ReportTemplate.choices, initial=ReportTemplate.PERIOD_SUMMARY
    )
    conflict = forms.ModelChoiceField(
        label=_("Conflict"),
        queryset=Conflict.objects.current(),
        empty_label=None,
        error_messages={"required": _("Choose a conflict."), "invalid_choice": _("Choose a conflict from the list.")},
    )
    period_from = forms.DateField(
        label=_("From"),
        widget=DayInput,
        help_text=_("The first day of the period."),
        error_messages={
            "required": _("Give the first day of the period."),
            "invalid": _("Give the first day as year, month, day: 2025-05-01."),
        },
    )
    period_to = forms.DateField(
        label=_("To"),
        widget=DayInput,
        help_text=_("The last day; it belongs to the period."),
        error_messages={
            "required": _("Give the last day of the period."),
            "invalid": _("Give the last day as year, month, day: 2025-05-31."),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # "Choose one" only where there is a choice.
        self.fields["conflict"].queryset = Conflict.objects.current()
        if self.fields["conflict"].queryset.count() > 1:
            self.fields["conflict"].empty_label = _("Choose a conflict")

    def clean(self):
        cleaned = super().clean()
        if not self.errors.keys() & {"period_from", "period_to"}:
            try:
                check_period(cleaned["period_from"], cleaned["period_to"])
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned
