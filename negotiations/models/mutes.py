"""Alarms that somebody decided not to hear: shown as muted with the reason, never hidden."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.managers import ClassifiedManager
from negotiations.models.agreements import Commitment
from negotiations.models.channels import Channel
from records.known import KnownOn
from records.models import Record, RecordQuerySet, record_constraints


class MuteQuerySet(RecordQuerySet):
    def in_force(self, today: dt.date, known: KnownOn | None = None):
        """Return the mutes that hold on a day; withdrawing one ends it. With ``known``, of those recorded by then."""
        found = self.standing(known).filter(models.Q(until=None) | models.Q(until__gte=today))
        return found if known is None else found.filter(recorded_at__lt=known.end)


class Mute(Record):
    """The alarm about a silent channel or an overdue promise is muted: until when, and why. Withdrawing it ends it."""

    is_reviewed = False

    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="mutes", verbose_name=_("channel")
    )
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, null=True, blank=True, related_name="mutes", verbose_name=_("commitment")
    )
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day. Left empty: until it is withdrawn.")
    )
    reason = models.TextField(_("reason"), help_text=_("Shown beside the muted alarm."))

    objects = ClassifiedManager.from_queryset(MuteQuerySet)()

    class Meta(Record.Meta):
        ordering = ["-recorded_at"]
        verbose_name = _("muted alarm")
        verbose_name_plural = _("muted alarms")
        constraints = [
            *record_constraints("mute"),
            models.CheckConstraint(
                condition=models.Q(channel__isnull=False, commitment=None)
                | models.Q(channel=None, commitment__isnull=False),
                name="mute_of_one",
                violation_error_message=_("Name either the channel or the commitment whose alarm is muted."),
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="mute_with_reason"),
        ]

    def __str__(self) -> str:
        return str(_("Muted: %(record)s") % {"record": self.about})

    @property
    def about(self) -> Channel | Commitment | None:
        """The channel or the commitment whose alarm is muted."""
        return self.channel or self.commitment
