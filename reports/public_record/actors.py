"""Who is who in the files: every name that means the same actor, in an explicit table.

``official`` marks those whose figures are official statements of a side; all others speak as third parties, Media as
media. Intermediaries take their name, kind and notes from intermediaries.csv; the rest is recorded from here.
"""

from dataclasses import dataclass

from intermediaries.models import ActorKind, MandateRole, NameKind
from sources.models import ClaimKind

LATIN, CYRILLIC, ARABIC = "Latn", "Cyrl", "Arab"


@dataclass(frozen=True)
class Name:
    """One more name of an actor; ``text`` is also understood in the files."""

    text: str
    language: str = "en"
    script: str = LATIN
    kind: str = NameKind.ALIAS


@dataclass(frozen=True)
class KnownActor:
    """An actor of the public record: key (its external id), name, kind and further names."""

    key: str
    name: str
    kind: str
    iso: str = ""
    names: tuple[Name, ...] = ()
    official: bool = False

    @property
    def claim_kind(self) -> str:
        """What sort of statement a figure by this actor is."""
        if self.official:
            return ClaimKind.OFFICIAL
        return ClaimKind.MEDIA_REPORT if self.kind == ActorKind.MEDIA else ClaimKind.THIRD_PARTY


def slavic(ukrainian: str, russian: str) -> tuple[Name, Name]:
    """Return the Ukrainian and the Russian name."""
    return (
        Name(ukrainian, "uk", CYRILLIC, NameKind.SHORT),
        Name(russian, "ru", CYRILLIC, NameKind.SHORT),
    )


STATE, IGO, NGO, RELIGIOUS, OTHER = (
    ActorKind.STATE,
    ActorKind.IGO,
    ActorKind.NGO,
    ActorKind.RELIGIOUS,
    ActorKind.OTHER,
)
OFFICIAL, SHORT = NameKind.OFFICIAL, NameKind.SHORT

KNOWN = (
    KnownActor(
        "actor-ukraine",
        "Ukraine",
        STATE,
        "UKR",
        (Name("Україна", "uk", CYRILLIC, OFFICIAL), Name("Украина", "ru", CYRILLIC, SHORT)),
        official=True,
    ),
    KnownActor(
        "actor-russia",
        "Russia",
        STATE,
        "RUS",
        (
            Name("Russian Federation", kind=OFFICIAL),
            Name("Российская Федерация", "ru", CYRILLIC, OFFICIAL),
            *slavic("Росія", "Россия"),
        ),
        official=True,
    ),
    KnownActor(
        "actor-dpr",
        "DPR (self-proclaimed)",
        ActorKind.DE_FACTO_AUTHORITY,
        "",
        (
            Name("DPR"),
            Name("Self-proclaimed DPR"),
            Name("ДНР", "uk", CYRILLIC),
            Name("ДНР", "ru", CYRILLIC),
        ),
        official=True,
    ),
    KnownActor(
        "actor-lpr",
        "LPR (self-proclaimed)",
        ActorKind.DE_FACTO_AUTHORITY,
        "",
        (
            Name("LPR"),
            Name("Self-proclaimed LPR"),
            Name("ЛНР", "uk", CYRILLIC),
            Name("ЛНР", "ru", CYRILLIC),
        ),
        official=True,
    ),
    KnownActor("actor-chechnya", "Chechnya", OTHER, "", slavic("Чечня", "Чечня"), official=True),
    KnownActor(
        "actor-wagner",
        "Wagner group",
        ActorKind.ARMED_GROUP,
        "",
        (
            Name("ПВК «Вагнер»", "uk", CYRILLIC),
            Name("ЧВК «Вагнер»", "ru", CYRILLIC),
        ),
        official=True,
    ),
    KnownActor("actor-azov-representative", "Azov representative", OTHER, official=True),
    KnownActor("actor-families", "families", OTHER),
    KnownActor("actor-media", "Media", ActorKind.MEDIA),
    KnownActor("actor-researcher", "Researcher", ActorKind.RESEARCHER),
    KnownActor("actor-ngo", "NGO", NGO),
    KnownActor(
        "TUR",
        "Türkiye",
        STATE,
        "TUR",
        (
            Name("Türkiye", "tr", LATIN, OFFICIAL),
            Name("Turkey"),
            *slavic("Туреччина", "Турция"),
        ),
    ),
    KnownActor(
        "SAU",
        "Saudi Arabia",
        STATE,
        "SAU",
        (
            *slavic("Саудівська Аравія", "Саудовская Аравия"),
            Name("السعودية", "ar", ARABIC, SHORT),
        ),
    ),
    KnownActor(
        "ARE",
        "United Arab Emirates",
        STATE,
        "ARE",
        (
            Name("UAE", kind=SHORT),
            Name("Об’єднані Арабські Емірати", "uk", CYRILLIC, OFFICIAL),
            Name("Объединённые Арабские Эмираты", "ru", CYRILLIC, OFFICIAL),
            *slavic("ОАЕ", "ОАЭ"),
            Name("الإمارات العربية المتحدة", "ar", ARABIC, OFFICIAL),
        ),
    ),
    KnownActor("QAT", "Qatar", STATE, "QAT", (*slavic("Катар", "Катар"), Name("قطر", "ar", ARABIC, SHORT))),
    KnownActor(
        "VAT",
        "Holy See",
        RELIGIOUS,
        "VAT",
        (
            Name("Vatican"),
            *slavic("Святий Престол", "Святой Престол"),
            Name("Ватикан", "uk", CYRILLIC),
            Name("Santa Sede", "it", LATIN, SHORT),
        ),
    ),
    KnownActor(
        "ICRC",
        "International Committee of the Red Cross",
        IGO,
        "",
        (
            Name("ICRC", kind=SHORT),
            Name("Міжнародний комітет Червоного Хреста", "uk", CYRILLIC, OFFICIAL),
            Name("Международный комитет Красного Креста", "ru", CYRILLIC, OFFICIAL),
            *slavic("МКЧХ", "МККК"),
            Name("CICR", "fr", LATIN, SHORT),
        ),
    ),
    KnownActor(
        "UN",
        "United Nations",
        IGO,
        "",
        (
            Name("UN", kind=SHORT),
            Name("Організація Об’єднаних Націй", "uk", CYRILLIC, OFFICIAL),
            Name("Организация Объединённых Наций", "ru", CYRILLIC, OFFICIAL),
            *slavic("ООН", "ООН"),
        ),
    ),
    KnownActor(
        "USA",
        "United States",
        STATE,
        "USA",
        (
            Name("USA", kind=SHORT),
            Name("United States of America", kind=OFFICIAL),
            *slavic("США", "США"),
        ),
    ),
    KnownActor(
        "BLR",
        "Belarus",
        STATE,
        "BLR",
        (
            Name("Беларусь", "be", CYRILLIC, OFFICIAL),
            *slavic("Білорусь", "Беларусь"),
            Name("Белоруссия", "ru", CYRILLIC),
        ),
    ),
    KnownActor(
        "HUN",
        "Hungary",
        STATE,
        "HUN",
        (Name("Magyarország", "hu", LATIN, OFFICIAL), *slavic("Угорщина", "Венгрия")),
    ),
    KnownActor(
        "ROC",
        "Russian Orthodox Church (Moscow Patriarchate)",
        RELIGIOUS,
        "RUS",
        (
            Name("Russian Orthodox Church", kind=SHORT),
            *slavic("Російська православна церква", "Русская православная церковь"),
            Name("РПЦ", "ru", CYRILLIC),
        ),
    ),
    KnownActor(
        "MALTA",
        "Hungarian Charity Service of the Order of Malta",
        NGO,
        "HUN",
        (Name("Magyar Máltai Szeretetszolgálat", "hu", LATIN, OFFICIAL),),
    ),
    KnownActor("SAVEUKR", "Save Ukraine", NGO, "UKR"),
    KnownActor("CHE", "Switzerland", STATE, "CHE", slavic("Швейцарія", "Швейцария")),
)

# Only where the notes of intermediaries.csv say one role plainly.
MANDATE_ROLES = {
    "ARE": MandateRole.MEDIATION,
    "QAT": MandateRole.MEDIATION,
    "USA": MandateRole.MEDIATION,
    "CHE": MandateRole.HOSTING,
}

COUNTRY_NAMES = {actor.iso: actor.name for actor in KNOWN if actor.kind == STATE}


def names_of(known: KnownActor) -> dict[str, Name]:
    """Return the further names by the key they are kept under."""
    return {f"{known.key}/name/{name.language}/{name.text}": name for name in known.names}
