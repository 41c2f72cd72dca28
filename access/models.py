"""Users, compartments, labels and API tokens: everything that decides who may read and write."""

import hashlib
import secrets
import uuid

from django.contrib.auth import hashers
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.levels import Level, Role


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

    Interned by the database (``access.label_for``); every classified row points to one, and the
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
    may_write = models.BooleanField(_("may write"), default=False)
    max_level = models.SmallIntegerField(_("highest level"), choices=Level.choices, default=Level.PUBLIC)
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
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

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
