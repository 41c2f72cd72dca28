"""The repeated parts of a record that are entered with it, each row a record of its own."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from access.context import Reader
from desk.forms import CommitmentFormSet, FollowUpFormSet, ReportedOutcomeFormSet
from exchanges.alike import Count, alike_outcomes
from exchanges.models import Claim, Outcome, OutcomeMeeting
from exchanges.services import record_claim
from exchanges.stating import main_category, main_stage, only_source
from negotiations.forms import ParticipantFormSet, SourceFormSet
from negotiations.models import Commitment, Conflict, FollowUp, Participant
from negotiations.models.conflicts import BOTH
from negotiations.services import citation_fields, source_of
from negotiations.vocabulary import CommitmentKind
from records.attachment_forms import AttachmentFormSet
from records.attachments import attach_upload
from records.dates import Occasion, Span
from records.entry_forms import RepeatedFormSet
from records.models import Attachment, Record, ReviewState
from records.querysets import current
from records.services import add_record, change_record
from reports.public_record.codes import COMMITMENT_KIND
from sources.models import Citation, Quantifier


class Part:
    """One repeated part: which rows it has, and how a row is written.

    Subclasses give ``prefix`` (of the form set, and its name among the sections), ``formset``, ``model``, ``link``
    (the field that names the record) and ``fields`` (those that row and part have in common), ``related`` (for
    ``select_related``). ``has_position`` says that the part keeps the order of the rows, ``recorded_template`` shows
    what ``recorded`` returns.
    """

    prefix: str
    formset: type[RepeatedFormSet]
    model: type[Record]
    link: str
    fields: tuple[str, ...]
    related: tuple[str, ...] = ()
    has_position = False
    recorded_template = "desk/recorded.html"

    def stored(self, record: Record) -> list[Record]:
        """Return the parts a record has, as far as the reader may see them."""
        if record._state.adding:
            return []
        return list(self.model.objects.current().filter(**{self.link: record}).select_related(*self.related))

    def rows(self, record: Record, data=None) -> RepeatedFormSet:
        """Return the form set: of what was sent, or of the parts as they are stored. Each row knows its part."""
        stored = self.stored(record)
        rows = self.formset(data, prefix=self.prefix, initial=[self.initial(one) for one in stored])
        parts = {str(one.pk): one for one in stored}
        for row in rows.forms:
            row.part = parts.get(str(row["id"].value()))
        return rows

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

    def alike(self, record: Record, rows: RepeatedFormSet) -> list[Record]:
        """Return what may be recorded already of that which the rows add."""
        return []

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
    # Who states the promise, and the number they give where it is another.
    stating = (("stated_by", "stated_number"), ("stated_also_by", "also_number"))

    def stored(self, record):
        if record._state.adding:
            return []
        found = self.model.objects.current().filter(**{self.link: record}).select_related(*self.related)
        return list(found.prefetch_related(current("claims", Claim, "claimant")))

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
        for who, number in self.stating:
            if row.get(who):
                self.state(actor, record, stored, row, who, number)
        return stored

    def state(self, actor, record, promise: Commitment, row, who: str, number_field: str) -> None:
        """Write that somebody states the promise; whoever did already does so anew on the claim's own page."""
        claimant, number = row[who], row.get(number_field)
        if number is None:
            number = promise.quantity
        before = promise.claims.current().filter(claimant=claimant).order_by("recorded_at").last()
        if before is not None and before.number != number:
            told = _("%(who)s has stated %(number)s already. Open that claim and state it anew.")
            raise ValidationError({who: told % {"who": claimant, "number": before.stated}})
        if before is None:
            claim = Claim(
                commitment=promise,
                claimant=claimant,
                direction=promise.direction,
                category=main_category(promise),
                quantifier=Quantifier.AT_LEAST if promise.is_minimum and number is not None else Quantifier.EXACTLY,
                number=number,
                stage=main_stage(promise),
            )
            try:
                record_claim(actor, claim, resting_on(record))
            except ValidationError as error:
                raise ValidationError({number_field: error.messages}) from error


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
            category=main_category(stored),
            number=row["number"],
        )
        record_claim(actor, claim, resting_on(record))
        return stored

    def alike(self, record, rows):
        said: dict[Occasion, tuple[Occasion, list[Count]]] = {}
        for row in (one.cleaned_data for one in rows.forms if getattr(one, "cleaned_data", None)):
            kind, day = row.get("outcome_kind"), row.get("started_on")
            if kind and day and record.channel_id and not row.get("DELETE"):
                occasion = Occasion((record.channel.conflict_id, kind), Span(day, day))
                _occasion, counts = said.setdefault(occasion, (occasion, []))
                counts += counts_in([row], Outcome(outcome_kind=kind))
        return [outcome for found in alike_outcomes(said).values() for outcome in found]

    def submit(self, actor, record):
        submit_drafts(actor, record, self.recorded(record))


def counts_in(rows: Iterable[dict], outcome: Outcome) -> list[Count]:
    """Return the counts of an outcome that rows state."""
    return [
        Count(row["claimant"].pk, row.get("direction") or "", row.get("category") or main_category(outcome), number)
        for row in rows
        if row.get("claimant") and (number := row.get("number")) is not None
    ]


def resting_on(record: Record) -> list[dict]:
    """Return what a claim told at a meeting, or in an agreement, rests on: its source, where it has just one."""
    source = only_source(record)
    return [{"source": source}] if source else []


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
