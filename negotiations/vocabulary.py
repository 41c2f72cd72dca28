"""Closed lists of the negotiations room. Sources: FIELD.md 5.1, 5.3 to 5.6; DOMAIN.md section 2."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    """Whether the parties meet each other."""

    DIRECT = "direct", _("Direct")
    MEDIATED = "mediated", _("Mediated")
    MIXED = "mixed", _("Direct and mediated")


class Track(models.TextChoices):
    """Who talks: officials, officials unofficially, private persons, people to people."""

    TRACK_1 = "track_1", _("Track 1: officials")
    TRACK_1_5 = "track_1_5", _("Track 1.5: officials, unofficially")
    TRACK_2 = "track_2", _("Track 2: private persons")
    TRACK_3 = "track_3", _("Track 3: people to people")
    UNKNOWN = "unknown", _("Not known")


class Openness(models.TextChoices):
    """How much of a channel is known to the public."""

    PUBLIC = "public", _("Public")
    DISCREET = "discreet", _("Discreet")
    BACK_CHANNEL = "back_channel", _("Back channel")
    UNKNOWN = "unknown", _("Not known")


class ChannelStatus(models.TextChoices):
    """Where a channel stands, as declared."""

    EXPLORATORY = "exploratory", _("Exploratory")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    DORMANT = "dormant", _("Dormant")
    ENDED = "ended", _("Ended")


class Topic(models.TextChoices):
    """What a channel or a meeting is about."""

    PRISONERS = "prisoners", _("Prisoners")
    WOUNDED = "wounded", _("Wounded and sick")
    CIVILIANS = "civilians", _("Civilians held")
    CHILDREN = "children", _("Children")
    FAMILIES = "families", _("Families")
    REMAINS = "remains", _("Remains")
    MISSING = "missing", _("Missing")
    LETTERS = "letters", _("Letters")
    PARCELS = "parcels", _("Parcels")
    SAFE_PASSAGE = "safe_passage", _("Safe passage")
    HUMANITARIAN_CORRIDORS = "humanitarian_corridors", _("Humanitarian corridors")
    SHIPS = "ships", _("Ships")
    ENERGY = "energy", _("Energy")
    ACCESS = "access", _("Access to the detained")
    CEASEFIRE = "ceasefire", _("Ceasefire")
    SETTLEMENT = "settlement", _("Settlement")


class PlacePrecision(models.TextChoices):
    """How exactly a place is known, after UCDP."""

    EXACT = "exact", _("exact")
    NEAR = "near", _("within 25 km")
    DISTRICT = "adm2", _("district")
    REGION = "adm1", _("region")
    LINE = "line_or_fuzzy", _("line or vague area")
    COUNTRY = "country", _("country")
    SEA_OR_AIR = "sea_or_air", _("at sea or in the air")
    UNDISCLOSED = "undisclosed", _("not disclosed")
    UNKNOWN = "unknown", _("not known")


class MeetingFormat(models.TextChoices):
    """How the parties met."""

    IN_PERSON = "in_person", _("In person")
    VIDEO = "video", _("Video")
    CALL = "call", _("Phone")
    MESSAGE = "message", _("Letters or messages")
    PROXIMITY = "proximity", _("Proximity talks")
    SHUTTLE = "shuttle", _("Shuttle")
    HANDOVER_CONTACT = "handover_contact", _("Contact at the handover")


class MeetingStatus(models.TextChoices):
    """Whether a meeting took place."""

    RUMOURED = "rumoured", _("Rumoured")
    ANNOUNCED = "announced", _("Announced")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_PROGRESS = "in_progress", _("In progress")
    HELD = "held", _("Held")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")
    DENIED = "denied", _("Denied by a side")


class MeetingResult(models.TextChoices):
    """What a meeting led to."""

    AGREEMENT = "agreement", _("Agreement")
    PARTIAL = "partial", _("Partial agreement")
    AGREED_TO_CONTINUE = "agreed_to_continue", _("Agreed to continue")
    NONE = "none", _("No result")
    BROKEN_OFF = "broken_off", _("Broken off")
    UNKNOWN = "unknown", _("Not known")


class ParticipantRole(models.TextChoices):
    """In which role somebody takes part."""

    HEAD_OF_DELEGATION = "head_of_delegation", _("Head of delegation")
    MEMBER = "member", _("Member")
    MEDIATOR = "mediator", _("Mediator")
    HOST = "host", _("Host")
    OBSERVER = "observer", _("Observer")
    INTERPRETER = "interpreter", _("Interpreter")
    GUARANTOR = "guarantor", _("Guarantor")
    UNSPECIFIED = "unspecified", _("Role not stated")


class AgreementForm(models.TextChoices):
    """In which form something was agreed."""

    SIGNED = "signed", _("Signed")
    INITIALLED = "initialled", _("Initialled")
    ORAL = "oral", _("Oral")
    JOINT_STATEMENT = "joint_statement", _("Joint statement")
    PARALLEL_STATEMENTS = "parallel_statements", _("Parallel statements")
    MIRROR_AGREEMENTS = "mirror_agreements", _("Mirror agreements with a third party")
    CLAIMED_ONLY = "claimed_only", _("Claimed only")
    UNKNOWN = "unknown", _("Not known")


class AgreementStage(models.TextChoices):
    """PA-X stage (codebook V8)."""

    PRE = "Pre", _("Pre-negotiation or process")
    CEASEFIRE = "Cea", _("Ceasefire")
    PARTIAL = "SubPar", _("Framework, partial")
    COMPREHENSIVE = "SubComp", _("Framework, comprehensive")
    IMPLEMENTATION = "Imp", _("Implementation")
    RENEWAL = "Ren", _("Renewal")
    OTHER = "Other", _("Other")
    UNKNOWN = "", _("Not assessed")


class AgreementStatus(models.TextChoices):
    """Where an agreement stands."""

    PROPOSED = "proposed", _("Proposed")
    TENTATIVE = "tentative", _("Tentative")
    AGREED = "agreed", _("Agreed")
    SIGNED = "signed", _("Signed")
    IMPLEMENTED = "implemented", _("Implemented")
    PARTLY_IMPLEMENTED = "partly_implemented", _("Partly implemented")
    COLLAPSED = "collapsed", _("Collapsed")


class CommitmentKind(models.TextChoices):
    """What is promised."""

    RELEASE = "release", _("Release")
    EXCHANGE = "exchange", _("Exchange")
    TRANSFER_REMAINS = "transfer_remains", _("Transfer of remains")
    REPATRIATION = "repatriation", _("Repatriation")
    PAUSE = "pause", _("Pause")
    PASSAGE = "passage", _("Passage")
    ACCESS_VISIT = "access_visit", _("Visit")
    INFORMATION = "information", _("Information")
    PROCESS = "process", _("To meet again")
    GOODS = "goods", _("Goods")
    OTHER = "other", _("Other")


class CommitmentSubject(models.TextChoices):
    """Whom or what a promise is about."""

    PRISONERS = "prisoners", _("prisoners")
    PRISONERS_WOUNDED_ILL = "prisoners_wounded_ill", _("seriously wounded and ill prisoners")
    PRISONERS_UNDER25 = "prisoners_under25", _("prisoners under 25")
    WOUNDED = "wounded", _("wounded")
    CIVILIANS = "civilians", _("civilians")
    PERSONS = "persons", _("persons")
    CHILDREN = "children", _("children")
    REMAINS = "remains", _("remains")
    FOREIGN = "foreign", _("foreign nationals")
    INTERNMENT = "internment", _("persons interned in a third state")
    SAFE_PASSAGE = "safe_passage", _("safe passage")
    LETTERS = "letters", _("letters")
    PARCELS = "parcels", _("parcels")
    LISTS = "lists", _("lists")
    AMMONIA_EXPORTS = "ammonia_exports", _("ammonia exports")
    OTHER = "other", _("other")


class QuantityKind(models.TextChoices):
    """Whether a promise has a number."""

    NUMBER = "number", _("a number")
    ALL = "all", _("all")
    NOT_AGREED = "not_agreed", _("number not agreed or not stated")
    WORDS = "words", _("no number, in words")


class Reciprocity(models.TextChoices):
    """What is given in return."""

    UNILATERAL = "unilateral", _("Unilateral")
    ONE_FOR_ONE = "one_for_one", _("One for one")
    ALL_FOR_ALL = "all_for_all", _("All for all of a category")
    RATIO = "ratio", _("By ratio")
    CONDITIONAL = "conditional", _("Conditional")
    UNSPECIFIED = "unspecified", _("Not stated")


class TermCertainty(models.TextChoices):
    """How certain a promised term is."""

    AGREED_BY_BOTH = "agreed_by_both", _("Agreed by both")
    STATED_BY_ONE = "stated_by_one", _("Stated by one side")
    OFFERED = "offered", _("Offered")
    DEMANDED = "demanded", _("Demanded")
    REFUSED = "refused", _("Refused")
    UNKNOWN = "unknown", _("Not assessed")
