"""Invitations: how an account comes to its first password, and to a new one."""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import permissions
from access.context import because, current_reader
from access.models import Invitation, User

VALID_FOR = dt.timedelta(days=7)


def invite(actor: User | None, *, username: str, role: str, clearance: int, reason: str) -> tuple[Invitation, str]:
    """Make an account that is switched on by accepting its invitation; return the invitation and its secret.

    ``actor`` is the administrator who invites and must be the current reader; None is the system (a command). Raises
    PermissionDenied for anybody else, ValidationError by field for a name that is taken (also in other capitals) or
    not allowed, an unknown role or clearance, and a missing reason.
    """
    demand_manager(actor)
    check_reason(reason)
    user = User(username=User.normalize_username(username.strip()), role=role, clearance=clearance, is_active=False)
    user.set_unusable_password()
    user.clean_fields()
    if User.objects.filter(username__iexact=user.username).exists():
        raise ValidationError({"username": _("There is an account with this name already. Choose another name.")})
    with transaction.atomic(), because(reason):
        user.save(force_insert=True)
        return make(actor, user, activates=True)


def reset_access(
    actor: User | None, user: User, reason: str, *, also_second_factors: bool = False
) -> tuple[Invitation, str]:
    """End the account's password, sessions and open invitations; return a new invitation and its secret.

    With ``also_second_factors`` its authenticator app, passkeys and recovery codes go as well, for a lost device.
    ``actor`` is as for ``invite``. Raises PermissionDenied for oneself and for who may not, ValidationError for a
    missing reason and for an account that was switched off: switch it on first.
    """
    demand_manager(actor)
    check_reason(reason)
    if actor is not None and actor.pk == user.pk:
        raise PermissionDenied(_("You cannot reset your own account. Ask another administrator."))
    is_new = not user.is_active and user.last_login is None and not user.has_usable_password()
    if not user.is_active and not is_new:
        raise ValidationError({"user": _("This account is switched off. Switch it on first, then reset it.")})
    with transaction.atomic(), because(reason):
        user.invitations.open().update(revoked_at=timezone.now())
        user.set_unusable_password()
        user.save(update_fields=["password"])
        user.sessions.all().delete()
        if also_second_factors:
            Authenticator.objects.filter(user=user).delete()
        return make(actor, user, activates=is_new)


def revoke(actor: User | None, invitation: Invitation, reason: str) -> None:
    """Make an invitation's link useless. Raises PermissionDenied and, for a missing reason, ValidationError."""
    demand_manager(actor)
    check_reason(reason)
    with because(reason):
        Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())


def invited_user(secret: str) -> User | None:
    """Return whose invitation this is, or None for one that is unknown, expired, revoked or used, all alike."""
    return User.objects.filter(pk=ask("SELECT access.invited_user(%s)", Invitation.digest_of(secret))).first()


def accept(secret: str, password: str) -> User | None:
    """Use the invitation: set the password and switch a new account on. None as for ``invited_user``."""
    user_id = ask("SELECT access.accept_invitation(%s, %s)", Invitation.digest_of(secret), make_password(password))
    if user_id is None:
        return None
    user = User.objects.get(pk=user_id)
    user.sessions.all().delete()
    return user


def make(actor: User | None, user: User, *, activates: bool) -> tuple[Invitation, str]:
    secret = Invitation.new_secret()
    invitation = Invitation.objects.create(
        user=user,
        digest=Invitation.digest_of(secret),
        activates=activates,
        made_by=actor,
        expires_at=timezone.now() + VALID_FOR,
    )
    return invitation, secret


def demand_manager(actor: User | None) -> None:
    permissions.demand(permissions.MANAGE)
    if current_reader().user_id != (actor and actor.pk):
        raise PermissionDenied(_("Invitations are made in one's own name."))


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: it is kept with the change.")})


def ask(statement: str, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]
