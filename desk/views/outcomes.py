"""The forms of what was agreed and of what came of it: agreements, commitments, outcomes."""

from django.utils.translation import gettext_lazy as _

from desk.entry import EntryView, FormSection
from desk.outcome_parts import AgreedCommitments, CommitmentClaims, OutcomeClaims, Roles
from desk.parts import Citations, kind_of, owing
from desk.views.standing import NEEDED, SOURCES
from exchanges.forms import OutcomeForm
from exchanges.models import Outcome
from negotiations.agreement_forms import AgreementEntryForm, CommitmentEntryForm
from negotiations.models import Agreement, Commitment
from negotiations.vocabulary import CommitmentKind

NONE = _("None yet")


class OutcomeEntry(EntryView):
    """Enter or edit an outcome with the claims about it and what led to it."""

    model = Outcome
    form_class = OutcomeForm
    parts = (Citations, OutcomeClaims, Roles)
    begun_from = ("conflict", "channels", "meetings", "agreements")
    sections = (
        FormSection(
            "essentials",
            _("Essentials"),
            (
                "conflict", "outcome_kind", "status", "date_precision", "started_on", "ended_on", "place", "place_to",
            ),
            state=NEEDED,
        ),
        FormSection("claims-section", _("Claims"), ("claims",), state=NONE),
        SOURCES,
        FormSection("ties", _("What led to it"), ("channels", "meetings", "agreements")),
        FormSection("roles-section", _("Who took part, and who says so"), ("roles",), state=NONE),
        FormSection(
            "more",
            _("Name, parts, legal basis"),
            ("title", "variant", "parent", "series_number", "legal_basis", "date_words", "notes"),
            lede=_("What it is called, of what it is a part, what is invoked"),
            is_folded=True,
        ),
    )  # fmt: skip
    done = _("The outcome is recorded and waits for review. No figure counts it before.")


class AgreementEntry(EntryView):
    """Enter or edit an agreement with its promises."""

    model = Agreement
    form_class = AgreementEntryForm
    parts = (Citations, AgreedCommitments)
    begun_from = ("channel", "meeting")
    sections = (
        FormSection(
            "essentials",
            _("Essentials"),
            ("channel", "title", "status", "date_precision", "started_on", "ended_on", "parties"),
            state=NEEDED,
        ),
        FormSection("agreed", _("What was promised"), ("commitments",), state=NONE),
        SOURCES,
        FormSection("what", _("Form and terms"), ("meeting", "form", "stage", "terms", "amends", "date_words")),
    )


class CommitmentEntry(EntryView):
    """Enter or edit one promise with the claims about it."""

    model = Commitment
    form_class = CommitmentEntryForm
    parts = (Citations, CommitmentClaims)
    begun_from = ("agreement", "meeting")
    sections = (
        FormSection(
            "essentials",
            _("Essentials"),
            (
                "agreement", "meeting", "title", "direction", "quantity_kind", "quantity", "is_minimum", "subject",
                "due_on",
            ),
            state=NEEDED,
        ),
        FormSection("claims-section", _("Claims"), ("claims",), state=NONE),
        SOURCES,
        FormSection(
            "terms",
            _("Terms"),
            ("commitment_kind", "owed_by", "owed_to", "reciprocity", "certainty", "condition", "amends"),
        ),
        FormSection(
            "words",
            _("As it was written"),
            ("subject_words", "quantity_words", "direction_words"),
            lede=_("The words of the text, where they say it otherwise"),
            is_folded=True,
        ),
    )  # fmt: skip

    def write(self, form, formsets, *, draft):
        promise = form.instance
        if self.is_new and promise.made_in is not None:
            if promise.owed_by is None and promise.owed_to is None:
                for name, actor in owing(promise.conflict, promise.direction).items():
                    setattr(promise, name, actor)
            if promise.commitment_kind == CommitmentKind.OTHER:
                promise.commitment_kind = kind_of(promise.subject, promise.direction)
        return super().write(form, formsets, draft=draft)
