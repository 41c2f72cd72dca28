"""Files in the store: those just received, and those attached to records."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from access.context import note_label
from access.levels import Level
from access.managers import ClassifiedManager
from access.models import Label
from records.files import TYPES, content_of
from records.models.base import AboutRecord, record_constraints


class StoredFile(models.Model):
    """What is known of a file: where it lies in the store, what it is, and the SHA-256 of what was received.

    None of it ever changes; a trigger (``keep_file``) sees to it.
    """

    file = models.CharField(max_length=100, blank=True, editable=False)
    file_name = models.CharField(_("file"), max_length=200, blank=True, editable=False)
    media_type = models.CharField(_("type of file"), max_length=100, blank=True, editable=False)
    size = models.BigIntegerField(_("size"), default=0, editable=False, help_text=_("In bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    def content(self) -> bytes:
        """Return the file's bytes; raise ``records.files.Missing`` where they are not those that were received."""
        return content_of(self.file, self.sha256)

    @property
    def type_words(self) -> str:
        found = TYPES.get(self.media_type)
        return str(found.words) if found else self.media_type

    @property
    def size_words(self) -> str:
        return filesizeformat(self.size)


class Upload(StoredFile):
    """A file that was received and that no record holds yet: its uploader's alone.

    It is kept as soon as it is received, so that a form that comes back with errors still has it. It is marked with
    everything its uploader was cleared for then. What no record has taken up is deleted after some days.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    level = models.SmallIntegerField(choices=Level.choices, default=Level.CONFIDENTIAL)
    compartments = ArrayField(models.IntegerField(), default=list)
    label = models.ForeignKey(Label, models.PROTECT, related_name="+", editable=False)
    kept_at = models.DateTimeField(_("received"), auto_now_add=True)
    used_at = models.DateTimeField(_("taken up by a record"), null=True)
    gone_at = models.DateTimeField(_("deleted"), null=True)

    objects = ClassifiedManager()

    class Meta:
        ordering = ["-kept_at"]
        base_manager_name = "objects"
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")
        indexes = [models.Index(fields=["owner", "-kept_at"], name="upload_own")]

    def __str__(self) -> str:
        return self.file_name

    @classmethod
    def from_db(cls, db, field_names, values):
        upload = super().from_db(db, field_names, values)
        note_label(upload.__dict__.get("label_id"))
        return upload


class Attachment(StoredFile, AboutRecord):
    """A file that belongs to a record: notes of a meeting, an agreement as it was signed.

    At least as secret as its record. Lists of people who are held, were returned or died are never attached
    (DOMAIN.md section 1, 6).
    """

    is_reviewed = False

    title = models.CharField(_("what it is"), max_length=200)

    class Meta(AboutRecord.Meta):
        ordering = ["recorded_at"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            *record_constraints("attachment"),
            models.CheckConstraint(condition=~models.Q(title=""), name="attachment_has_title"),
            models.CheckConstraint(condition=~models.Q(file="") & ~models.Q(sha256=""), name="attachment_has_file"),
        ]

    def __str__(self) -> str:
        return self.title
