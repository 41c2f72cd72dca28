"""The codes of the files and those of Parley, both ways."""

from exchanges.vocabulary import Category, OutcomeKind, OutcomeStatus, OutcomeVariant, Stage
from intermediaries.models import ActorKind
from negotiations.vocabulary import CommitmentKind, CommitmentSubject
from sources.models import Quantifier

QUANTIFIER = {"exact": Quantifier.EXACTLY, "approx": Quantifier.ABOUT, "at_least": Quantifier.AT_LEAST}
QUALIFIER = {quantifier.value: qualifier for qualifier, quantifier in QUANTIFIER.items()}

# ``individual`` is the files' word for a person in office; all other kinds are called alike.
ACTOR_KIND = {"individual": ActorKind.PERSON} | {kind.value: kind for kind in ActorKind}
KIND_OF_ACTOR = {ActorKind.PERSON.value: "individual"}

# Which event file holds which kind of outcome, its claim file, and the column that joins the two.
EVENT_FILES = {
    "prisoner_exchanges": (OutcomeKind.EXCHANGE, "exchange_claims", "exchange_id"),
    "remains_returns": (OutcomeKind.REMAINS_TRANSFER, "remains_claims", "return_id"),
    "child_repatriations": (OutcomeKind.CHILD_RETURN, "child_claims", "repatriation_id"),
    "safe_passages": (OutcomeKind.SAFE_PASSAGE, "safe_passage_claims", "passage_id"),
}

# Two statuses of the event files say in what form something was completed.
STATUS_THAT_IS_A_VARIANT = {
    "transfer_third_country": OutcomeVariant.TRANSFER_THIRD_COUNTRY,
    "civilian_release": OutcomeVariant.CIVILIAN_RELEASE,
}
PASSAGE_STATUS = {"ongoing": OutcomeStatus.UNDER_WAY} | {
    status.value: status for status in OutcomeStatus if status != OutcomeStatus.UNDER_WAY
}
STATUS_OF_PASSAGE = {status.value: word for word, status in PASSAGE_STATUS.items()}
PASSAGE_TYPES = (OutcomeVariant.SHIPS.value, OutcomeVariant.EVACUATION.value, OutcomeVariant.CIVILIAN_RETURN.value)

STAGE = {
    Category.PLANNED.value: Stage.PLANNED,
    Category.TO_UKRAINE_CIVILIANS_PLANNED.value: Stage.PLANNED,
    Category.OFFERED.value: Stage.OFFERED,
}

COMMITMENT_KIND = {
    CommitmentSubject.PRISONERS: CommitmentKind.RELEASE,
    CommitmentSubject.PRISONERS_WOUNDED_ILL: CommitmentKind.RELEASE,
    CommitmentSubject.PRISONERS_UNDER25: CommitmentKind.RELEASE,
    CommitmentSubject.WOUNDED: CommitmentKind.RELEASE,
    CommitmentSubject.CIVILIANS: CommitmentKind.REPATRIATION,
    CommitmentSubject.CHILDREN: CommitmentKind.REPATRIATION,
    CommitmentSubject.FOREIGN: CommitmentKind.RELEASE,
    CommitmentSubject.REMAINS: CommitmentKind.TRANSFER_REMAINS,
    CommitmentSubject.SAFE_PASSAGE: CommitmentKind.PASSAGE,
    CommitmentSubject.LETTERS: CommitmentKind.GOODS,
    CommitmentSubject.PARCELS: CommitmentKind.GOODS,
    CommitmentSubject.AMMONIA_EXPORTS: CommitmentKind.GOODS,
    CommitmentSubject.LISTS: CommitmentKind.INFORMATION,
}
EACH_SIDE = "each_side"
MINIMUM = "_minimum"
