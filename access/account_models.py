"""Sessions and invitations: how people come in. Part of ``access.models``."""

import hashlib
import secrets
import uuid

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Session(AbstractBaseSession):
    """One signed-in browser (or a visitor's, without a user). Its key is the digest of what the cookie holds."""

    user = models.ForeignKey("access.User", models.CASCADE, null=True, related_name="sessions")
    created_at = models.DateTimeField(_("signed in"), null=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True)
    user_agent = models.CharField(max_length=200, blank=True)
    ip_address = models.GenericIPAddressField(_("address"), null=True)

    class Meta(AbstractBaseSession.Meta):
        ordering = ["-last_seen_at"]

    @classmethod
    def get_session_store_class(cls):
        from access.sessions import SessionStore

        return SessionStore


class InvitationQuerySet(models.QuerySet):
    def open(self) -> "InvitationQuerySet":
        """Invitations that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A link with which one person sets the password of one account, once. Only the link's digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("access.User", models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    # Whether accepting it switches the account on: that of somebody who has never had a password.
    activates = models.BooleanField(default=False)
    made_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("invitation")

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d}"

    @staticmethod
    def new_secret() -> str:
        """256 random bits, as they stand in the link."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(secret: str) -> str:
        """SHA-256, hexadecimal."""
        return hashlib.sha256(secret.encode()).hexdigest()
