"""Channels: lasting lines of contact with a purpose."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from intermediaries.models import Actor, MandateRole
from negotiations.models.conflicts import Conflict
from negotiations.vocabulary import ChannelStatus, Mode, Openness, Topic, Track
from records.dates import Dated, date_constraints
from records.models import NAME_COLLATION, Record, record_constraints
from records.querysets import called


class TopicsMixin(models.Model):
    """Subjects: as codes of the closed list, and in one's own words what the list lacks (decision 0083)."""

    MOST_OWN = 12

    topics = ArrayField(
        models.CharField(max_length=24, choices=Topic.choices), verbose_name=_("topics"), default=list, blank=True
    )
    own_topics = ArrayField(
        models.CharField(max_length=60), verbose_name=_("other topics"), default=list, blank=True,
        help_text=_("What the list lacks, in a few words."),
    )  # fmt: skip

    class Meta:
        abstract = True

    @property
    def topic_labels(self) -> list[str]:
        """Every topic in words, those of the list first."""
        return [*(str(Topic(topic).label) for topic in self.topics), *self.own_topics]

    def clean(self) -> None:
        """Leave out what is empty, and refuse what the list has already, what stands there twice, and too many."""
        super().clean()
        self.own_topics = [topic for given in self.own_topics if (topic := " ".join(given.split()))]
        listed = {name.casefold(): topic for topic in Topic for name in (topic.value, str(topic.label))}
        met: set[str] = set()
        for topic in self.own_topics:
            word = topic.casefold()
            if word in listed:
                told = _("“%(topic)s” is in the list of topics. Choose it there.")
                raise ValidationError({"own_topics": told % {"topic": listed[word].label}})
            if word in met:
                raise ValidationError({"own_topics": _("“%(topic)s” stands here twice.") % {"topic": topic}})
            met.add(word)
        if len(met) > self.MOST_OWN:
            told = _("These are more than %(most)s topics of your own. Keep those by which somebody will look for it.")
            raise ValidationError({"own_topics": told % {"most": self.MOST_OWN}})


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

    def alike(self) -> list["Channel"]:
        """Channels of the same conflict with this name, in any spelling."""
        there = Channel.objects.current().filter(conflict=self.conflict_id)
        return list(there.filter(pk__in=called(there, self.name) - {self.pk}).select_related("label", "author"))


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
