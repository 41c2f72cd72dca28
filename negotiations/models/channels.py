"""Channels: lasting lines of contact with a purpose."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from intermediaries.models import Actor, MandateRole
from negotiations.models.conflicts import Conflict
from negotiations.vocabulary import ChannelStatus, Mode, Openness, Topic, Track
from records.dates import Dated, date_constraints
from records.models import NAME_COLLATION, Record, record_constraints


class TopicsMixin(models.Model):
    """Subjects as a list of codes, with their words."""

    topics = ArrayField(
        models.CharField(max_length=24, choices=Topic.choices), verbose_name=_("topics"), default=list, blank=True
    )

    class Meta:
        abstract = True

    @property
    def topic_labels(self) -> list[str]:
        return [str(Topic(topic).label) for topic in self.topics]


class Channel(TopicsMixin, Dated, Record):
    """A lasting line of contact between parties, direct or through others, with a purpose."""

    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="channels", verbose_name=_("conflict"))
    name = models.CharField(_("name"), max_length=200, db_collation=NAME_COLLATION)
    mode = models.CharField(_("mode"), max_length=8, choices=Mode.choices)
    track = models.CharField(_("track"), max_length=9, choices=Track.choices, default=Track.UNKNOWN)
    openness = models.CharField(_("openness"), max_length=12, choices=Openness.choices, default=Openness.UNKNOWN)
    status = models.CharField(_("status"), max_length=11, choices=ChannelStatus.choices, default=ChannelStatus.ACTIVE)
    notes = models.TextField(_("notes"), blank=True)

    parts = ("party_links", "intermediary_links")
    is_mergeable = True
    same_when_merged = ("conflict_id",)

    class Meta(Record.Meta):
        ordering = ["name"]
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = [
            *record_constraints("channel"),
            *date_constraints("channel"),
            models.CheckConstraint(condition=models.Q(mode__in=Mode.values), name="channel_mode_known"),
            models.CheckConstraint(condition=models.Q(status__in=ChannelStatus.values), name="channel_status_known"),
        ]

    def __str__(self) -> str:
        return self.name


class ChannelParty(Record):
    """An actor at one end of a channel."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="party_links", verbose_name=_("channel"))
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="channel_links", verbose_name=_("actor"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(Record.Meta):
        ordering = ["position"]
        verbose_name = _("party of a channel")
        verbose_name_plural = _("parties of channels")
        constraints = [*record_constraints("channel_party")]

    def __str__(self) -> str:
        return str(self.actor)


class ChannelIntermediary(Dated, Record):
    """An intermediary of a channel: in which role, from when to when, and who credits it. One row for each claimant."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="intermediary_links", verbose_name=_("channel"))
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="intermediary_in", verbose_name=_("intermediary"))
    role = models.CharField(_("role"), max_length=25, choices=MandateRole.choices, default=MandateRole.UNSPECIFIED)
    credited_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="credits_in_channels", verbose_name=_("credited by")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(Record.Meta):
        ordering = ["position"]
        verbose_name = _("intermediary of a channel")
        verbose_name_plural = _("intermediaries of channels")
        constraints = [*record_constraints("channel_intermediary"), *date_constraints("channel_intermediary")]

    def __str__(self) -> str:
        return str(self.actor)
