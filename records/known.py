"""What was known on an earlier day: the day that a reader asks for."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class KnownOn:
    """The end of a day. Asked is what had been said, published or recorded by then; or recorded here, nothing else.

    Who may see it is always decided by today's rights.
    """

    day: dt.date
    recorded_only: bool = False

    @property
    def end(self) -> dt.datetime:
        """The first moment after the day."""
        return dt.datetime.combine(self.day + dt.timedelta(days=1), dt.time(), ZoneInfo(settings.TIME_ZONE))

    @property
    def query(self) -> dict[str, str]:
        """The parameters that ask for it."""
        asked = {"as_known_on": self.day.isoformat()}
        return asked | {"known_by": "recorded"} if self.recorded_only else asked


class KnownForm(forms.Form):
    """``?as_known_on=2025-06-12&known_by=recorded``: the day asked for, or none."""

    as_known_on = forms.DateField(
        label=_("As known on"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write a day as 2025-06-12.")},
    )
    known_by = forms.ChoiceField(
        label=_("Known by"),
        required=False,
        choices=[("published", _("said, published or recorded")), ("recorded", _("recorded here, nothing else"))],
        error_messages={"invalid_choice": _("Write published or recorded.")},
    )

    def clean_as_known_on(self) -> dt.date | None:
        day = self.cleaned_data["as_known_on"]
        if day is not None and day > timezone.localdate():
            raise ValidationError(_("This day has not come yet. Choose today or a day before."))
        return day

    @property
    def known(self) -> KnownOn | None:
        """The day asked for; None where none is, or where it cannot be read."""
        day = self.cleaned_data.get("as_known_on") if self.is_valid() else None
        return KnownOn(day, self.cleaned_data["known_by"] == "recorded") if day else None
