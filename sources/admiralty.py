"""Admiralty grades: the source's reliability and the information's credibility, given apart. Source: FIELD.md 5.11."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reliability(models.TextChoices):
    """How far the source is to be trusted; F is no opinion, not a bad one."""

    A = "A", _("A – completely reliable")
    B = "B", _("B – usually reliable")
    C = "C", _("C – fairly reliable")
    D = "D", _("D – not usually reliable")
    E = "E", _("E – unreliable")
    F = "F", _("not graded")


class Credibility(models.TextChoices):
    """How far the information is to be believed; 6 is no opinion, not a bad one."""

    CONFIRMED = "1", _("1 – confirmed by other sources")
    PROBABLE = "2", _("2 – probably true")
    POSSIBLE = "3", _("3 – possibly true")
    DOUBTFUL = "4", _("4 – doubtful")
    IMPROBABLE = "5", _("5 – improbable")
    UNGRADED = "6", _("not graded")
