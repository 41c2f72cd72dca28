"""What every record has: identity, marking, review state, version, withdrawal; its history and its search entry."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from access.context import note_label, note_read
from access.levels import Level
from access.managers import ClassifiedManager, ClassifiedQuerySet
from access.models import Label
from records.known import KnownOn
from records.references import random_reference

# Names of persons, bodies and places sort by the Unicode root collation, not by code points.
NAME_COLLATION = "und-x-icu"


class ReviewState(models.TextChoices):
    """The life of a record. Source: DOMAIN.md section 5."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    VERIFIED = "verified", _("Verified")
    CHANGED = "changed", _("Verified, then changed")


class RecordQuerySet(ClassifiedQuerySet):
    """Records the reader may see."""

    def current(self):
        """Without withdrawn records."""
        return self.filter(withdrawn_at=None)

    def standing(self, known: KnownOn | None = None):
        """What pages list: neither withdrawn nor draft, verified or not (DOMAIN.md section 5).

        With ``known``, what was not yet withdrawn at the end of that day; with ``known.recorded_only``, of what was
        recorded here by then. Kinds that happen, or are said, on a day narrow this further.
        """
        if known is None:
            return self.current().exclude(review_state=ReviewState.DRAFT)
        standing = models.Q(withdrawn_at=None) | models.Q(withdrawn_at__gte=known.end)
        if known.recorded_only:
            standing &= models.Q(recorded_at__lt=known.end)
        return self.filter(standing).exclude(review_state=ReviewState.DRAFT)

    def counted(self, known: KnownOn | None = None):
        """What may enter a figure: of what stands only what a second person has verified as it is now.

        A record changed after it was verified is left out until it is verified again (decision 0082). Kinds that
        nobody verifies count as soon as they stand.
        """
        found = self.standing(known)
        return found.filter(review_state=ReviewState.VERIFIED) if self.model.is_reviewed else found


RecordManager = ClassifiedManager.from_queryset(RecordQuerySet)


class Record(models.Model):
    """Base of every classified record.

    ``level`` and ``compartments`` are the record's own marking; ``label`` is its effective one, at least as strict
    as that of every record it points to, and is set by the database, as are ``draft_of``, ``version`` and the times.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=11, unique=True, default=random_reference, editable=False)
    external_id = models.CharField(
        _("identifier elsewhere"),
        max_length=200,
        blank=True,
        db_index=True,
        help_text=_("The record's identifier in the data set it was imported from."),
    )
    level = models.SmallIntegerField(_("who can see it"), choices=Level.choices, default=Level.PUBLIC)
    compartments = ArrayField(models.IntegerField(), verbose_name=_("compartments"), default=list, blank=True)
    label = models.ForeignKey(Label, models.PROTECT, related_name="+", editable=False, blank=True)
    draft_of = models.UUIDField(null=True, editable=False)
    review_state = models.CharField(
        _("review state"), max_length=9, choices=ReviewState.choices, default=ReviewState.SUBMITTED, editable=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("author")
    )
    version = models.IntegerField(_("version"), default=1, editable=False)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawn_reason = models.TextField(_("reason for withdrawing"), blank=True, editable=False)

    # Whether a second person verifies records of this kind; those that are somebody's decision are not.
    is_reviewed = True

    # The field that names an official in office, in kinds that are about one; they may be named anywhere.
    official_named_in = ""
    # Whether files may be attached to records of this kind, if it has a page.
    holds_files = True

    # Fields that hold a code and have no choices, with what gives the words of the codes that the reader may know.
    coded: dict[str, Callable[[], dict[str, str]]] = {}

    # Reverse relations to the records that are parts of this one; its citations are in any case.
    parts: tuple[str, ...] = ()

    # Whether its marking is set by hand; what has the marking of another record follows that.
    is_marked = True

    # Whether it counts in a figure although the record it is a part of was withdrawn.
    counts_alone = True

    # Whether two of the kind can be merged by a reviewer, and what both must have in common: paths of attributes.
    is_mergeable = False
    same_when_merged: tuple[str, ...] = ()
    # Whether it goes over to the kept record when the one it names is merged; talk about one record stays with it.
    follows_merge = True
    # Whether a withdrawn one can be restored; of an act that was taken back there is nothing to restore.
    is_restorable = True

    citations = GenericRelation("sources.Citation", content_type_field="record_type", object_id_field="record_id")

    objects = RecordManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def get_absolute_url(self) -> str:
        """The address of the record's page."""
        return reverse(f"{self._meta.app_label}:{self.kind}-detail", args=[self.pk])

    @classmethod
    def from_db(cls, db, field_names, values):
        record = super().from_db(db, field_names, values)
        note_read(cls._meta.db_table, record.pk, record.__dict__.get("label_id"))
        return record

    @classmethod
    def list_url(cls) -> str:
        return reverse(f"{cls._meta.app_label}:{cls.kind_of()}-list")

    @classmethod
    def kind_of(cls) -> str:
        """The kind's name in addresses, for example ``running-total``."""
        words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in cls.__name__)
        return words.lstrip("-")

    @property
    def kind(self) -> str:
        return self.kind_of()

    @cached_property
    def page_url(self) -> str | None:
        """The address, or None for a part of another record that has no page of its own."""
        try:
            return self.get_absolute_url()
        except NoReverseMatch:
            return None

    def alike(self) -> list["Record"]:
        """Return the records the reader may see that may be this one, recorded before. Each kind has its own rule."""
        return []

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    def check_standing(self) -> None:
        """Raise ValidationError where the record cannot stand beside others as they are now.

        Asked of a record that is restored, and of one that was moved because what it names was merged.
        """


def record_constraints(name: str) -> list[models.BaseConstraint]:
    """Return the constraints of every record; ``name`` begins their names."""
    return [
        models.CheckConstraint(condition=models.Q(level__range=(0, 3)), name=f"{name}_level_known"),
        models.CheckConstraint(
            condition=models.Q(review_state__in=ReviewState.values), name=f"{name}_review_state_known"
        ),
        models.CheckConstraint(
            condition=models.Q(withdrawn_at=None, withdrawn_reason="")
            | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawn_reason="")),
            name=f"{name}_withdrawn_with_reason",
            violation_error_message=_("Give a reason for withdrawing."),
        ),
    ]


class HistoryEntry(models.Model):
    """One change of one record, written by a trigger whatever door it came through; append-only.

    Visible only to those who may read both the label the record had then (the stricter of before and after) and the
    one it has now, and of drafts likewise: ``label`` and ``draft_of`` are of then, ``record_label`` and
    ``record_draft_of`` of now. ``hash`` covers the entry, but for what is of now, and the hash of the one before it
    in the record's chain.
    """

    id = models.BigAutoField(primary_key=True)
    record_table = models.CharField(max_length=63)
    record_id = models.UUIDField()
    operation = models.CharField(max_length=6)
    version = models.IntegerField()
    at = models.DateTimeField()
    principal = models.CharField(max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+")
    role = models.CharField(max_length=16)
    door = models.CharField(max_length=16)
    reason = models.TextField()
    request_id = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    label = models.ForeignKey(Label, models.DO_NOTHING, related_name="+")
    record_label = models.ForeignKey(Label, models.DO_NOTHING, related_name="+")
    draft_of = models.UUIDField(null=True)
    record_draft_of = models.UUIDField(null=True)
    previous_hash = models.BinaryField(null=True)
    hash = models.BinaryField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["record_id", "-id"], name="history_of_record")]

    def __str__(self) -> str:
        return f"{self.operation} {self.record_table} {self.record_id}"

    @classmethod
    def from_db(cls, db, field_names, values):
        entry = super().from_db(db, field_names, values)
        note_label(entry.__dict__.get("label_id"))
        return entry


class HistorySeal(models.Model):
    """One link of the chain of seals: everything written to the history and the events since the one before.

    Made by ``records.seal_history()`` (``manage.py seal_history``, and every hour), append-only, read by the system
    alone, because its numbers count what nobody sees in full. Two more columns, ``entry_ids`` and ``event_ids``,
    name exactly which entries and events it covers, as multiranges, for which Django has no field.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    entries = models.BigIntegerField()
    last_entry = models.BigIntegerField(null=True)
    events = models.BigIntegerField()
    last_event = models.BigIntegerField(null=True)
    previous_hash = models.BinaryField(null=True)
    hash = models.BinaryField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.id} {self.at:%Y-%m-%d %H:%M}"


class SearchEntry(models.Model):
    """The words of one record, kept by trigger under the record's own label. Asked through ``records.search`` only."""

    record_id = models.UUIDField(primary_key=True)
    record_table = models.CharField(max_length=63)
    words = models.TextField()
    document = SearchVectorField()
    label = models.ForeignKey(Label, models.DO_NOTHING, related_name="+")
    draft_of = models.UUIDField(null=True)
    is_withdrawn = models.BooleanField()

    class Meta:
        indexes = []

    def __str__(self) -> str:
        return str(self.record_id)


class AboutRecordQuerySet(RecordQuerySet):
    """Of records that are about one other record, whatever its kind."""

    def of(self, record: Record):
        """Those about ``record``."""
        return self.filter(record_type=ContentType.objects.get_for_model(record), record_id=record.pk)


class AboutRecord(Record):
    """Base of what is about one other record of any kind; it is at least as secret as that record."""

    record_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+", verbose_name=_("kind of record"))
    record_id = models.UUIDField(_("record"), db_index=True)
    record = GenericForeignKey("record_type", "record_id")

    citations = None

    objects = ClassifiedManager.from_queryset(AboutRecordQuerySet)()

    class Meta(Record.Meta):
        abstract = True
