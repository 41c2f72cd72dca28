"""Addresses of the negotiations room."""

from django.urls import path

from negotiations import models
from negotiations.views import agreements, channels, conflicts, meetings, mutes, periods
from records.history_views import RecordHistoryView
from records.marking_views import RecordMarkingView
from records.merge_views import RecordMergeView
from records.views import RecordWithdrawView
from records.withdrawn_views import RecordRestoreView

app_name = "negotiations"


def history(model):
    return RecordHistoryView.as_view(model=model)


def marking(model):
    return RecordMarkingView.as_view(model=model)


def withdraw(model):
    return RecordWithdrawView.as_view(model=model)


def restore(model):
    return RecordRestoreView.as_view(model=model)


def merge(model):
    return RecordMergeView.as_view(model=model)


urlpatterns = [
    path("conflicts/", conflicts.ConflictList.as_view(), name="conflict-list"),
    path("conflicts/<uuid:pk>/", conflicts.ConflictDetail.as_view(), name="conflict-detail"),
    path("conflicts/<uuid:pk>/history/", history(models.Conflict), name="conflict-history"),
    path("conflicts/<uuid:pk>/marking/", marking(models.Conflict), name="conflict-marking"),
    path("conflicts/<uuid:pk>/withdraw/", withdraw(models.Conflict), name="conflict-withdraw"),
    path("conflicts/<uuid:pk>/restore/", restore(models.Conflict), name="conflict-restore"),
    path("parties/", conflicts.PartyList.as_view(), name="party-list"),
    path("parties/<uuid:pk>/", conflicts.PartyDetail.as_view(), name="party-detail"),
    path("parties/<uuid:pk>/history/", history(models.Party), name="party-history"),
    path("parties/<uuid:pk>/marking/", marking(models.Party), name="party-marking"),
    path("parties/<uuid:pk>/withdraw/", withdraw(models.Party), name="party-withdraw"),
    path("parties/<uuid:pk>/restore/", restore(models.Party), name="party-restore"),
    path("places/", conflicts.PlaceList.as_view(), name="place-list"),
    path("places/<uuid:pk>/", conflicts.PlaceDetail.as_view(), name="place-detail"),
    path("places/<uuid:pk>/history/", history(models.Place), name="place-history"),
    path("places/<uuid:pk>/marking/", marking(models.Place), name="place-marking"),
    path("places/<uuid:pk>/withdraw/", withdraw(models.Place), name="place-withdraw"),
    path("places/<uuid:pk>/restore/", restore(models.Place), name="place-restore"),
    path("places/<uuid:pk>/merge/", merge(models.Place), name="place-merge"),
    path("channels/", channels.ChannelList.as_view(), name="channel-list"),
    path("channels/<uuid:pk>/", channels.ChannelDetail.as_view(), name="channel-detail"),
    path("channels/<uuid:pk>/history/", history(models.Channel), name="channel-history"),
    path("channels/<uuid:pk>/marking/", marking(models.Channel), name="channel-marking"),
    path("channels/<uuid:pk>/withdraw/", withdraw(models.Channel), name="channel-withdraw"),
    path("channels/<uuid:pk>/restore/", restore(models.Channel), name="channel-restore"),
    path("channels/<uuid:pk>/merge/", merge(models.Channel), name="channel-merge"),
    path("meetings/", meetings.MeetingList.as_view(), name="meeting-list"),
    path("meetings/<uuid:pk>/", meetings.MeetingDetail.as_view(), name="meeting-detail"),
    path("meetings/<uuid:pk>/history/", history(models.Meeting), name="meeting-history"),
    path("meetings/<uuid:pk>/marking/", marking(models.Meeting), name="meeting-marking"),
    path("meetings/<uuid:pk>/withdraw/", withdraw(models.Meeting), name="meeting-withdraw"),
    path("meetings/<uuid:pk>/restore/", restore(models.Meeting), name="meeting-restore"),
    path("meetings/<uuid:pk>/merge/", merge(models.Meeting), name="meeting-merge"),
    path("agreements/", agreements.AgreementList.as_view(), name="agreement-list"),
    path("agreements/<uuid:pk>/", agreements.AgreementDetail.as_view(), name="agreement-detail"),
    path("agreements/<uuid:pk>/history/", history(models.Agreement), name="agreement-history"),
    path("agreements/<uuid:pk>/marking/", marking(models.Agreement), name="agreement-marking"),
    path("agreements/<uuid:pk>/withdraw/", withdraw(models.Agreement), name="agreement-withdraw"),
    path("agreements/<uuid:pk>/restore/", restore(models.Agreement), name="agreement-restore"),
    path("agreements/<uuid:pk>/merge/", merge(models.Agreement), name="agreement-merge"),
    path("commitments/", agreements.CommitmentList.as_view(), name="commitment-list"),
    path("commitments/<uuid:pk>/", agreements.CommitmentDetail.as_view(), name="commitment-detail"),
    path("commitments/<uuid:pk>/history/", history(models.Commitment), name="commitment-history"),
    path("commitments/<uuid:pk>/marking/", marking(models.Commitment), name="commitment-marking"),
    path("commitments/<uuid:pk>/withdraw/", withdraw(models.Commitment), name="commitment-withdraw"),
    path("commitments/<uuid:pk>/restore/", restore(models.Commitment), name="commitment-restore"),
    path("commitments/<uuid:pk>/merge/", merge(models.Commitment), name="commitment-merge"),
    path("mutes/", mutes.MuteList.as_view(), name="mute-list"),
    path("mutes/add/", mutes.MuteAdd.as_view(), name="mute-add"),
    path("mutes/<uuid:pk>/", mutes.MuteDetail.as_view(), name="mute-detail"),
    path("mutes/<uuid:pk>/history/", history(models.Mute), name="mute-history"),
    path("mutes/<uuid:pk>/marking/", marking(models.Mute), name="mute-marking"),
    path("mutes/<uuid:pk>/withdraw/", withdraw(models.Mute), name="mute-withdraw"),
    path("mutes/<uuid:pk>/restore/", restore(models.Mute), name="mute-restore"),
    path("locked-periods/", periods.LockedPeriodList.as_view(), name="locked-period-list"),
    path("locked-periods/add/", periods.LockedPeriodAdd.as_view(), name="locked-period-add"),
    path("locked-periods/<uuid:pk>/", periods.LockedPeriodDetail.as_view(), name="locked-period-detail"),
    path("locked-periods/<uuid:pk>/history/", history(models.LockedPeriod), name="locked-period-history"),
    path("locked-periods/<uuid:pk>/withdraw/", periods.LockedPeriodUnlock.as_view(), name="locked-period-withdraw"),
    # Parts have no other page of their own.
    path("conflict-mandates/<uuid:pk>/restore/", restore(models.ConflictMandate), name="conflict-mandate-restore"),
    path("channel-parties/<uuid:pk>/restore/", restore(models.ChannelParty), name="channel-party-restore"),
    path(
        "channel-intermediaries/<uuid:pk>/restore/",
        restore(models.ChannelIntermediary),
        name="channel-intermediary-restore",
    ),
    path("participants/<uuid:pk>/restore/", restore(models.Participant), name="participant-restore"),
    path("follow-ups/<uuid:pk>/restore/", restore(models.FollowUp), name="follow-up-restore"),
    path("agreement-parties/<uuid:pk>/restore/", restore(models.AgreementParty), name="agreement-party-restore"),
]
