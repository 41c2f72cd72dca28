"""Meetings: one contact each, who took part, what follows."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from intermediaries.models import Actor, Representative
from negotiations.models.channels import Channel, TopicsMixin
from negotiations.models.conflicts import Place
from negotiations.vocabulary import MeetingFormat, MeetingResult, MeetingStatus, ParticipantRole
from records.dates import Dated, date_constraints
from records.models import Record, record_constraints


class Meeting(TopicsMixin, Dated, Record):
    """One contact in a channel: when, where, how, who, about what, what was said and what came of it."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="meetings", verbose_name=_("channel"))
    title = models.CharField(_("title"), max_length=200, blank=True, help_text=_("Left empty: channel and date."))
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("place")
    )
    place_withheld = models.BooleanField(_("the place is withheld"), default=False)
    format = models.CharField(
        _("format"), max_length=16, choices=MeetingFormat.choices, default=MeetingFormat.IN_PERSON
    )
    status = models.CharField(_("status"), max_length=11, choices=MeetingStatus.choices, default=MeetingStatus.HELD)
    result = models.CharField(_("result"), max_length=18, choices=MeetingResult.choices, default=MeetingResult.UNKNOWN)
    summary = models.TextField(_("what was said"), blank=True, help_text=_("The positions, as neutrally as you can."))
    assessment = models.TextField(
        _("assessment"), blank=True, help_text=_("Your own reading, kept apart from what was said.")
    )

    parts = ("participants", "follow_ups")
    alike_by = ("channel_id",)
    is_mergeable = True
    same_when_merged = ("channel.conflict_id",)

    class Meta(Record.Meta):
        ordering = ["-started_on", "-recorded_at"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            *record_constraints("meeting"),
            *date_constraints("meeting"),
            models.CheckConstraint(condition=models.Q(format__in=MeetingFormat.values), name="meeting_format_known"),
            models.CheckConstraint(condition=models.Q(status__in=MeetingStatus.values), name="meeting_status_known"),
            models.CheckConstraint(condition=models.Q(result__in=MeetingResult.values), name="meeting_result_known"),
            models.CheckConstraint(
                condition=models.Q(place_withheld=False) | models.Q(place=None),
                name="meeting_place_or_withheld",
                violation_error_message=_("Either name the place or say that it is withheld, not both."),
            ),
        ]
        indexes = [models.Index(fields=["channel", "-started_on"], name="meeting_of_channel")]

    def __str__(self) -> str:
        return self.title or f"{self.channel}, {self.when}"

    @property
    def where(self) -> str:
        """The place in words."""
        if self.place_withheld:
            return str(_("withheld"))
        return str(self.place) if self.place_id else str(_("not stated"))

    def clean(self) -> None:
        super().clean()
        if self.started_on is None and self.date_precision != "unknown":
            raise ValidationError({"started_on": _("Give the date, or choose “not known” as its precision.")})
        if self.place_withheld and self.place_id:
            raise ValidationError({"place": _("Either name the place or say that it is withheld, not both.")})


class Participant(Record):
    """Who took part in a meeting: a representative, a whole delegation, or what the source says in words."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="participants", verbose_name=_("meeting"))
    representative = models.ForeignKey(
        Representative,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("representative"),
    )
    actor = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="participations", verbose_name=_("delegation of")
    )
    words = models.CharField(_("in the words used"), max_length=200, blank=True)
    role = models.CharField(
        _("role"), max_length=18, choices=ParticipantRole.choices, default=ParticipantRole.UNSPECIFIED
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(Record.Meta):
        ordering = ["position"]
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            *record_constraints("participant"),
            models.CheckConstraint(
                condition=models.Q(representative__isnull=False) | models.Q(actor__isnull=False) | ~models.Q(words=""),
                name="participant_named_somehow",
                violation_error_message=_("Choose a representative or a delegation, or describe who took part."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.representative or self.actor or self.words)


class FollowUp(Record):
    """What somebody undertook to do after a meeting."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="follow_ups", verbose_name=_("meeting"))
    task = models.CharField(_("what is to be done"), max_length=400)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who does it")
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    done_on = models.DateField(_("done"), null=True, blank=True)

    is_reviewed = False  # a task of one's own; no source says anything of it

    class Meta(Record.Meta):
        ordering = ["due_on", "recorded_at"]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [*record_constraints("follow_up")]

    def __str__(self) -> str:
        return self.task
