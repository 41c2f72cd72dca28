"""The repeated parts of a record that are entered with it, each row a record of its own."""

from access.context import Reader
from negotiations.forms import ParticipantFormSet, SourceFormSet
from negotiations.models import Participant
from negotiations.services import citation_fields, source_of
from records.entry_forms import RepeatedFormSet
from records.models import Record
from records.services import add_record, change_record
from sources.models import Citation


class Part:
    """One repeated part: which rows it has, and how a row is written.

    Subclasses give ``prefix`` (of the form set, and its name among the sections), ``formset``, ``model``, ``link``
    (the field that names the record) and ``fields`` (those that row and part have in common). ``has_position`` says
    that the part keeps the order of the rows.
    """

    prefix: str
    formset: type[RepeatedFormSet]
    model: type[Record]
    link: str
    fields: tuple[str, ...]
    has_position = False

    def stored(self, record: Record) -> list[Record]:
        """Return the parts a record has, as far as the reader may see them."""
        if record._state.adding:
            return []
        return list(self.model.objects.current().filter(**{self.link: record}))

    def initial(self, part: Record) -> dict:
        """Return the row that stands for a part."""
        return {"id": part.pk, "version": part.version} | {name: part.serializable_value(name) for name in self.fields}

    def new(self, record: Record) -> Record:
        return self.model(**{self.link: record})

    def wanted(self, actor: Reader, row: dict, record: Record, *, draft: bool) -> dict:
        """Return the part's fields as the row gives them."""
        return {name: row.get(name) for name in self.fields}

    def write(self, actor: Reader, record: Record, row: dict, existing: Record | None, position: int, *, draft: bool):
        """Change an existing part where it differs, or add the new one; return it as stored."""
        wanted = self.wanted(actor, row, record, draft=draft)
        if self.has_position:
            wanted["position"] = position
        part = existing or self.new(record)
        if existing is not None and all(getattr(existing, name) == value for name, value in wanted.items()):
            return existing
        for name, value in wanted.items():
            setattr(part, name, value)
        if existing is None:
            return add_record(actor, part, draft=draft)
        return change_record(actor, part, expected_version=existing.version)


class Participants(Part):
    prefix = "participants"
    formset = ParticipantFormSet
    model = Participant
    link = "meeting"
    fields = ("representative", "actor", "words", "role")
    has_position = True


class Citations(Part):
    """The sources of any record."""

    prefix = "sources"
    formset = SourceFormSet
    model = Citation
    fields = ("source", "quote", "pinpoint", "credibility")
    has_position = True

    def stored(self, record):
        if record._state.adding:
            return []
        return list(record.citations.current().select_related("source"))

    def initial(self, part):
        return super().initial(part) | {"reliability": part.source.reliability}

    def new(self, record):
        return Citation(record=record)

    def wanted(self, actor, row, record, *, draft):
        return citation_fields(row) | {"source": source_of(actor, row, record, draft=draft)}
