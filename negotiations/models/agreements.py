"""Agreements and the promises in them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from access.managers import ClassifiedManager
from intermediaries.models import Actor
from negotiations.models.channels import Channel
from negotiations.models.conflicts import Conflict, words_of_directions
from negotiations.models.meetings import Meeting
from negotiations.vocabulary import (
    AgreementForm,
    AgreementStage,
    AgreementStatus,
    CommitmentKind,
    CommitmentSubject,
    QuantityKind,
    Reciprocity,
    TermCertainty,
)
from records.chains import check_chain, led_to
from records.dates import Dated, date_constraints
from records.known import KnownOn
from records.models import Record, RecordQuerySet, record_constraints


class Agreement(Dated, Record):
    """What came out of talks: its form, PA-X stage, status, terms; may be amended or renewed by another."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="agreements", verbose_name=_("channel"))
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="agreements", verbose_name=_("meeting")
    )
    title = models.CharField(_("title"), max_length=300)
    form = models.CharField(_("form"), max_length=20, choices=AgreementForm.choices, default=AgreementForm.UNKNOWN)
    stage = models.CharField(_("PA-X stage"), max_length=7, choices=AgreementStage.choices, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=AgreementStatus.choices)
    terms = models.TextField(_("terms"), blank=True)
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amended_by", verbose_name=_("amends or renews")
    )

    parts = ("party_links", "commitments")
    alike_by = ("channel_id",)
    is_mergeable = True
    same_when_merged = ("channel.conflict_id",)

    class Meta(Record.Meta):
        ordering = ["-started_on", "-recorded_at"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            *record_constraints("agreement"),
            *date_constraints("agreement"),
            models.CheckConstraint(condition=models.Q(form__in=AgreementForm.values), name="agreement_form_known"),
            models.CheckConstraint(
                condition=models.Q(status__in=AgreementStatus.values), name="agreement_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        told = _("This agreement would amend itself. Choose one that does not amend this one, or leave it empty.")
        check_chain(self, "amends", told)
        if self.channel_id is None:
            return
        if self.amends is not None and self.amends.channel.conflict_id != self.channel.conflict_id:
            raise ValidationError({"amends": _("This agreement belongs to another conflict; choose one of the same.")})
        if self.meeting is not None and self.meeting.channel.conflict_id != self.channel.conflict_id:
            raise ValidationError({"meeting": _("This meeting belongs to another conflict; choose one of the same.")})


class AgreementParty(Record):
    """An actor bound by an agreement."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="party_links", verbose_name=_("agreement"))
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="agreement_links", verbose_name=_("actor"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(Record.Meta):
        ordering = ["position"]
        verbose_name = _("party to an agreement")
        verbose_name_plural = _("parties to agreements")
        constraints = [*record_constraints("agreement_party")]

    def __str__(self) -> str:
        return str(self.actor)


class CommitmentQuerySet(RecordQuerySet):
    """Promises the reader may see, now or as they stood on an earlier day."""

    def standing(self, known: KnownOn | None = None):
        """What pages list; with ``known``, what had been promised, or was recorded here, by that day.

        A promise is made on the day of its agreement, or else of the meeting.
        """
        found = super().standing(known)
        if known is None:
            return found
        made_on = Coalesce("agreement__started_on", "agreement__meeting__started_on", "meeting__started_on")
        return found.alias(made_on=made_on).filter(
            models.Q(made_on__lte=known.day) | models.Q(recorded_at__lt=known.end)
        )


class Commitment(Record):
    """One promise: who owes whom what, how many or in words, in return for what, by when, on which condition.

    ``subject_words``, ``quantity_words`` and ``direction_words`` keep the terms as they were written down.
    """

    coded = {"direction": words_of_directions}

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="commitments", verbose_name=_("agreement")
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="commitments", verbose_name=_("meeting")
    )
    title = models.CharField(_("the promise, in the words used"), max_length=300, blank=True)
    owed_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="commitments_owed", verbose_name=_("who owes")
    )
    owed_to = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="commitments_due", verbose_name=_("to whom")
    )
    commitment_kind = models.CharField(
        _("kind"), max_length=16, choices=CommitmentKind.choices, default=CommitmentKind.OTHER
    )
    subject = models.CharField(_("of what"), max_length=24, choices=CommitmentSubject.choices)
    quantity_kind = models.CharField(
        _("how many"), max_length=10, choices=QuantityKind.choices, default=QuantityKind.NUMBER
    )
    quantity = models.BigIntegerField(_("number"), null=True, blank=True)
    is_minimum = models.BooleanField(_("at least this many"), default=False)
    direction = models.CharField(_("direction"), max_length=40, blank=True)
    subject_words = models.CharField(_("of what, as written"), max_length=80, blank=True)
    quantity_words = models.CharField(_("how many, as written"), max_length=80, blank=True)
    direction_words = models.CharField(_("direction, as written"), max_length=80, blank=True)
    reciprocity = models.CharField(
        _("reciprocity"), max_length=12, choices=Reciprocity.choices, default=Reciprocity.UNSPECIFIED
    )
    certainty = models.CharField(
        _("certainty of the term"), max_length=14, choices=TermCertainty.choices, default=TermCertainty.UNKNOWN
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    condition = models.TextField(_("condition"), blank=True)
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amended_by", verbose_name=_("amends or renews")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ClassifiedManager.from_queryset(CommitmentQuerySet)()
    parts = ("claims",)
    is_mergeable = True
    same_when_merged = ("made_in.channel.conflict_id",)

    class Meta(Record.Meta):
        ordering = ["-recorded_at", "position"]
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints = [
            *record_constraints("commitment"),
            models.CheckConstraint(
                condition=models.Q(agreement__isnull=False) | models.Q(meeting__isnull=False),
                name="commitment_made_somewhere",
                violation_error_message=_("Name the agreement or the meeting in which the promise was made."),
            ),
            models.CheckConstraint(
                condition=models.Q(quantity_kind="number", quantity__isnull=False, quantity__gte=0)
                | (~models.Q(quantity_kind="number") & models.Q(quantity=None)),
                name="commitment_number_where_said",
                violation_error_message=_("Say how many, or choose “number not agreed”."),
            ),
            models.CheckConstraint(
                condition=models.Q(amends=None) | ~models.Q(amends=models.F("id")),
                name="commitment_not_amending_itself",
                violation_error_message=_("A promise cannot amend itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.stated

    @property
    def stated(self) -> str:
        """The promise in words: ``at least 1,000 prisoners, each side``."""
        subject = self.get_subject_display()
        if self.quantity_kind == QuantityKind.NUMBER and self.quantity is not None:
            amount = f"{self.quantity:,} {subject}"
            if self.is_minimum:
                amount = str(_("at least %(amount)s") % {"amount": amount})
        elif self.quantity_kind == QuantityKind.ALL:
            amount = str(_("all %(subject)s") % {"subject": subject})
        elif self.quantity_kind == QuantityKind.NOT_AGREED:
            amount = str(_("%(subject)s, number not stated") % {"subject": subject})
        else:
            amount = f"{subject}: {self.quantity_words.replace('_', ' ')}" if self.quantity_words else subject
        return f"{amount}, {self.direction_in_words}" if self.direction_in_words else amount

    @property
    def direction_in_words(self) -> str:
        """The direction as written, readable: ``each side``, ``to Ukraine``."""
        words = self.direction_words or self.direction
        return (
            words.removesuffix("_minimum")
            .replace("_", " ")
            .replace("to ukraine", "to Ukraine")
            .replace("to russia", "to Russia")
        )

    @property
    def made_in(self) -> Agreement | Meeting | None:
        """The agreement, or else the meeting, in which the promise was made."""
        return self.agreement or self.meeting

    @property
    def conflict(self) -> Conflict | None:
        """The conflict of the talks in which the promise was made."""
        return self.made_in.channel.conflict if self.made_in else None

    def earlier(self) -> list["Commitment"]:
        """Return the promises that this one amends or renews, one through the other, the nearest first."""
        return led_to(self, "amends")

    def later(self) -> list["Commitment"]:
        """Return the promises that amend or renew this one, one through the other, as far as the reader may see."""
        found: list[Commitment] = []
        asked = [self]
        while asked:
            amending = Commitment.objects.current().filter(amends__in=asked).exclude(pk__in=[one.pk for one in found])
            amending = amending.exclude(pk=self.pk).select_related("label", "agreement", "meeting__channel", "amends")
            asked = list(amending.order_by("recorded_at", "pk"))
            found += asked
        return found

    def clean(self) -> None:
        super().clean()
        if self.made_in is None:
            raise ValidationError({"agreement": _("Name the agreement or the meeting in which the promise was made.")})
        told = _("This promise would amend itself. Choose one that does not amend this one, or leave it empty.")
        check_chain(self, "amends", told)
        conflict = self.made_in.channel.conflict_id
        if self.amends is not None and self.amends.made_in.channel.conflict_id != conflict:
            raise ValidationError({"amends": _("This promise belongs to another conflict; choose one of the same.")})
        if self.meeting is not None and self.meeting.channel.conflict_id != conflict:
            raise ValidationError({"meeting": _("This meeting belongs to another conflict; choose one of the same.")})
        self.clean_quantity()
        if self.direction:
            self.conflict.check_direction(self.direction)

    def clean_quantity(self) -> None:
        """Say beside the number what the constraint forbids."""
        if self.quantity_kind == QuantityKind.NUMBER and self.quantity is None:
            raise ValidationError({"quantity": _("Say how many, or choose “number not agreed”.")})
        if self.quantity_kind != QuantityKind.NUMBER and self.quantity is not None:
            raise ValidationError({"quantity": _("Leave the number empty, or choose “a number”.")})
        if self.quantity is not None and self.quantity < 0:
            raise ValidationError({"quantity": _("A number cannot be negative. Give what was promised.")})
