"""The war, its sides and its places. Directions and colours come from here; nothing is specific to one war."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from intermediaries.models import Actor, Mandate
from negotiations.vocabulary import PlacePrecision
from records.dates import Dated, date_constraints
from records.models import NAME_COLLATION, Record, record_constraints
from records.querysets import called

# Directions every conflict has besides those of its parties.
BOTH = "both"
THIRD_COUNTRY = "third_country"
UNSTATED = ""
COMMON = {BOTH: _("Both directions together"), THIRD_COUNTRY: _("To a third country")}


class Conflict(Dated, Record):
    """A war between two or more parties."""

    name = models.CharField(_("name"), max_length=200, db_collation=NAME_COLLATION)
    notes = models.TextField(_("notes"), blank=True)
    mandates = models.ManyToManyField(
        Mandate, through="ConflictMandate", related_name="conflicts", verbose_name=_("mandates")
    )

    parts = ("parties", "mandate_links")

    class Meta(Record.Meta):
        ordering = ["name"]
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        constraints = [*record_constraints("conflict"), *date_constraints("conflict")]

    def __str__(self) -> str:
        return self.name

    def directions(self) -> dict[str, str]:
        """Return the directions a figure of this conflict may have, with their words, in the order of the parties."""
        named = {party.direction: party.direction_label for party in self.parties.all()}
        return named | {code: str(words) for code, words in COMMON.items()}

    def check_direction(self, direction: str) -> None:
        """Raise ValidationError on the field ``direction`` for one that this conflict does not have."""
        known = self.directions()
        if direction != UNSTATED and direction not in known:
            raise ValidationError(
                {
                    "direction": _("%(given)s is no direction of this conflict. Choose one of: %(known)s.")
                    % {"given": direction, "known": ", ".join(known)}
                }
            )


class Colour(models.TextChoices):
    """The two data colours; order and colour favour nobody."""

    FIRST = "a", _("first colour")
    SECOND = "b", _("second colour")
    NEUTRAL = "d", _("neutral")


class Party(Record):
    """One side of a conflict: its place in the order, its colour and the words for the direction towards it."""

    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="parties", verbose_name=_("conflict"))
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="party_in", verbose_name=_("actor"))
    position = models.PositiveSmallIntegerField(_("order"))
    colour = models.CharField(_("colour"), max_length=1, choices=Colour.choices, default=Colour.NEUTRAL)
    direction = models.CharField(
        _("direction"),
        max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Small letters, digits and _ only."))],
    )
    direction_label = models.CharField(_("direction in words"), max_length=80, help_text=_("For example: To Ukraine."))

    class Meta(Record.Meta):
        ordering = ["position"]
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [*record_constraints("party")]

    def __str__(self) -> str:
        return str(self.actor)

    def check_standing(self) -> None:
        """Refuse one actor on two sides of a conflict."""
        if Party.objects.current().filter(conflict=self.conflict, actor=self.actor_id).exclude(pk=self.pk).exists():
            told = _("“%(actor)s” would be two parties of “%(conflict)s”.")
            raise ValidationError(told % {"actor": self.actor, "conflict": self.conflict})


def words_of_directions() -> dict[str, str]:
    """Return the words of each direction that means the same in every conflict that the reader may see."""
    told = defaultdict(set)
    for direction, words in Party.objects.values_list("direction", "direction_label"):
        told[direction].add(words)
    return COMMON | {direction: words.pop() for direction, words in told.items() if len(words) == 1}


class ConflictMandate(Record):
    """An intermediary's mandate concerns a conflict: a link of its own, as secret as its more secret end."""

    conflict = models.ForeignKey(Conflict, models.PROTECT, related_name="mandate_links", verbose_name=_("conflict"))
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="conflict_links", verbose_name=_("mandate"))

    class Meta(Record.Meta):
        verbose_name = _("mandate in a conflict")
        verbose_name_plural = _("mandates in conflicts")
        constraints = [*record_constraints("conflict_mandate")]

    def __str__(self) -> str:
        return f"{self.mandate}, {self.conflict}"


class Place(Record):
    """A named place, as exactly as known; its position may be withheld."""

    name = models.CharField(_("name"), max_length=200, db_collation=NAME_COLLATION)
    country_code = models.CharField(
        _("country"), max_length=3, blank=True, help_text=_("ISO 3166, three letters, for example TUR.")
    )
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    precision = models.CharField(
        _("precision"), max_length=14, choices=PlacePrecision.choices, default=PlacePrecision.UNKNOWN
    )
    is_withheld = models.BooleanField(_("position withheld"), default=False)
    notes = models.TextField(_("notes"), blank=True)

    is_mergeable = True

    class Meta(Record.Meta):
        ordering = ["name"]
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            *record_constraints("place"),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(
                    latitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__isnull=False,
                    longitude__range=(-180, 180),
                ),
                name="place_position_whole",
                violation_error_message=_("Give both latitude and longitude, or neither."),
            ),
            models.CheckConstraint(
                condition=models.Q(country_code__regex=r"^([A-Z]{3})?$"),
                name="place_country_of_three_letters",
                violation_error_message=_("A country has three capital letters, for example TUR."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def alike(self) -> list["Place"]:
        """Places with this name, in any spelling, in the same country as far as that is known of both."""
        there = Place.objects.current()
        found = there.filter(pk__in=called(there, self.name) - {self.pk}).select_related("label", "author")
        countries = {"", self.country_code}
        return [place for place in found if not self.country_code or place.country_code in countries]
