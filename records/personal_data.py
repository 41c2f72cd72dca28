"""What looks like personal data of somebody who is not an official: in free text, before it is written.

DOMAIN.md, ground rule 6: no personal data of the held, the dead or children. A rule of thumb finds no name for certain;
it is made to raise few false alarms, and whoever writes may overrule it with a reason (``records.guard``).
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from records.spelling import spelling


class Sort(models.TextChoices):
    """What a piece of text looks like."""

    DOCUMENT = "document", _("the number of somebody’s document")
    TELEPHONE = "telephone", _("a telephone number")
    BIRTH = "birth", _("a date of birth")
    NAMES = "names", _("a list of personal names")


@dataclass(frozen=True)
class Finding:
    """A piece of a text, and what it looks like."""

    sort: Sort
    text: str

    def is_part_of(self, other: "Finding") -> bool:
        return self.sort == other.sort and self.text != other.text and self.text in other.text

    def __str__(self) -> str:
        told = _("“%(text)s” looks like %(sort)s.")
        return str(told) % {"text": Truncator(self.text).chars(60), "sort": self.sort.label}


# Nobody looks at more of one text; a longer one is looked at as far as this.
LONGEST = 200_000
CYRILLIC = "А-ЯЁІЇЄҐ"
CAPITAL = f"A-Z{CYRILLIC}ÀÁÄÇÉÈÍÎÖÓŁŚŞÜÚŽŻŠČĆĐ"
SMALL = "a-zа-яёіїєґàáäçéèíîöółśşüúžżščćđğıńęąřůýě’'ʼ"
# Never looked at: addresses of pages are full of long numbers.
ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# Without the first of these there is no date, without the second no number of anything, without the third no list of
# names: most texts end here.
DIGITS = re.compile(r"\d\d")
MANY_DIGITS = re.compile(r"\d(?:[ ().+/-]{0,3}\d){5}")
SEVERAL = re.compile(r"[;,\t|\n]|\s(?:and|та|і|й|и)\s")


def find(text: str, officials: Callable[[], Collection[str]] = tuple) -> list[Finding]:
    """Return what in a text looks like personal data, in the order of ``Sort`` and of the text.

    ``officials`` returns the names of officials in office, who may be named; it is asked only where names were found.
    """
    text = text[:LONGEST]
    if not text.isascii():
        text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text.replace("№", " ")))
    found = []
    if DIGITS.search(text):
        plain = ADDRESS.sub(" ", text)
        if MANY_DIGITS.search(plain):
            found += [Finding(Sort.DOCUMENT, words) for words in documents(plain)]
            found += [Finding(Sort.TELEPHONE, words) for words in telephones(plain)]
        found += [Finding(Sort.BIRTH, words) for words in births(plain)]
    if SEVERAL.search(text) and names_in_rows(text):
        rows = names_in_rows(text, {spelling(name).rough for name in officials()})
        found += [Finding(Sort.NAMES, rows)] if rows else []
    # A number that was found together with what it is called is told once.
    return [one for one in found if not any(one.is_part_of(other) for other in found)]


def says(text: str, words: Collection[str]) -> bool:
    """Whether one of the words, in small letters, stands in a text."""
    small = text.lower()
    return any(word in small for word in words)


# Numbers of documents -------------------------------------------------------------------------------------------------

CALLED = r"(?:[\s:.,#—–-]|\b(?:no|nr|number|series|серия|серії|серія|номер)\b)*"
DOCUMENTS = (
    r"passports?|паспорт\w*|identity (?:card|document)|id[ -](?:card|number|code)|identification (?:code|number)"
    r"|document (?:no|number)|посвідченн\w+|удостоверени\w+|військов\w+ квит\w+|военн\w+ билет\w*"
    r"|birth certificate|свідоцтв\w+|свидетельств\w+|driving licen[cs]e|tax(?:payer)? (?:no|number|code|id)"
    r"|social security (?:no|number)|рнокпп|іпн|инн|снилс|inn|snils|military id|dog ?tag|жетон\w*"
)
NAMED_DOCUMENT = re.compile(
    rf"\b(?:{DOCUMENTS})\b{CALLED}([{CAPITAL}]{{0,3}}[\s-]*\d(?:[\s-]?\d){{4,13}})(?!\d)", re.IGNORECASE
)
DOCUMENT_SHAPES = [
    re.compile(rf"(?<!\w)[{CYRILLIC}]{{2}}[ -]{{0,3}}\d{{6}}(?!\d)"),  # Ukraine: passport before 2016, identity tag
    re.compile(r"(?<![\w/.-])(?:[A-Z]\d{8}|[A-Z]{2}\d{6,7})(?![\w/-])"),  # passports of many states
    re.compile(r"(?<![\d.,-])\d\d \d\d {1,3}\d{6}(?![\d.,]?\d)"),  # Russia: passport
    re.compile(r"(?<![\d-])\d{3}-\d{3}-\d{3}[ -]\d{2}(?![\d-])"),  # Russia: SNILS
    re.compile(r"(?<![\d-])(?:19|20)\d\d[01]\d[0-3]\d-\d{5}(?![\d-])"),  # Ukraine: entry in the register of persons
]
BARE_NUMBER = re.compile(r"(?<![\w/.,-])(?:\d{10}|\d{12})(?![\w/-]|[.,]\d)")


# Patterns of many words are slow; without one of these, in small letters, they find nothing.
DOCUMENT_WORDS = (
    "passport", "паспорт", "ident", "document", "id", "посвідч", "удостов", "квит", "билет", "certificate", "свідоц",
    "свидет", "licen", "tax", "security", "рнокпп", "іпн", "инн", "снилс", "inn", "snils", "military", "tag", "жетон",
)  # fmt: skip


def documents(text: str) -> Iterator[str]:
    for found in NAMED_DOCUMENT.finditer(text) if says(text, DOCUMENT_WORDS) else ():
        if not is_date(found[1]):
            yield found[0].strip()
    for shape in DOCUMENT_SHAPES:
        yield from (found[0] for found in shape.finditer(text))
    yield from (found[0] for found in BARE_NUMBER.finditer(text) if is_tax_number(found[0]))


def is_tax_number(number: str) -> bool:
    """Whether ten or twelve digits are a tax number of Ukraine (РНОКПП) or of Russia (ИНН of a person).

    Of the first the last digit is a check, and the first five are the days from 31 December 1899 to the day of birth;
    of the second the last two are checks.
    """
    digits = [int(one) for one in number]
    if len(digits) == 10:
        born = dt.date(1899, 12, 31) + dt.timedelta(days=int(number[:5]))
        total = sum(map(int.__mul__, (-1, 5, 7, 9, 4, 6, 10, 5, 7), digits))
        return 1910 <= born.year <= dt.date.today().year and total % 11 % 10 == digits[9]
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    checks = [sum(map(int.__mul__, weights[-length:], digits)) % 11 % 10 for length in (10, 11)]
    return checks == digits[10:]


# Telephones -----------------------------------------------------------------------------------------------------------

TELEPHONE_WORDS = ("tel", "phone", "mobile", "cell", "whatsapp", "viber", "тел", "моб", "факс", "fax")
NAMED_TELEPHONE = re.compile(
    r"\b(?:tel|phone|telephone|mobile|cell|whatsapp|viber|тел|телефон\w*|моб|мобільн\w+|мобильн\w+|факс|fax)\b"
    r"(?:[\s:.,—–-]|\b(?:no|nr|number|номер)\b)*(\(?\d(?:[\s().-]{0,2}\d){5,14})(?!\d)",
    re.IGNORECASE,
)
TELEPHONE_SHAPES = [
    # With the sign of an international number; not a coordinate with its decimals, nor a sum that ends a sentence.
    re.compile(r"(?<![\w+])\+(?!\d{1,3}\.\d{3})[\s(]*\d(?:(?:(?!\.\s)[\s().-]){0,2}\d){8,14}(?!\d)"),
    # As they are written in Ukraine and in Russia.
    re.compile(r"(?<![\w.,+-])\(?0\d{2}\)?[ -]\d{3}[ -]?\d{2}[ -]?\d{2}(?![\d-]|[.,]\d)"),
    re.compile(r"(?<![\w.,+-])0(?:39|50|63|66|67|68|73|77|9[1-9])\d{7}(?![\w-]|[.,]\d)"),
    re.compile(r"(?<![\w.,+-])8[ -]?\(?\d{3}\)?[ -]\d{3}[ -]\d{2}[ -]\d{2}(?![\d-]|[.,]\d)"),
    re.compile(r"(?<![\w.,+-])89\d{9}(?![\w-]|[.,]\d)"),
    re.compile(r"\(0?\d{2,4}\) ?\d{2,3}-\d{2}-\d{2}(?![\d-])"),
]


def telephones(text: str) -> Iterator[str]:
    for found in NAMED_TELEPHONE.finditer(text) if says(text, TELEPHONE_WORDS) else ():
        if not is_date(found[1]):
            yield found[0]
    for shape in TELEPHONE_SHAPES:
        yield from (found[0] for found in shape.finditer(text))


# Dates of birth -------------------------------------------------------------------------------------------------------

DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    r"|\d{1,2}(?:st|nd|rd|th)?\s+[a-zа-яіїєґ]{3,12}\.?,?\s+\d{4}|[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})"
)
YEAR = r"(?:19|20)\d\d"
BIRTHS = [
    re.compile(rf"{before}(?:[\s:.,(—–-]|\bon\b){{0,6}}{date}(?!\d)", re.IGNORECASE)
    for before, date in (
        (
            r"(?:\bborn\b|\bb\.|\bd\.?o\.?b\.?(?!\w)|\bнародив(?:ся|шись)\b|\bнародилася\b|\bнародилась\b|\bнар\."
            r"|\bродил(?:ся|ась)\b|\bрод\.|\bд\. ?[рн]\.)",
            DATE,
        ),
        (
            r"(?:\b(?:date|year|day) of birth\b|\bbirth ?da(?:te|y)\b|\b(?:дата|рік) народження\b"
            r"|\b(?:дата|год) рождения\b)",
            rf"(?:{DATE}|{YEAR})",
        ),
    )
] + [
    re.compile(
        rf"(?<!\d)(?:{DATE}|{YEAR})\s*(?:р\. ?н\.|г\. ?р\.|року народження|рок[уі]в? нар\.|года? рождения)(?!\w)",
        re.IGNORECASE,
    )
]


BIRTH_WORDS = ("born", "birth", "b.", "dob", "d.o.b", "народ", "нар.", "рожд", "родил", "род.", "р.", "н.")


def births(text: str) -> Iterator[str]:
    for shape in BIRTHS if says(text, BIRTH_WORDS) else ():
        yield from (found[0].strip() for found in shape.finditer(text))


def is_date(text: str) -> bool:
    return re.fullmatch(DATE, text.strip(), re.IGNORECASE) is not None


# Lists of names -------------------------------------------------------------------------------------------------------

PART = rf"(?:[{CAPITAL}]['’ʼ])?[{CAPITAL}][{SMALL}]+"  # D’Artagnan
WORD = rf"(?:{PART}(?:-{PART})?|[{CAPITAL}]{{3,}})"
INITIAL = rf"[{CAPITAL}]\."
INITIALS = rf"{INITIAL} ?{INITIAL}"
SUFFIX = (
    "(?:ович|евич|євич|йович|їч|ьич|івна|ївна|овна|евна|ична|инична|ovych|evych|yovych|ovich|evich|ivna|ovna|evna"
    "|ОВИЧ|ЕВИЧ|ЄВИЧ|ЙОВИЧ|ЬИЧ|ІВНА|ЇВНА|ОВНА|ЕВНА|ИЧНА|OVYCH|EVYCH|OVICH|EVICH|IVNA|OVNA|EVNA)"
)
WITH_INITIALS = re.compile(rf"{WORD},? {INITIALS}|{INITIALS} ?{WORD}")
WITH_ONE_INITIAL = re.compile(rf"{WORD},? {INITIAL}|{INITIAL} ?{WORD}")
WITH_PATRONYMIC = re.compile(rf"(?=(?:\S+ )*[{CAPITAL}]\w+{SUFFIX}(?: |$)){WORD} {WORD} {WORD}")
FULL = re.compile(rf"{WORD} (?:{WORD} )?{WORD}")
# Before a name in a row: its number, a mark, a rank. After it: a year, a date, a remark in brackets or behind a dash.
BEFORE = (
    r"(?:\d{1,4}\s?[.):—–-]?\s|[•*·—–-]\s?)?"
    r"(?i:(?:pte|pvt|cpl|sgt|lt|capt|maj|col|private|corporal|sergeant|lieutenant|captain|major|colonel|soldier|sailor"
    r"|солдат|матрос|рядовой|рядовий|прапорщик|капітан|капитан|майор|полковник|підполковник|подполковник"
    r"|(?:(?:мол|ст)\.|молодший|старший|младший|головний)? ?(?:сержант|лейтенант))\.?\s+)?"
)
AFTER = re.compile(rf"\s*(?:\(.*|[—–-]?\s*(?:{DATE}|{YEAR}).*|\s[—–-]\s.*)$", re.IGNORECASE)
# Whoever is named with an office is named as an official.
OFFICE = re.compile(
    r"minist|deput|secretar|ambassador|envoy|presiden|advis|commission|ombuds|chief|head of|director|delegat|represent"
    r"|spokes|chair|governor|mayor|senator|prime|pope|cardinal|міністр|голова|керівни|заступни|радни|посол|секретар"
    r"|уповноваж|депутат|делегац|представ|президент|речни|министр|глава|руковод|замест|советни|помощни|посла",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"[;,\t|]|\s(?:and|та|і|й|и)\s")
# By these a name is told from "Red Cross" and "Nova Kakhovka"; in one spelling for all scripts (records.spelling).
GIVEN = """
    Aleksandr Aleksei Alexander Alexey Alla Alona Alina Anastasiia Anatolii Andrei Andrii Anna Anton Arsen Arsenii
    Artem Artur Bogdan Bohdan Borys Daniil Danylo Daria Denis Denys Dmitrii Dmytro Eduard Ekaterina Elena Evgenii
    Fedir Fedor Galina Georgii Gleb Grigorii Halyna Hanna Heorhii Hlib Hryhorii Igor Ihor Ilia Illia Inna Iryna
    Irina Ivan Kateryna Kirill Konstantin Kostiantyn Ksenia Kyrylo Larisa Larysa Leonid Lidiia Liubov Liudmyla
    Ludmila Maksim Maksym Margarita Maria Mariia Marina Maryna Mark Marko Matvii Mikhail Mykhailo Mykola Mykyta
    Nadiia Natalia Nataliia Nazar Nikita Nikolai Oksana Oleg Oleh Olena Oleksandr Oleksii Oleksandra Olga Olha
    Ostap Pavel Pavlo Petr Petro Polina Roman Rostyslav Ruslan Sergei Serhii Sofiia Stanislav Stepan Svetlana
    Svitlana Taras Tatiana Tetiana Tymofii Tymur Vadim Vadym Valentina Valentyna Valerii Vasilii Vasyl Vera Viktor
    Viktoriia Vira Vitalii Vlad Vladimir Vladislav Vladyslav Volodymyr Viacheslav Vyacheslav Yana Yaroslav Yevhen
    Yevhenii Yevhenia Yulia Yuliia Yurii Yuri Zakhar Zinaida Zoia
"""
GIVEN_NAMES = frozenset(spelling(name).rough for name in GIVEN.split())
# So many, one after the other, are a list: each in a row of its own, or formal ones; in a sentence it takes more.
IN_ROWS, IN_A_SENTENCE = 3, 5
SHORT = 60  # characters of a row behind its name
LONGEST_NAME = 100
BEGINS_WITH_NAME = re.compile(rf"(?P<before>{BEFORE})(?:{INITIAL}|{WORD},? [{CAPITAL}])")


def names_in_rows(text: str, officials: Collection[str] = ()) -> str:
    """Return the first list of names in a text; nothing where there is none, or only of ``officials`` (spelled rough).

    A list are rows that begin with a name, or names between commas, without anything else between them.
    """
    run: list[tuple[str, float]] = []
    for line in text.splitlines():
        pieces = [piece.strip() for piece in BETWEEN.split(line) if piece.strip()]
        weights = [likeness(piece, officials) for piece in pieces]
        if any(weights) and OFFICE.search(line):
            weights = [0.0]
        elif weights and weights[0] and not any(weights[1:]) and len(line) - len(pieces[0]) <= SHORT:
            weights = [1 / IN_ROWS]
        for piece, weight in zip(pieces, weights, strict=False):
            run = [*run, (piece, weight)] if weight else []
            if sum(weight for _piece, weight in run) > 0.99:
                return ", ".join(piece for piece, _weight in run)
    return ""


def likeness(piece: str, officials: Collection[str]) -> float:
    """Return how much of a list a piece of a sentence is, if it is a personal name; else 0."""
    if len(piece) > LONGEST_NAME or not (found := BEGINS_WITH_NAME.match(piece)):
        return 0.0
    name = " ".join(AFTER.sub("", piece[found.end("before") :]).split())
    if not (shape := next((one for one in NAME_SHAPES if one.fullmatch(name)), None)):
        return 0.0
    if shape is FULL and not any(spelling(word).rough in GIVEN_NAMES for word in name.split()):
        return 0.0
    if spelling(name).rough in officials:
        return 0.0
    return 1 / (IN_A_SENTENCE if shape in (FULL, WITH_ONE_INITIAL) else IN_ROWS)


NAME_SHAPES = (WITH_INITIALS, WITH_PATRONYMIC, WITH_ONE_INITIAL, FULL)
