"""What the desk keeps of its own: forms that are not finished yet, reminders."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.levels import Level
from access.models import Label


class KeptForm(models.Model):
    """What stands in somebody's form: the typist's alone, until it is saved or discarded.

    ``id`` is the form's key, so that a form sent twice makes one record; ``form`` is the kind of record, and
    ``record_id`` the record that is edited (None for a new one). ``data`` is what the form would send, as pairs. It
    is marked with everything the typist was cleared for when typing, so that who loses a right no longer sees what
    was written with it. Once saved, nothing but ``saved_as`` and the digest of what was sent remains.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user"))
    form = models.CharField(_("form"), max_length=40)
    record_id = models.UUIDField(_("record"), null=True)
    level = models.SmallIntegerField(choices=Level.choices, default=Level.CONFIDENTIAL)
    compartments = ArrayField(models.IntegerField(), default=list)
    label = models.ForeignKey(Label, models.PROTECT, related_name="+", editable=False)
    data = models.JSONField(_("what stands in it"), default=list)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    kept_at = models.DateTimeField(_("kept"))
    discarded_at = models.DateTimeField(_("discarded"), null=True)
    saved_as = models.UUIDField(_("saved as"), null=True)
    saved_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-kept_at"]
        verbose_name = _("kept form")
        verbose_name_plural = _("kept forms")
        indexes = [models.Index(fields=["user", "-kept_at"], name="kept_form_own")]

    def __str__(self) -> str:
        return f"{self.form} {self.kept_at:%Y-%m-%d %H:%M}"


class Reminder(models.Model):
    """Somebody was reminded of one thing on "My work" that was due on a day: once, whatever happens.

    ``item`` is the record in ``item_table`` that says so: a follow-up, a query, an assignment, a returned record. The
    reminder has that record's label, and only its reader sees it. ``mailed_at`` is None where no mail was sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user"))
    item_table = models.CharField(max_length=63)
    item = models.UUIDField()
    due_on = models.DateField(_("due"))
    label = models.ForeignKey(Label, models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    mailed_at = models.DateTimeField(_("mailed"), null=True)

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=["user", "item", "due_on"], name="reminder_once")]
        indexes = [models.Index(fields=["item"], name="reminder_of_item")]

    def __str__(self) -> str:
        return f"{self.item_table} {self.due_on}"
