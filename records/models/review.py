"""The talk about a record before it is verified: queries, fields found to match the source, who is asked to look."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from records.models.base import AboutRecord, record_constraints


class Query(AboutRecord):
    """A question about one field of a record, or about the whole of it, and its answer.

    Asked by its author; answered by somebody else, once; settled when a reviewer verifies the record. A trigger
    (``guard_query``) sees to all three. Taking it back is withdrawing it.
    """

    is_reviewed = False
    follows_merge = False
    is_restorable = False

    field = models.CharField(
        _("field"), max_length=60, blank=True, help_text=_("Its name in the API; left empty: the whole record.")
    )
    text = models.TextField(_("question"), max_length=4000)
    answer = models.TextField(_("answer"), blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)

    class Meta(AboutRecord.Meta):
        ordering = ["recorded_at"]
        verbose_name = _("query")
        verbose_name_plural = _("queries")
        constraints = [
            *record_constraints("query"),
            models.CheckConstraint(
                condition=~models.Q(text=""),
                name="query_asks",
                violation_error_message=_("Write what you want to know."),
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at=None, answered_by=None)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                name="query_answered_in_words",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("records:query", args=[self.pk])

    def __str__(self) -> str:
        return self.text if len(self.text) <= 80 else f"{self.text[:79]}…"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer it."""
        return self.withdrawn_at is None and self.answered_at is None


class FieldCheck(AboutRecord):
    """Somebody compared one field of a record with the source and found that it matches.

    It holds for the field as it was in ``checked_version``, which the database fills in; any later change of the field
    voids it (``records.reviewing``). Taking it back is withdrawing it.
    """

    is_reviewed = False
    follows_merge = False
    is_restorable = False

    field = models.CharField(
        _("field"), max_length=60, blank=True, help_text=_("Its name in the API; left empty: the whole record.")
    )
    checked_version = models.IntegerField(_("version checked"), default=0, editable=False)

    class Meta(AboutRecord.Meta):
        ordering = ["recorded_at"]
        verbose_name = _("field check")
        verbose_name_plural = _("field checks")
        constraints = [*record_constraints("field_check")]

    def __str__(self) -> str:
        return self.field or str(_("the whole record"))


class Assignment(AboutRecord):
    """Somebody is asked to look at a record: to check it, or because a query names them.

    Only people who may see the record are asked; a trigger sees to it. Found under "My work" until it is done.
    """

    is_reviewed = False
    follows_merge = False
    is_restorable = False

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked"))
    is_mention = models.BooleanField(_("named in a query"), default=False, editable=False)
    done_at = models.DateTimeField(_("done"), null=True, editable=False)

    class Meta(AboutRecord.Meta):
        ordering = ["recorded_at"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [*record_constraints("assignment")]

    def __str__(self) -> str:
        return str(self.to)
