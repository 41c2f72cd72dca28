"""Closed periods of a conflict: what happened up to a day is no longer added to, changed or withdrawn."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from negotiations.models.conflicts import Conflict
from records.models import Record, record_constraints


class LockedPeriod(Record):
    """Everything in a conflict up to a day is closed, with the reason. Withdrawing it unlocks the period.

    Triggers keep it (``access_private.guard_period``), by every door and for the system, too. It is as secret as its
    conflict and no more, so that whoever sees a record in the period sees why it is closed.
    """

    is_reviewed = False  # a reviewer's own decision
    is_restorable = False
    is_marked = False

    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="locked_periods", verbose_name=_("conflict"))
    until = models.DateField(_("up to and including"))
    reason = models.TextField(_("reason"), max_length=2000)

    citations = None

    class Meta(Record.Meta):
        ordering = ["-until"]
        verbose_name = _("locked period")
        verbose_name_plural = _("locked periods")
        constraints = [
            *record_constraints("locked_period"),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="locked_period_with_reason",
                violation_error_message=_("Say why the period is locked."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(conflict)s up to %(until)s") % {"conflict": self.conflict, "until": date_format(self.until)})

    def clean(self) -> None:
        super().clean()
        if self.until is not None and self.until > timezone.localdate():
            raise ValidationError({"until": _("This day has not come yet. Choose today or a day before.")})
