"""Closed lists of the exchanges room. Sources: FIELD.md 5.7 to 5.10; the public record's data dictionary."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.vocabulary import CommitmentSubject


class OutcomeKind(models.TextChoices):
    """What kind of humanitarian event an outcome is."""

    EXCHANGE = "exchange", _("Exchange of prisoners")
    REMAINS_TRANSFER = "remains_transfer", _("Transfer of remains")
    CHILD_RETURN = "child_return", _("Return of children")
    SAFE_PASSAGE = "safe_passage", _("Safe passage")
    RELEASE = "release", _("Release")
    REPATRIATION = "repatriation", _("Repatriation")
    ACCOMMODATION_NEUTRAL = "accommodation_neutral", _("Accommodation in a neutral country")
    FAMILY_REUNIFICATION = "family_reunification", _("Family reunification")
    EVACUATION = "evacuation", _("Evacuation")
    HUMANITARIAN_PAUSE = "humanitarian_pause", _("Humanitarian pause")
    ACCESS_VISIT = "access_visit", _("Visit to the detained")
    INFORMATION_EXCHANGE = "information_exchange", _("Exchange of information")


class OutcomeVariant(models.TextChoices):
    """A narrower form of an outcome, where it has one."""

    NONE = "", _("none")
    TRANSFER_THIRD_COUNTRY = "transfer_third_country", _("transfer to a third country")
    CIVILIAN_RELEASE = "civilian_release", _("release of civilians")
    SHIPS = "ships", _("ships")
    EVACUATION = "evacuation", _("evacuation")
    CIVILIAN_RETURN = "civilian_return", _("return of civilians")


class OutcomeStatus(models.TextChoices):
    """Whether an outcome took place."""

    PROPOSED = "proposed", _("Proposed")
    ANNOUNCED = "announced", _("Announced")
    SCHEDULED = "scheduled", _("Scheduled")
    UNDER_WAY = "under_way", _("Under way")
    COMPLETED = "completed", _("Completed")
    PARTLY_COMPLETED = "partly_completed", _("Partly completed")
    POSTPONED = "postponed", _("Postponed")
    ABORTED = "aborted", _("Aborted")
    COLLAPSED = "collapsed", _("Collapsed")
    OFFERED_NOT_ACCEPTED = "offered_not_accepted", _("Offered, not accepted")
    DENIED = "denied", _("Denied by a side")


class Category(models.TextChoices):
    """Of whom or of what a figure speaks. ``ROLE_OF_CATEGORY`` says how it may be compared."""

    TOTAL = "total", _("total")
    POW = "pow", _("prisoners of war")
    MILITARY = "military", _("military")
    CIVILIAN = "civilian", _("civilians")
    CIVILIANS = "civilians", _("civilians")
    CIVILIANS_TOTAL = "civilians_total", _("civilians, total so far")
    CIVILIANS_DAY = "civilians_day", _("civilians on the day")
    TO_UKRAINE_CIVILIANS = "to_ukraine_civilians", _("civilians to Ukraine")
    TO_UKRAINE_CIVILIANS_PLANNED = "to_ukraine_civilians_planned", _("civilians to Ukraine, planned")
    TO_UKRAINE_CIVILIANS_NOT_DELIVERED = "to_ukraine_civilians_not_delivered", _("civilians to Ukraine, not delivered")
    TO_UKRAINE_EXPELLED = "to_ukraine_expelled", _("expelled to Ukraine")
    TO_RUSSIA_CIVILIANS = "to_russia_civilians", _("civilians to Russia")
    KURSK_CIVILIANS = "kursk_civilians", _("civilians of Kursk region")
    WOMEN = "women", _("women")
    OFFICERS = "officers", _("officers")
    WOUNDED = "wounded", _("wounded and sick")
    AZOV = "azov", _("Azov brigade")
    AZOVSTAL_DEFENDERS = "azovstal_defenders", _("defenders of Azovstal")
    MARIUPOL_DEFENDERS = "mariupol_defenders", _("defenders of Mariupol")
    FROM_AZOVSTAL = "from_azovstal", _("from Azovstal")
    FOREIGN = "foreign", _("foreign nationals")
    OWN_NATIONALS = "own_nationals", _("own nationals")
    COLLABORATORS = "collaborators", _("convicted of collaboration")
    INTERNED_THIRD_COUNTRY = "interned_third_country", _("interned in a third country")
    REFUSED_RETURN = "refused_return", _("refused to return")
    PLANNED = "planned", _("planned")
    OFFERED = "offered", _("offered")
    CONFIRMED_ON_DAY = "confirmed_on_day", _("confirmed on the day")
    KILLED_IN_TRANSIT = "killed_in_transit", _("killed on the way")
    REMAINS = "remains", _("remains")
    REMAINS_FOREIGN = "remains_foreign", _("remains of foreign nationals")
    REMAINS_CIVILIAN = "remains_civilian", _("remains of civilians")
    REMAINS_FROM_RUSSIAN_MORGUES = "remains_from_russian_morgues", _("remains from morgues in Russia")
    DIED_IN_CAPTIVITY = "died_in_captivity", _("died in captivity")
    FOUND_TO_BE_OTHER_SIDE = "found_to_be_other_side", _("found to be the other side’s")
    CHILDREN = "children", _("children")
    ADULTS = "adults", _("adults")
    ARRIVED = "arrived", _("arrived")
    VESSELS = "vessels", _("vessels")
    VESSEL_MOVEMENTS = "vessel_movements", _("movements of vessels")
    OUTBOUND_VOYAGES = "outbound_voyages", _("outbound voyages")
    INSPECTIONS = "inspections", _("inspections")
    CARGO_TONNES = "cargo_tonnes", _("tonnes of cargo")
    WFP_TONNES = "wfp_tonnes", _("tonnes for the World Food Programme")
    CORRIDORS = "corridors", _("corridors")
    ISTANBUL_ALL_FOR_ALL = "istanbul_all_for_all", _("under the all-for-all of Istanbul")


def words_of_categories() -> dict[str, str]:
    """Return the words of each category, for figures that keep it as text."""
    return dict(Category.choices)


class CategoryRole(models.TextChoices):
    """How figures of a category may be compared. Parts add up to one claimant's total; attributes overlap."""

    HEADLINE = "headline", _("total")
    PART = "part", _("part of the total")
    ATTRIBUTE = "attribute", _("overlapping attribute")
    NOT_DELIVERY = "not_delivery", _("not a delivery")
    OWN_UNIT = "own_unit", _("counted by itself")


ROLE_OF_CATEGORY: dict[str, CategoryRole] = {
    Category.TOTAL: CategoryRole.HEADLINE,
    Category.POW: CategoryRole.PART,
    Category.MILITARY: CategoryRole.PART,
    Category.CIVILIAN: CategoryRole.PART,
    **dict.fromkeys(
        [
            Category.WOMEN,
            Category.OFFICERS,
            Category.WOUNDED,
            Category.AZOV,
            Category.AZOVSTAL_DEFENDERS,
            Category.MARIUPOL_DEFENDERS,
            Category.FROM_AZOVSTAL,
            Category.FOREIGN,
            Category.OWN_NATIONALS,
            Category.COLLABORATORS,
            Category.INTERNED_THIRD_COUNTRY,
            Category.REMAINS_FOREIGN,
            Category.REMAINS_CIVILIAN,
            Category.REMAINS_FROM_RUSSIAN_MORGUES,
            Category.DIED_IN_CAPTIVITY,
            Category.ADULTS,
        ],
        CategoryRole.ATTRIBUTE,
    ),
    **dict.fromkeys(
        [
            Category.PLANNED,
            Category.OFFERED,
            Category.REFUSED_RETURN,
            Category.KILLED_IN_TRANSIT,
            Category.CONFIRMED_ON_DAY,
            Category.FOUND_TO_BE_OTHER_SIDE,
            Category.TO_UKRAINE_CIVILIANS_PLANNED,
            Category.TO_UKRAINE_CIVILIANS_NOT_DELIVERED,
        ],
        CategoryRole.NOT_DELIVERY,
    ),
}


def role_of(category: str) -> CategoryRole:
    """Return how figures of the category may be compared; those with a unit of their own by default."""
    return ROLE_OF_CATEGORY.get(category, CategoryRole.OWN_UNIT)


# Of what the figure at the head of an outcome speaks, or that of a promise, by kind, form or subject; of all others it
# is the total. Only figures of one category are compared.
MAIN_CATEGORY: dict[str, Category] = {
    OutcomeKind.REMAINS_TRANSFER: Category.REMAINS,
    OutcomeKind.CHILD_RETURN: Category.CHILDREN,
    OutcomeKind.EVACUATION: Category.CIVILIANS,
    OutcomeVariant.SHIPS: Category.VESSELS,
    OutcomeVariant.CIVILIAN_RETURN: Category.CIVILIANS,
    CommitmentSubject.REMAINS: Category.REMAINS,
    CommitmentSubject.CHILDREN: Category.CHILDREN,
    CommitmentSubject.CIVILIANS: Category.CIVILIANS,
}


class Stage(models.TextChoices):
    """Of which stage of an outcome a figure speaks; figures of different stages are not compared."""

    DELIVERED = "delivered", _("delivered")
    PLANNED = "planned", _("planned")
    OFFERED = "offered", _("offered")
    PROMISED = "promised", _("promised")


# Of which stage the figures of an outcome speak that has not taken place yet; of any other they speak of the delivery.
STAGE_OF_STATUS: dict[str, Stage] = {
    OutcomeStatus.PROPOSED: Stage.OFFERED,
    OutcomeStatus.ANNOUNCED: Stage.PLANNED,
    OutcomeStatus.SCHEDULED: Stage.PLANNED,
    OutcomeStatus.OFFERED_NOT_ACCEPTED: Stage.OFFERED,
}


class LegalBasis(models.TextChoices):
    """Provisions that somebody invokes: tags, not findings."""

    GC1_15 = "GC1-15", "GC I 15"
    GC1_16 = "GC1-16", "GC I 16"
    GC1_17 = "GC1-17", "GC I 17"
    GC3_109 = "GC3-109", "GC III 109"
    GC3_110 = "GC3-110", "GC III 110"
    GC3_111 = "GC3-111", "GC III 111"
    GC3_112 = "GC3-112", "GC III 112"
    GC3_117 = "GC3-117", "GC III 117"
    GC3_118 = "GC3-118", "GC III 118"
    GC3_119 = "GC3-119", "GC III 119"
    GC3_120 = "GC3-120", "GC III 120"
    GC3_122 = "GC3-122", "GC III 122"
    GC4_24 = "GC4-24", "GC IV 24"
    GC4_26 = "GC4-26", "GC IV 26"
    GC4_45 = "GC4-45", "GC IV 45"
    GC4_49 = "GC4-49", "GC IV 49"
    GC4_50 = "GC4-50", "GC IV 50"
    GC4_132 = "GC4-132", "GC IV 132"
    AP1_32 = "AP1-32", "AP I 32"
    AP1_33 = "AP1-33", "AP I 33"
    AP1_34 = "AP1-34", "AP I 34"
    AP1_74 = "AP1-74", "AP I 74"
    AP1_78 = "AP1-78", "AP I 78"
    CIHL_105 = "CIHL-105", "CIHL 105"
    CIHL_114 = "CIHL-114", "CIHL 114"
    CIHL_117 = "CIHL-117", "CIHL 117"
    CIHL_124 = "CIHL-124", "CIHL 124"
    CIHL_128 = "CIHL-128", "CIHL 128"
    CIHL_131 = "CIHL-131", "CIHL 131"
    CIHL_132 = "CIHL-132", "CIHL 132"


class EstimateMethod(models.TextChoices):
    """By which rule a best figure was reached. Source: DOMAIN.md section 3."""

    ALL_AGREE = "all_agree", _("all claims agree")
    ONLY_CLAIM = "only_claim", _("the only claim made")
    RECEIVING_SIDE = "receiving_side", _("the receiving side's own itemised count")
    REVIEWER = "reviewer", _("set by a reviewer")
    UNRESOLVED = "unresolved", _("unresolved")


class DifferenceReason(models.TextChoices):
    """Why claims differ. Source: DOMAIN.md section 3."""

    CIVILIANS = "civilians", _("civilians counted or not")
    WOUNDED = "wounded", _("wounded counted apart")
    CUT_OFF = "cut_off", _("other cut-off")
    STAGE = "stage", _("other stage")
    DEFINITION = "definition", _("other definition")
    SENT_RECEIVED = "sent_received", _("sent against received")
    UNVERIFIED = "unverified", _("unverified")
    MISPRINT = "misprint", _("misprint")
    UNEXPLAINED = "unexplained", _("unexplained")


class EstimateUse(models.TextChoices):
    """What part a claim has in an estimate. Source: FIELD.md 5.10, after Helix."""

    RECOMMENDED = "recommended", _("recommended figure")
    TRIANGULATION = "triangulation", _("for comparison")
    EXCLUDED = "excluded", _("excluded")


class ActorRole(models.TextChoices):
    """An actor's role in an outcome. Source: FIELD.md 5.2 and 5.3."""

    RELEASING = "releasing", _("Releasing side")
    RECEIVING = "receiving", _("Receiving side")
    TRANSIT = "transit", _("Transit")
    ESCORT = "escort", _("Escort")
    MEDIATION = "mediation", _("Mediation")
    FACILITATION = "facilitation", _("Facilitation")
    HUMANITARIAN_FACILITATION = "humanitarian_facilitation", _("Humanitarian facilitation")
    NEUTRAL_INTERMEDIARY = "neutral_intermediary", _("Neutral intermediary")
    HOSTING = "hosting", _("Hosting")
    INTERMEDIARY = "intermediary", _("Intermediary, role not stated")


class TotalScope(models.TextChoices):
    """What a running total covers."""

    SINCE_INVASION = "since_invasion", _("since the invasion, or since the mediation began")
    WINDOW = "window", _("since a stated day")


class LedgerState(models.TextChoices):
    """How a promise stands, computed for each reader. Source: FIELD.md 5.6 and DOMAIN.md section 4."""

    OPEN = "open", _("open")
    DUE = "due", _("due")
    OVERDUE = "overdue", _("overdue")
    PART_DELIVERED = "part_delivered", _("part delivered")
    FULFILLED = "fulfilled", _("fulfilled")
    EXCEEDED = "exceeded", _("exceeded")
    LAPSED = "lapsed", _("lapsed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DISPUTED = "disputed", _("disputed")
    AMENDED = "amended", _("amended")
