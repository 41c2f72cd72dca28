"""Conflict, channel, meeting, agreement, commitment."""

from negotiations.models.agreements import Agreement, AgreementParty, Commitment
from negotiations.models.channels import Channel, ChannelIntermediary, ChannelParty
from negotiations.models.conflicts import Conflict, ConflictMandate, Party, Place, words_of_directions
from negotiations.models.meetings import FollowUp, Meeting, Participant
from negotiations.models.mutes import Mute
from negotiations.models.periods import LockedPeriod

__all__ = [
    "Agreement",
    "AgreementParty",
    "Channel",
    "ChannelIntermediary",
    "ChannelParty",
    "Commitment",
    "Conflict",
    "ConflictMandate",
    "FollowUp",
    "LockedPeriod",
    "Meeting",
    "Mute",
    "Participant",
    "Party",
    "Place",
    "words_of_directions",
]
