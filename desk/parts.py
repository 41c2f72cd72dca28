"""The repeated parts of a record that are entered with it, each row a record of its own."""

from access.context import Reader
from desk.forms import CommitmentFormSet, FollowUpFormSet, ReportedOutcomeFormSet
from exchanges.models import Claim, Outcome, OutcomeMeeting
from exchanges.vocabulary import Category, OutcomeKind, Stage
from negotiations.forms import ParticipantFormSet, SourceFormSet
from negotiations.models import Commitment, Conflict, FollowUp, Participant
from negotiations.models.conflicts import BOTH
from negotiations.services import citation_fields, source_of
from negotiations.vocabulary import CommitmentKind, CommitmentSubject
from records.attachment_forms import AttachmentFormSet
from records.attachments import attach_upload
from records.entry_forms import RepeatedFormSet
from records.models import Attachment, Record, ReviewState
from records.services import add_record, change_record
from reports.public_record.codes import COMMITMENT_KIND
from sources.models import Citation

# What a first claim speaks of, where its kind leaves no doubt; otherwise the total.
CATEGORY_OF_SUBJECT = {
    CommitmentSubject.REMAINS: Category.REMAINS,
    CommitmentSubject.CHILDREN: Category.CHILDREN,
    CommitmentSubject.CIVILIANS: Category.CIVILIANS,
}
CATEGORY_OF_OUTCOME = {
    OutcomeKind.REMAINS_TRANSFER: Category.REMAINS,
    OutcomeKind.CHILD_RETURN: Category.CHILDREN,
}


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

    def recorded(self, record: Record) -> list[Record]:
        """Return what is recorded already and not changed here, to be linked to."""
        return []

    def new(self, record: Record) -> Record:
        return self.model(**{self.link: record})

    def wanted(self, actor: Reader, record: Record, row: dict, existing: Record | None, *, draft: bool) -> dict:
        """Return the part's fields as the row gives them."""
        return {name: row.get(name) for name in self.fields}

    def write(self, actor: Reader, record: Record, row: dict, existing: Record | None, position: int, *, draft: bool):
        """Change an existing part where it differs, or add the new one; return it as stored."""
        wanted = self.wanted(actor, record, row, existing, draft=draft)
        if self.has_position:
            wanted["position"] = position
        part = existing or self.new(record)
        if existing is not None and all(getattr(existing, name) == value for name, value in wanted.items()):
            return existing
        for name, value in wanted.items():
            setattr(part, name, value)
        if existing is None:
            return add_record(actor, part)
        return change_record(actor, part, expected_version=existing.version)

    def submit(self, actor: Reader, record: Record) -> None:
        """Submit the drafts made with the record that do not hang on it; those that do follow by themselves."""


class Participants(Part):
    prefix = "participants"
    formset = ParticipantFormSet
    model = Participant
    link = "meeting"
    fields = ("representative", "actor", "words", "role")
    has_position = True


def submit_drafts(actor: Reader, record: Record, found) -> None:
    """Submit those that are still drafts of the record's own author."""
    for one in found:
        if one.review_state == ReviewState.DRAFT and one.author_id == record.author_id:
            change_record(actor, one, expected_version=one.version, submit=True)


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

    def wanted(self, actor, record, row, existing, *, draft):
        return citation_fields(row) | {"source": source_of(actor, row, record, draft=draft)}

    def submit(self, actor, record):
        submit_drafts(actor, record, (citation.source for citation in self.stored(record)))


class Attachments(Part):
    """The files of any record. One that is added is as secret as the record is then, whatever made that secret."""

    prefix = "attachments"
    formset = AttachmentFormSet
    model = Attachment
    fields = ("title",)

    def stored(self, record):
        return [] if record._state.adding else list(Attachment.objects.of(record).current())

    def initial(self, part):
        return super().initial(part) | {"file_name": part.file_name}

    def write(self, actor, record, row, existing, position, *, draft):
        if existing is not None:
            return super().write(actor, record, row, existing, position, draft=draft)
        marking = {"level": record.label.level, "compartments": record.label.compartments}
        return attach_upload(actor, Attachment(record=record, title=row["title"], **marking), row["upload"])


class FollowUps(Part):
    prefix = "followups"
    formset = FollowUpFormSet
    model = FollowUp
    link = "meeting"
    fields = ("task", "owner", "due_on", "done_on")


class Commitments(Part):
    """Promises, each with the claims of those who state it. ``link`` says where they were made."""

    prefix = "commitments"
    formset = CommitmentFormSet
    model = Commitment
    link = "meeting"
    fields = ("title", "direction", "quantity_kind", "quantity", "subject", "due_on")

    def initial(self, part):
        claimants = [claim.claimant_id for claim in part.claims.current()][:2]
        return super().initial(part) | dict(zip(("stated_by", "stated_also_by"), claimants, strict=False))

    def wanted(self, actor, record, row, existing, *, draft):
        wanted = super().wanted(actor, record, row, existing, draft=draft)
        if existing is None or existing.direction != row["direction"]:
            wanted |= owing(record.channel.conflict, row["direction"])
        if existing is None:
            wanted["commitment_kind"] = kind_of(row["subject"], row["direction"])
            wanted["position"] = record.commitments.count()
        return wanted

    def write(self, actor, record, row, existing, position, *, draft):
        stored = super().write(actor, record, row, existing, position, draft=draft)
        known = {claim.claimant_id for claim in stored.claims.current()}
        for claimant in dict.fromkeys(filter(None, (row.get("stated_by"), row.get("stated_also_by")))):
            if claimant.pk not in known:
                claim = Claim(
                    commitment=stored,
                    claimant=claimant,
                    direction=stored.direction,
                    category=CATEGORY_OF_SUBJECT.get(stored.subject, Category.TOTAL),
                    number=stored.quantity,
                    stage=Stage.PROMISED,
                )
                add_record(actor, claim)
        return stored


class ReportedOutcomes(Part):
    """Outcomes announced at or after a meeting: added here with their first claim, changed on their own pages."""

    prefix = "outcomes"
    formset = ReportedOutcomeFormSet
    model = Outcome
    fields = ("outcome_kind", "started_on")

    def stored(self, record):
        return []

    def recorded(self, record):
        if record._state.adding:
            return []
        return [link.outcome for link in record.outcome_links.current().select_related("outcome__label")]

    def write(self, actor, record, row, existing, position, *, draft):
        # As secret as the meeting at which it was told, whatever made that secret.
        marking = {"level": record.label.level, "compartments": record.label.compartments}
        outcome = Outcome(conflict=record.channel.conflict, **{name: row[name] for name in self.fields}, **marking)
        stored = add_record(actor, outcome, draft=draft)
        add_record(actor, OutcomeMeeting(outcome=stored, meeting=record))
        claim = Claim(
            outcome=stored,
            claimant=row["claimant"],
            direction=row["direction"],
            category=CATEGORY_OF_OUTCOME.get(stored.outcome_kind, Category.TOTAL),
            number=row["number"],
        )
        add_record(actor, claim)
        return stored

    def submit(self, actor, record):
        submit_drafts(actor, record, self.recorded(record))


def owing(conflict: Conflict, direction: str) -> dict:
    """Return who owes and to whom, where the direction says so: of two sides, one delivers to the other."""
    parties = list(conflict.parties.current().select_related("actor"))
    to = next((party for party in parties if party.direction == direction), None)
    if to is None or len(parties) != 2:
        return {"owed_by": None, "owed_to": to.actor if to else None}
    return {"owed_by": next(party.actor for party in parties if party != to), "owed_to": to.actor}


def kind_of(subject: str, direction: str) -> str:
    """Return what is promised, from what it is about; prisoners in both directions are an exchange."""
    kind = COMMITMENT_KIND.get(subject, CommitmentKind.OTHER)
    return CommitmentKind.EXCHANGE if kind == CommitmentKind.RELEASE and direction == BOTH else kind
