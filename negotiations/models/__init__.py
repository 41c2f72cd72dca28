"""Conflict, channel, meeting, agreement, commitment."""

from negotiations.models.agreements import Agreement, AgreementParty, Commitment
from negotiations.models.channels import Channel, ChannelIntermediary, ChannelParty
from negotiations.models.conflicts import Conflict, ConflictMandate, Party, Place
from negotiations.models.meetings import FollowUp, Meeting, Participant

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
    "Meeting",
    "Participant",
    "Party",
    "Place",
]
