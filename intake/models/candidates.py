"""Candidates: what somebody, a script or a file proposes to record. They wait in the inbox and count nowhere."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access.managers import ClassifiedManager
from exchanges.models import Outcome
from intake.shapes import Shape
from intake.told import Told, check_data, told_of
from negotiations.models import Conflict, Meeting
from records.models import Record, RecordQuerySet, record_constraints
from sources.models import Source


class CandidateKind(models.TextChoices):
    """What a candidate would become."""

    SOURCE = "source", _("Source")
    MEETING = "meeting", _("Meeting")
    OUTCOME = "outcome", _("Outcome")


SHAPE_OF = {
    CandidateKind.SOURCE: Shape.SOURCES,
    CandidateKind.MEETING: Shape.MEETINGS,
    CandidateKind.OUTCOME: Shape.OUTCOMES,
}
MODEL_OF = {CandidateKind.SOURCE: Source, CandidateKind.MEETING: Meeting, CandidateKind.OUTCOME: Outcome}


class Origin(models.TextChoices):
    """Where a candidate came from."""

    API = "api", _("A script")
    IMPORT = "import", _("A row of a file")
    LINK = "link", _("A link")


class CandidateState(models.TextChoices):
    """What became of a candidate. Whether it was recorded anew or merged is told by its ``CandidateRecord``."""

    WAITING = "waiting", _("Waiting")
    TAKEN = "taken", _("Taken over")
    REFUSED = "refused", _("Refused")


class CandidateQuerySet(RecordQuerySet):
    """Candidates; the policies show them to nobody but those who may write."""

    def waiting(self):
        """Those nobody has decided about."""
        return self.current().filter(state=CandidateState.WAITING)


class Candidate(Record):
    """A record somebody proposes: what it would say, where it comes from, what became of it.

    ``data`` holds the fields of the kind's shape (``intake.shapes``) as text; an outcome has ``claims`` besides, each
    with the fields of a claim. What it says may be wrong: a person mends it in the record's own form.
    """

    is_reviewed = False  # it becomes a record first, and that is verified
    citations = None

    proposes = models.CharField(_("what it would be"), max_length=7, choices=CandidateKind.choices)
    conflict = models.ForeignKey(
        Conflict, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("conflict")
    )
    data = models.JSONField(_("what it says"))
    origin = models.CharField(_("where from"), max_length=6, choices=Origin.choices, default=Origin.API, editable=False)
    origin_words = models.CharField(_("where from, in words"), max_length=300, blank=True)
    found_at = models.CharField(
        _("address where it was found"), max_length=1000, blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
    )  # fmt: skip
    note = models.TextField(_("note"), blank=True, help_text=_("What whoever decides should know."))
    state = models.CharField(
        _("state"), max_length=7, choices=CandidateState.choices, default=CandidateState.WAITING, editable=False
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("decided by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    refused_reason = models.TextField(_("why it was refused"), blank=True, editable=False)

    objects = ClassifiedManager.from_queryset(CandidateQuerySet)()

    class Meta(Record.Meta):
        ordering = ["recorded_at"]
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        constraints = [
            *record_constraints("candidate"),
            models.CheckConstraint(
                condition=models.Q(proposes__in=CandidateKind.values), name="candidate_proposes_known"
            ),
            models.CheckConstraint(condition=models.Q(origin__in=Origin.values), name="candidate_origin_known"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_at=None, decided_by=None)
                | models.Q(state__in=["taken", "refused"], decided_at__isnull=False),
                name="candidate_decided_or_waiting",
            ),
            models.CheckConstraint(
                condition=models.Q(state="refused") & ~models.Q(refused_reason="")
                | ~models.Q(state="refused") & models.Q(refused_reason=""),
                name="candidate_refused_with_reason",
                violation_error_message=_("Say why it is refused."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["recorded_at"], condition=models.Q(state="waiting", withdrawn_at=None), name="candidate_waiting"
            )
        ]

    def __str__(self) -> str:
        return self.told.title

    def get_absolute_url(self) -> str:
        return reverse("intake:candidate-detail", args=[self.pk])

    @property
    def shape(self) -> str:
        return SHAPE_OF[CandidateKind(self.proposes)]

    @property
    def would_be(self) -> type[Record]:
        """The kind of record it proposes."""
        return MODEL_OF[CandidateKind(self.proposes)]

    @property
    def told(self) -> Told:
        """What it says, for people."""
        return told_of(self.shape, self.data)

    @property
    def is_waiting(self) -> bool:
        return self.state == CandidateState.WAITING and not self.is_withdrawn

    def clean(self) -> None:
        """Say beside the field what cannot be kept as a candidate."""
        super().clean()
        if self.proposes in CandidateKind.values:
            check_data(self.shape, self.data)
            if self.conflict_id is None and self.proposes != CandidateKind.SOURCE:
                raise ValidationError({"conflict": _("Name the conflict it belongs to.")})


class Became(models.TextChoices):
    """How a record came of a candidate."""

    MADE = "made", _("Recorded")
    MERGED = "merged", _("Merged into")
    BROUGHT = "brought", _("Added to it")


class CandidateRecord(models.Model):
    """A record that a candidate became, was merged into, or brought to it. For those who see both.

    A row of its own, because a candidate may turn out to be what only some of its readers may see.
    """

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="records")
    record_table = models.CharField(max_length=63)
    record_id = models.UUIDField()
    became = models.CharField(max_length=7, choices=Became.choices)
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("record of a candidate")
        verbose_name_plural = _("records of candidates")
        constraints = [
            models.CheckConstraint(condition=models.Q(became__in=Became.values), name="candidate_record_became_known")
        ]

    def __str__(self) -> str:
        return f"{self.became} {self.record_table} {self.record_id}"
