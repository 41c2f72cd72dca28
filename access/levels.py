"""The four levels of confidentiality and the roles of a user. Source: DOMAIN ground rule 7; FIRST TLP 2.0."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """How far a record may travel; a reader's clearance must reach it."""

    PUBLIC = 0, _("Public")
    INTERNAL = 1, _("Internal")
    RESTRICTED = 2, _("Restricted")
    CONFIDENTIAL = 3, _("Confidential")

    @property
    def tlp(self) -> str:
        """The Traffic Light Protocol 2.0 marking on what leaves the system."""
        return ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT")[self.value]


class Role(models.TextChoices):
    """What a person may do; it never widens what they may read."""

    ANALYST = "analyst", _("Analyst")
    RECORDER = "recorder", _("Recorder")
    REVIEWER = "reviewer", _("Reviewer")
    ADMINISTRATOR = "administrator", _("Administrator")
