"""Humanitarian events and their links to what led to them. An outcome itself carries no figure: figures are claims."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchanges.vocabulary import ActorRole, Category, LegalBasis, OutcomeKind, OutcomeStatus, OutcomeVariant
from intermediaries.models import Actor
from negotiations.models import Agreement, Channel, Commitment, Conflict, Meeting, Place, words_of_directions
from records.chains import check_chain
from records.dates import Dated, date_constraints
from records.models import NAME_COLLATION, Record, record_constraints


class Outcome(Dated, Record):
    """One humanitarian event: an exchange, a transfer of remains, a return of children, a safe passage …"""

    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="outcomes", verbose_name=_("conflict"))
    outcome_kind = models.CharField(_("kind"), max_length=21, choices=OutcomeKind.choices)
    variant = models.CharField(_("form"), max_length=22, choices=OutcomeVariant.choices, blank=True)
    title = models.CharField(
        _("title"), max_length=200, blank=True, db_collation=NAME_COLLATION, help_text=_("Left empty: kind and date.")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=OutcomeStatus.choices, default=OutcomeStatus.COMPLETED
    )
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("place")
    )
    place_to = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="outcomes_to", verbose_name=_("place of arrival")
    )
    series_number = models.IntegerField(
        _("number in a party's own count"),
        null=True,
        blank=True,
        help_text=_("As a party numbers its exchanges; may contradict itself."),
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="tranches", verbose_name=_("part of")
    )
    legal_basis = ArrayField(
        models.CharField(max_length=8, choices=LegalBasis.choices),
        verbose_name=_("legal basis invoked"),
        default=list,
        blank=True,
    )
    notes = models.TextField(_("notes"), blank=True)

    parts = ("channel_links", "meeting_links", "agreement_links", "roles", "deliveries", "claims", "estimates")
    alike_by = ("conflict_id", "outcome_kind")
    is_mergeable = True
    same_when_merged = ("conflict_id", "outcome_kind")

    class Meta(Record.Meta):
        ordering = ["-started_on", "-recorded_at"]
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        constraints = [
            *record_constraints("outcome"),
            *date_constraints("outcome"),
            models.CheckConstraint(condition=models.Q(outcome_kind__in=OutcomeKind.values), name="outcome_kind_known"),
            models.CheckConstraint(condition=models.Q(status__in=OutcomeStatus.values), name="outcome_status_known"),
            models.CheckConstraint(condition=models.Q(variant__in=OutcomeVariant.values), name="outcome_variant_known"),
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")),
                name="outcome_not_its_own_part",
                violation_error_message=_("An outcome cannot be a part of itself."),
            ),
        ]
        indexes = [
            models.Index(fields=["outcome_kind", "-started_on"], name="outcome_of_kind"),
            # The order of every list: the newest are found by walking it, not by sorting all that may be seen.
            models.Index(fields=["-started_on", "-recorded_at", "id"], name="outcome_newest"),
        ]

    def __str__(self) -> str:
        return self.title or str(_("%(kind)s, %(when)s") % {"kind": self.get_outcome_kind_display(), "when": self.when})

    @property
    def where(self) -> str:
        """The place in words."""
        return str(self.place) if self.place_id else str(_("not published"))

    def clean(self) -> None:
        super().clean()
        if self.series_number is not None and self.series_number < 0:
            raise ValidationError({"series_number": _("A number cannot be negative. Leave it empty if there is none.")})
        told = _("This outcome would be a part of itself. Choose one that is no part of it, or leave it empty.")
        check_chain(self, "parent", told)
        if self.parent is not None and self.parent.conflict_id != self.conflict_id:
            raise ValidationError({"parent": _("This outcome belongs to another conflict; choose one of the same.")})


class OutcomeLink(Record):
    """Base of the links of an outcome: as secret as the more secret end, so that neither end betrays the other."""

    class Meta(Record.Meta):
        abstract = True

    def check_conflict(self, name: str, conflict) -> None:
        """Raise ValidationError on the field ``name`` where its record is of another conflict than the outcome's."""
        if self.outcome_id and self.outcome.conflict_id != conflict:
            told = _("The outcome belongs to another conflict than this. Choose one of the same.")
            raise ValidationError({name: told})


class OutcomeChannel(OutcomeLink):
    """The outcome came through a channel."""

    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="channel_links", verbose_name=_("outcome"))
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="outcome_links", verbose_name=_("channel"))

    class Meta(OutcomeLink.Meta):
        verbose_name = _("channel of an outcome")
        verbose_name_plural = _("channels of outcomes")
        constraints = [*record_constraints("outcome_channel")]

    def __str__(self) -> str:
        return str(self.channel)

    def clean(self) -> None:
        super().clean()
        if self.channel_id:
            self.check_conflict("channel", self.channel.conflict_id)


class OutcomeMeeting(OutcomeLink):
    """The outcome was prepared or announced at a meeting."""

    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="meeting_links", verbose_name=_("outcome"))
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="outcome_links", verbose_name=_("meeting"))

    class Meta(OutcomeLink.Meta):
        verbose_name = _("meeting of an outcome")
        verbose_name_plural = _("meetings of outcomes")
        constraints = [*record_constraints("outcome_meeting")]

    def __str__(self) -> str:
        return str(self.meeting)

    def clean(self) -> None:
        super().clean()
        if self.meeting_id:
            self.check_conflict("meeting", self.meeting.channel.conflict_id)


class OutcomeAgreement(OutcomeLink):
    """The outcome was carried out under an agreement."""

    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="agreement_links", verbose_name=_("outcome"))
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="outcome_links", verbose_name=_("agreement"))

    class Meta(OutcomeLink.Meta):
        verbose_name = _("agreement of an outcome")
        verbose_name_plural = _("agreements of outcomes")
        constraints = [*record_constraints("outcome_agreement")]

    def __str__(self) -> str:
        return str(self.agreement)

    def clean(self) -> None:
        super().clean()
        if self.agreement_id:
            self.check_conflict("agreement", self.agreement.channel.conflict_id)


class OutcomeRole(OutcomeLink):
    """An actor's role in an outcome and who credits it with that role. One row for each claimant."""

    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="roles", verbose_name=_("outcome"))
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="outcome_roles", verbose_name=_("actor"))
    role = models.CharField(_("role"), max_length=25, choices=ActorRole.choices, default=ActorRole.INTERMEDIARY)
    credited_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="credits_in_outcomes", verbose_name=_("credited by")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    counts_alone = False

    class Meta(OutcomeLink.Meta):
        ordering = ["position"]
        verbose_name = _("role in an outcome")
        verbose_name_plural = _("roles in outcomes")
        constraints = [*record_constraints("outcome_role")]

    def __str__(self) -> str:
        return f"{self.actor}: {self.get_role_display()}"


class Delivery(OutcomeLink):
    """An outcome, or a share of it, delivers a commitment."""

    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="deliveries", verbose_name=_("outcome"))
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="deliveries", verbose_name=_("commitment"))
    direction = models.CharField(_("direction"), max_length=40, blank=True)
    category = models.CharField(_("of what"), max_length=40, choices=Category.choices, default=Category.TOTAL)
    share = models.BigIntegerField(
        _("share"), null=True, blank=True, help_text=_("How many of the outcome count here; empty: all of it.")
    )
    notes = models.TextField(_("notes"), blank=True)

    counts_alone = False
    coded = {"direction": words_of_directions}

    class Meta(OutcomeLink.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            *record_constraints("delivery"),
            models.CheckConstraint(
                condition=models.Q(share=None) | models.Q(share__gte=0),
                name="delivery_share_not_negative",
                violation_error_message=_("A share cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} → {self.commitment}"

    def clean(self) -> None:
        super().clean()
        if self.outcome_id and self.direction:
            self.outcome.conflict.check_direction(self.direction)
        if self.outcome_id and self.outcome.is_withdrawn:
            raise ValidationError({"outcome": _("This outcome was withdrawn; it delivers nothing.")})

    def check_standing(self) -> None:
        """Refuse what would deliver the same people twice, or what delivers nothing."""
        from exchanges.deliveries import check_delivery

        check_delivery(self, self.outcome)
