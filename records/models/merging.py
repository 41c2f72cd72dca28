"""Two records of one kind that are the same thing: which was merged into which, why, and that it was undone."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models
from django.utils.translation import gettext_lazy as _

from records.models.base import AboutRecord, record_constraints


class Merge(AboutRecord):
    """``record`` was merged into ``into``, of the same kind: it is withdrawn, and its address leads to the other.

    Writing one merges, withdrawing it undoes: triggers do both (``access_private.merge`` and ``unmerge``), whatever
    door is used. As secret as the more secret of the two. Parts that said the same of both have merges of their own,
    which name this one in ``part_of``.
    """

    is_reviewed = False
    follows_merge = False
    is_marked = False
    is_restorable = False

    into_id = models.UUIDField(_("merged into"), db_index=True)
    into = GenericForeignKey("record_type", "into_id")
    reason = models.TextField(_("reason"), max_length=2000)
    part_of = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="folds", verbose_name=_("as part of")
    )
    taken_version = models.IntegerField(
        _("version of the kept record that took values over"), null=True, editable=False
    )

    class Meta(AboutRecord.Meta):
        ordering = ["-recorded_at"]
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            *record_constraints("merge"),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="merge_with_reason",
                violation_error_message=_("Say why the two are the same."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Merge %(reference)s") % {"reference": self.reference})
