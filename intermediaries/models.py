"""Actors and the people who act for them. The same actor may be a party, an intermediary and a claimant."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from records.dates import Dated, date_constraints
from records.models import NAME_COLLATION, Record, RecordManager, RecordQuerySet, record_constraints
from records.querysets import called


class ActorKind(models.TextChoices):
    """What an actor is. Source: FIELD.md 5.3, after ACLED and PA-X."""

    STATE = "state", _("State")
    DE_FACTO_AUTHORITY = "de_facto_authority", _("De facto authority")
    ARMED_GROUP = "armed_group", _("Armed group")
    IGO = "igo", _("Intergovernmental organisation")
    NGO = "ngo", _("Non-governmental organisation")
    RELIGIOUS = "religious", _("Religious body")
    RED_CROSS = "red_cross", _("Red Cross or Red Crescent")
    COMPANY = "company", _("Company")
    PERSON = "person", _("Person in office")
    COALITION = "coalition", _("Coalition")
    MEDIA = "media", _("Media, no side named")
    RESEARCHER = "researcher", _("Researcher")
    OTHER = "other", _("Other")


class ActorQuerySet(RecordQuerySet):
    """Actors the reader may see."""

    def intermediaries(self):
        """Actors with a mandate: the intermediaries of the house."""
        return self.filter(pk__in=Mandate.objects.current().values("actor"))


class Actor(Record):
    """A state, body, group or person in office."""

    name = models.CharField(_("name"), max_length=200, db_collation=NAME_COLLATION)
    kind_of_actor = models.CharField(_("kind"), max_length=20, choices=ActorKind.choices)
    iso_code = models.CharField(_("ISO 3166 code"), max_length=3, blank=True, help_text=_("Three letters."))
    notes = models.TextField(_("notes"), blank=True)

    objects = RecordManager.from_queryset(ActorQuerySet)()

    parts = ("names", "mandates", "representatives")
    is_mergeable = True

    class Meta(Record.Meta):
        ordering = ["name"]
        verbose_name = _("actor")
        verbose_name_plural = _("actors")
        constraints = [
            *record_constraints("actor"),
            models.CheckConstraint(condition=models.Q(kind_of_actor__in=ActorKind.values), name="actor_kind_known"),
            models.CheckConstraint(
                condition=models.Q(iso_code__regex=r"^([A-Z]{3})?$"),
                name="actor_iso_code_of_three_letters",
                violation_error_message=_("An ISO 3166 code has three capital letters, for example UKR."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def alike(self) -> list["Actor"]:
        """Actors with this name, or a further one, in any spelling."""
        there = Actor.objects.current()
        found = called(there, self.name) | called(ActorName.objects.current(), self.name, of="actor")
        return list(there.filter(pk__in=found - {self.pk}).select_related("label", "author"))


class NameKind(models.TextChoices):
    """How a name relates to the actor."""

    OFFICIAL = "official", _("Official name")
    SHORT = "short", _("Short name")
    ALIAS = "alias", _("Also called")
    TRANSLITERATION = "transliteration", _("Transliteration")


class ActorName(Record):
    """One name of an actor, in one language and script."""

    actor = models.ForeignKey(Actor, models.PROTECT, related_name="names", verbose_name=_("actor"))
    name = models.CharField(_("name"), max_length=200, db_collation=NAME_COLLATION)
    name_kind = models.CharField(_("kind of name"), max_length=16, choices=NameKind.choices, default=NameKind.ALIAS)
    language = models.CharField(_("language"), max_length=8, blank=True, help_text=_("ISO 639 code, for example uk."))
    script = models.CharField(_("script"), max_length=4, blank=True, help_text=_("ISO 15924 code, for example Cyrl."))

    class Meta(Record.Meta):
        ordering = ["name"]
        verbose_name = _("name of an actor")
        verbose_name_plural = _("names of actors")
        constraints = [*record_constraints("actor_name")]

    def __str__(self) -> str:
        return self.name


class MandateRole(models.TextChoices):
    """What a third party does. Source: FIELD.md 5.2."""

    GOOD_OFFICES = "good_offices", _("Good offices")
    FACILITATION = "facilitation", _("Facilitation")
    MEDIATION = "mediation", _("Mediation")
    CONCILIATION = "conciliation", _("Conciliation")
    NEUTRAL_INTERMEDIARY = "neutral_intermediary", _("Neutral intermediary")
    HUMANITARIAN_FACILITATION = "humanitarian_facilitation", _("Humanitarian facilitation")
    HOSTING = "hosting", _("Hosting")
    GUARANTEE = "guarantee", _("Guarantee")
    WITNESS = "witness", _("Witness")
    MONITORING = "monitoring", _("Monitoring")
    VERIFICATION = "verification", _("Verification")
    SPONSOR = "sponsor", _("Sponsor")
    CONVENER = "convener", _("Convener")
    TRANSIT = "transit", _("Transit")
    GROUP_OF_FRIENDS = "group_of_friends", _("Group of friends")
    CONTACT_GROUP = "contact_group", _("Contact group")
    CUSTODIAN = "custodian", _("Custodian")
    UNSPECIFIED = "unspecified", _("Role not stated")


class Mandate(Dated, Record):
    """An actor acting as intermediary: in which role, from when to when."""

    actor = models.ForeignKey(Actor, models.PROTECT, related_name="mandates", verbose_name=_("actor"))
    role = models.CharField(_("role"), max_length=25, choices=MandateRole.choices, default=MandateRole.UNSPECIFIED)
    notes = models.TextField(_("notes"), blank=True)

    class Meta(Record.Meta):
        ordering = ["actor__name", "started_on"]
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            *record_constraints("mandate"),
            *date_constraints("mandate"),
            models.CheckConstraint(condition=models.Q(role__in=MandateRole.values), name="mandate_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.get_role_display()}"


class Representative(Dated, Record):
    """An official acting for an actor in a position. Officials in office are the only persons Parley names."""

    name = models.CharField(_("name"), max_length=200, db_collation=NAME_COLLATION)
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="representatives", verbose_name=_("acts for"))
    actor_words = models.CharField(_("body in the words used"), max_length=200, blank=True)
    position = models.CharField(_("position"), max_length=400, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    official_named_in = "name"
    is_mergeable = True

    class Meta(Record.Meta):
        ordering = ["name"]
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        constraints = [*record_constraints("representative"), *date_constraints("representative")]

    def __str__(self) -> str:
        return self.name

    def alike(self) -> list["Representative"]:
        """Officials with this name, in any spelling."""
        there = Representative.objects.current()
        found = called(there, self.name) - {self.pk}
        return list(there.filter(pk__in=found).select_related("label", "author", "actor"))
