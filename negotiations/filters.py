"""Filter sets of the negotiations room: one for each kind, for page and API alike."""

import django_filters
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, TextField, Value
from django.utils.translation import gettext_lazy as _

from negotiations import models
from negotiations.vocabulary import (
    AgreementStatus,
    ChannelStatus,
    CommitmentSubject,
    MeetingFormat,
    MeetingStatus,
    Mode,
    Topic,
)
from records.filters import RecordFilterSet, among, choice, since, until
from records.models import NAME_COLLATION


def by_topic(queryset, name, value):
    """Keep what is about a topic of the closed list."""
    return queryset.filter(topics__contains=[value])


def by_own_topic(queryset, name, value):
    """Keep what is about a topic in somebody's own words, capital letters or not."""
    texts = ArrayField(TextField())
    lower = f'lower(%(expressions)s::text COLLATE "{NAME_COLLATION}")'
    told = Func(F("own_topics"), template=f"{lower}::text[]", output_field=texts)
    asked = Func(Value(" ".join(value.split())), template=f"ARRAY[{lower}]", output_field=texts)
    return queryset.alias(own_topics_lowered=told).filter(own_topics_lowered__contains=asked)


TOPIC = {"field_name": "topics", "method": by_topic}


def own_topic() -> django_filters.CharFilter:
    return django_filters.CharFilter(
        label=_("Other topic"), field_name="own_topics", method=by_own_topic, max_length=60
    )


class ConflictFilter(RecordFilterSet):
    class Meta:
        model = models.Conflict
        fields = []


class PartyFilter(RecordFilterSet):
    conflict = among(_("Conflict"), models.Conflict)

    class Meta:
        model = models.Party
        fields = ["actor"]


class ConflictMandateFilter(RecordFilterSet):
    class Meta:
        model = models.ConflictMandate
        fields = ["conflict", "mandate"]


class PlaceFilter(RecordFilterSet):
    country_code = django_filters.CharFilter(label=_("Country"), lookup_expr="iexact")

    class Meta:
        model = models.Place
        fields = ["is_withheld"]


class ChannelFilter(RecordFilterSet):
    conflict = among(_("Conflict"), models.Conflict)
    status = choice(_("Status"), ChannelStatus.choices)
    mode = choice(_("Mode"), Mode.choices)
    topic = choice(_("Topic"), Topic.choices, **TOPIC)
    own_topic = own_topic()

    class Meta:
        model = models.Channel
        fields = []


class ChannelPartyFilter(RecordFilterSet):
    class Meta:
        model = models.ChannelParty
        fields = ["channel", "actor"]


class ChannelIntermediaryFilter(RecordFilterSet):
    class Meta:
        model = models.ChannelIntermediary
        fields = ["channel", "actor", "credited_by"]


class MeetingFilter(RecordFilterSet):
    channel = among(_("Channel"), models.Channel)
    status = choice(_("Status"), MeetingStatus.choices)
    format = choice(_("Format"), MeetingFormat.choices)
    topic = choice(_("Topic"), Topic.choices, **TOPIC)
    own_topic = own_topic()
    since = since(_("Since"))
    until = until(_("Until"))

    class Meta:
        model = models.Meeting
        fields = ["place"]

    api_only = (*RecordFilterSet.api_only, "place")


class ParticipantFilter(RecordFilterSet):
    class Meta:
        model = models.Participant
        fields = ["meeting", "representative", "actor"]


class FollowUpFilter(RecordFilterSet):
    class Meta:
        model = models.FollowUp
        fields = ["meeting", "owner", "due_on", "done_on"]


class AgreementFilter(RecordFilterSet):
    channel = among(_("Channel"), models.Channel)
    status = choice(_("Status"), AgreementStatus.choices)
    since = since(_("Since"))
    until = until(_("Until"))

    class Meta:
        model = models.Agreement
        fields = ["meeting"]

    api_only = (*RecordFilterSet.api_only, "meeting")


class AgreementPartyFilter(RecordFilterSet):
    class Meta:
        model = models.AgreementParty
        fields = ["agreement", "actor"]


class CommitmentFilter(RecordFilterSet):
    channel = among(_("Channel"), models.Channel, field_name="agreement__channel")
    subject = choice(_("Of what"), CommitmentSubject.choices)

    class Meta:
        model = models.Commitment
        fields = ["agreement", "meeting", "direction", "amends"]

    api_only = (*RecordFilterSet.api_only, "agreement", "meeting", "direction", "amends")


class MuteFilter(RecordFilterSet):
    channel = among(_("Channel"), models.Channel)
    commitment = among(_("Commitment"), models.Commitment)
    since = since(_("Ends after"), "until")
    until = until(_("Ends before"), "until")

    class Meta:
        model = models.Mute
        fields = []


class LockedPeriodFilter(RecordFilterSet):
    conflict = among(_("Conflict"), models.Conflict)
    since = since(_("Since"), "until")
    until = until(_("Until"), "until")

    class Meta:
        model = models.LockedPeriod
        fields = []
