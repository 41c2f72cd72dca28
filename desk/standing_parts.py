"""The repeated parts of what lasts: of actors and of channels."""

from desk.parts import Part
from intermediaries.forms import MandateFormSet, NameFormSet
from intermediaries.models import ActorName, Mandate
from negotiations.channel_forms import IntermediaryFormSet
from negotiations.models import ChannelIntermediary
from records.dates import Dated, DatePrecision
from records.entry_forms import PartialDate

DATES = ("started_on", "ended_on", "date_precision")


class Names(Part):
    prefix = "names"
    formset = NameFormSet
    model = ActorName
    link = "actor"
    fields = ("name", "name_kind", "language", "script")


class LastingPart(Part):
    """A part that holds from one date to another. How exactly the first is known follows from what was typed of it;
    a part whose dates were left as they were shown keeps its own.
    """

    def initial(self, part):
        shown = {name: as_typed(getattr(part, name), part.date_precision) for name in ("started_on", "ended_on")}
        return super().initial(part) | shown

    def write(self, actor, record, row, existing, position, *, draft):
        start, end = row.get("started_on"), row.get("ended_on")
        dates = {"started_on": start, "ended_on": end, "date_precision": precision_of(start)}
        if existing is not None and shown_dates(existing) == [parts_of(start), parts_of(end)]:
            dates = {name: getattr(existing, name) for name in DATES}
        return super().write(actor, record, row | dates, existing, position, draft=draft)


def as_typed(date, precision: str) -> list:
    """Return day, month and year as they stand in the form: only what is known."""
    if date is None:
        return ["", "", ""]
    has_month = precision != DatePrecision.YEAR
    return [
        date.day if has_month and precision != DatePrecision.MONTH else "",
        date.month if has_month else "",
        date.year,
    ]


def shown_dates(part: Dated) -> list[list]:
    return [as_typed(getattr(part, name), part.date_precision) for name in ("started_on", "ended_on")]


def parts_of(date: PartialDate | None) -> list:
    """Return day, month and year as they were typed."""
    if date is None:
        return ["", "", ""]
    return [date.day if date.has_day else "", date.month if date.has_month else "", date.year]


def precision_of(date: PartialDate | None) -> str:
    """Return how exactly a date is known: as far as it was typed."""
    if date is None or date.has_day:
        return DatePrecision.DAY
    return DatePrecision.MONTH if date.has_month else DatePrecision.YEAR


class Mandates(LastingPart):
    prefix = "mandates"
    formset = MandateFormSet
    model = Mandate
    link = "actor"
    fields = ("role", *DATES, "date_words", "notes")


class Intermediaries(LastingPart):
    prefix = "intermediaries"
    formset = IntermediaryFormSet
    model = ChannelIntermediary
    link = "channel"
    fields = ("actor", "role", "credited_by", *DATES)
    has_position = True
