"""Users, compartments, labels and API tokens: everything that decides who may read and write."""

import datetime as dt
import hashlib
import ipaddress
import secrets
import uuid

from django.contrib.auth import hashers
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.account_models import Invitation, Session
from access.context import current_reader
from access.levels import Level, Role

__all__ = [
    "ApiToken",
    "BreakGlass",
    "BreakGlassNotice",
    "Compartment",
    "Event",
    "Invitation",
    "Label",
    "MailAddress",
    "Membership",
    "Session",
    "User",
]


class Compartment(models.Model):
    """A circle of people who need to know. Its very name is need-to-know: only members and administrators see it."""

    id = models.AutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("compartment")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager):
    """Creates users; there is no superuser, because no account widens what it may read."""

    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person with an account: one role, one clearance, any number of compartments. Deactivated, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.ANALYST)
    clearance = models.SmallIntegerField(_("clearance"), choices=Level.choices, default=Level.PUBLIC)
    compartments = models.ManyToManyField(Compartment, through="Membership", related_name="members")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["username"]
        verbose_name = _("user")
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(condition=models.Q(clearance__range=(0, 3)), name="user_clearance_known"),
        ]

    def __str__(self) -> str:
        return self.username

    def check_password(self, raw_password: str) -> bool:
        """Return whether the password is right, without upgrading the stored hash: nobody writes before signing in."""
        return hashers.check_password(raw_password, self.password)


class MailAddress(models.Model):
    """Where somebody wants to be reminded by mail that something waits; nothing else is ever sent there.

    A table of its own, because accounts are read by everybody: only its owner and administrators see and change it.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="mail_address")
    address = models.EmailField(_("mail address"), max_length=254)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("mail address")

    def __str__(self) -> str:
        return self.address


class Membership(models.Model):
    """One user's membership of one compartment."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    compartment = models.ForeignKey(Compartment, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "compartment"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.compartment_id}"


class Label(models.Model):
    """One row for each distinct marking: a level and a set of compartments.

    Interned by the database (``access_private.label_for``); every classified row points to one, and the
    row-level policies compare nothing but this number.
    """

    id = models.AutoField(primary_key=True)
    level = models.SmallIntegerField(_("level"), choices=Level.choices)
    compartments = ArrayField(models.IntegerField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "compartments"], name="label_once")]

    def __str__(self) -> str:
        return str(self.get_level_display())

    @property
    def level_name(self) -> str:
        return self.get_level_display()

    @property
    def is_raised(self) -> bool:
        """Whether the record is more than public."""
        return self.level > Level.PUBLIC or bool(self.compartments)

    @property
    def tlp(self) -> str:
        return Level(self.level).tlp

    @property
    def named_compartments(self) -> list[Compartment]:
        """Its compartments. Whoever reads something under this label belongs to all of them and knows their names."""
        known = known_compartments() if self.compartments else {}
        return [known[pk] for pk in self.compartments if pk in known]

    @property
    def compartment_names(self) -> list[str]:
        return [compartment.name for compartment in self.named_compartments]

    @classmethod
    def of_what_was_read(cls) -> "Label":
        """Return, unsaved, the join of the labels of everything read so far in this context: the page's own marking."""
        read = cls.objects.filter(pk__in=current_reader().labels_read).values_list("level", "compartments")
        found = list(read)
        return cls(
            level=max((level for level, _compartments in found), default=Level.PUBLIC),
            compartments=sorted({pk for _level, compartments in found for pk in compartments}),
        )


def known_compartments() -> dict[int, Compartment]:
    """Return the compartments whose names the reader knows, by number; asked once for each reader."""
    reader = current_reader()
    if reader.known_compartments is None:
        reader.known_compartments = {compartment.pk: compartment for compartment in Compartment.objects.all()}
    return reader.known_compartments


class ApiTokenQuerySet(models.QuerySet):
    def usable(self) -> "ApiTokenQuerySet":
        """Tokens that are neither revoked nor expired, of active users."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


class ApiToken(models.Model):
    """A key for scripts: narrower than its user, shown once, kept as a digest."""

    PREFIX = "parley_"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=120)
    prefix = models.CharField(_("begins with"), max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    # Kinds of record by their model label ("negotiations.meeting"); None is every kind.
    reads = ArrayField(models.CharField(max_length=100), verbose_name=_("may read"), null=True, default=None)
    writes = ArrayField(models.CharField(max_length=100), verbose_name=_("may write"), null=True, default=list)
    max_level = models.SmallIntegerField(_("highest level"), choices=Level.choices, default=Level.PUBLIC)
    # Of the user's compartments only these; None is all of them.
    compartments = ArrayField(models.IntegerField(), verbose_name=_("compartments"), null=True, default=None)
    # Addresses it may be used from, as networks ("192.0.2.0/24"); an empty list is everywhere.
    networks = ArrayField(models.CharField(max_length=43), verbose_name=_("allowed networks"), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("API token")
        constraints = [
            models.CheckConstraint(condition=models.Q(max_level__range=(0, 3)), name="token_level_known"),
            models.CheckConstraint(
                condition=models.Q(expires_at__lte=models.F("created_at") + dt.timedelta(days=366)),
                name="token_expires_within_a_year",
                violation_error_message=_("A token lasts a year at most."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def allows_address(self, address: str) -> bool:
        """Return whether the token may be used from this IP address."""
        if not self.networks:
            return True
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in ipaddress.ip_network(network) for network in self.networks)

    @staticmethod
    def digest_of(secret: str) -> str:
        """SHA-256, hexadecimal; enough for a secret of 256 random bits."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User, name: str, **fields) -> tuple["ApiToken", str]:
        """Make a token and return it with its secret, which is kept nowhere."""
        secret = cls.PREFIX + secrets.token_urlsafe(32)
        token = cls.objects.create(
            user=user, name=name, prefix=secret[: len(cls.PREFIX) + 4], digest=cls.digest_of(secret), **fields
        )
        return token, secret


# How long broken glass stays broken at most.
BREAK_GLASS_MINUTES = 60


class BreakGlass(models.Model):
    """For a stated reason and at most an hour, one user may read everything; reviewers and administrators are told.

    The database widens the user's own principal until ``until`` or ``ended_at``, whichever comes first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="broken_glass")
    reason = models.TextField(_("reason"))
    started_at = models.DateTimeField(_("from"), default=timezone.now)
    until = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("break-glass access")
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="break_glass_has_reason"),
            models.CheckConstraint(
                condition=models.Q(until__lte=models.F("started_at") + dt.timedelta(minutes=BREAK_GLASS_MINUTES + 1)),
                name="break_glass_ends_within_the_hour",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.until > timezone.now()


class BreakGlassNotice(models.Model):
    """One of those who keep watch was told of broken glass; written by the database when the glass breaks."""

    break_glass = models.ForeignKey(BreakGlass, models.PROTECT, related_name="notices")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(_("seen"), null=True)

    def __str__(self) -> str:
        return f"{self.break_glass_id} to {self.reviewer_id}"


class Event(models.Model):
    """Something about access that happened: a sign-in, a refusal, a read of restricted records, a change of rights.

    Written by the database (``access.note`` and triggers), append-only; ``hash`` covers the event and the hash of the
    one before it with the same principal. ``records`` are identifiers in ``record_table``, all under ``label``.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    principal = models.CharField(max_length=80)
    user = models.ForeignKey(User, models.DO_NOTHING, null=True, related_name="+")
    role = models.CharField(max_length=16)
    subject = models.ForeignKey(User, models.DO_NOTHING, null=True, related_name="+")
    door = models.CharField(max_length=16)
    reason = models.TextField()
    request_id = models.CharField(max_length=64)
    address = models.CharField(max_length=45)
    record_table = models.CharField(max_length=63)
    records = ArrayField(models.UUIDField(), default=list)
    label = models.ForeignKey(Label, models.DO_NOTHING, related_name="+")
    detail = models.JSONField(default=dict)
    previous_hash = models.BinaryField(null=True)
    hash = models.BinaryField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["principal", "-id"], name="event_chain"),
            models.Index(fields=["user", "-id"], name="event_of_user"),
            GinIndex(fields=["records"], name="event_records"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.principal} {self.at:%Y-%m-%d %H:%M}"
