"""What an administrator changes about other people: rights, members of compartments, whether an account is active.

The database refuses the same again (``guard`` in people.sql) and writes every change down with its reason.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader, because
from access.events import note
from access.models import Compartment, Membership, User


@dataclass(frozen=True)
class Rights:
    """What one person may: a role, a clearance and compartments, by their numbers in order."""

    role: str
    clearance: int
    compartments: tuple[int, ...]

    @property
    def version(self) -> str:
        """The rights as one word, to tell whether they are still those that a form showed."""
        return f"{self.role}/{self.clearance}/{'-'.join(map(str, self.compartments))}"


class StaleRights(Exception):
    """Somebody else changed these rights since the form was opened. ``current`` is how they stand now."""

    def __init__(self, current: Rights):
        super().__init__(_("Somebody else changed these rights since you opened this page."))
        self.current = current


def rights_of(user: User) -> Rights:
    """Return a person's rights as they stand in the database, whether or not the account is active."""
    held = User.objects.get(pk=user.pk)
    members = Membership.objects.filter(user=user).order_by("compartment_id").values_list("compartment_id", flat=True)
    return Rights(held.role, held.clearance, tuple(members))


def demand_over(actor: Reader, user: User) -> None:
    """Raise PermissionDenied unless the actor manages people and this is somebody else."""
    permissions.demand(permissions.MANAGE)
    if actor.user_id == user.pk:
        raise PermissionDenied(_("Nobody changes their own rights. Ask another administrator."))


def given_reason(reason: str) -> str:
    """Return the reason; raise ValidationError where there is none."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why. The reason is kept with the change.")})
    return reason.strip()


def change_rights(actor: Reader, user: User, wanted: Rights, *, expected_version: str, reason: str) -> None:
    """Give a person these rights, if they still have those of ``expected_version``; they count at once.

    Raises PermissionDenied for one's own rights and for whoever manages nobody, ValidationError without a reason,
    StaleRights where somebody else was quicker.
    """
    demand_over(actor, user)
    reason = given_reason(reason)
    User.objects.select_for_update().get(pk=user.pk)
    current = rights_of(user)
    if current.version != expected_version:
        raise StaleRights(current)
    with because(reason):
        if (wanted.role, wanted.clearance) != (current.role, current.clearance):
            User.objects.filter(pk=user.pk).update(role=wanted.role, clearance=wanted.clearance)
        gone = set(current.compartments) - set(wanted.compartments)
        Membership.objects.filter(user=user, compartment__in=gone).delete()
        for number in sorted(set(wanted.compartments) - set(current.compartments)):
            Membership.objects.create(user=user, compartment_id=number)


def set_active(actor: Reader, user: User, is_active: bool, *, reason: str) -> None:
    """Let a person in again or shut them out: tokens stop with the account, sessions end for good.

    Raises as ``change_rights``.
    """
    demand_over(actor, user)
    with because(given_reason(reason)):
        User.objects.filter(pk=user.pk).update(is_active=is_active)
    if not is_active:
        user.sessions.all().delete()


def sign_out_everywhere(actor: Reader, user: User, *, reason: str) -> int:
    """End all sessions of a person and return how many there were. Raises as ``change_rights``."""
    demand_over(actor, user)
    with because(given_reason(reason)):
        ended, _by_model = user.sessions.all().delete()
        note("sign_out", subject=user, why="ended by an administrator")
    return ended


def add_compartment(actor: Reader, *, code: str, name: str) -> Compartment:
    """Make a compartment without members. Raises PermissionDenied, ValidationError by field."""
    permissions.demand(permissions.MANAGE)
    compartment = Compartment(code=code.strip(), name=name.strip())
    compartment.full_clean()
    compartment.save(force_insert=True)
    return compartment


def rename_compartment(actor: Reader, compartment: Compartment, *, code: str, name: str) -> None:
    """Give a compartment another code or name. Raises as ``add_compartment``."""
    permissions.demand(permissions.MANAGE)
    compartment.code, compartment.name = code.strip(), name.strip()
    compartment.full_clean()
    compartment.save(force_update=True)


def set_membership(actor: Reader, user: User, compartment: Compartment, *, is_member: bool, reason: str) -> None:
    """Take somebody into a compartment or out of it; twice is once. Raises as ``change_rights``."""
    demand_over(actor, user)
    with because(given_reason(reason)):
        if not is_member:
            Membership.objects.filter(user=user, compartment=compartment).delete()
        elif not Membership.objects.filter(user=user, compartment=compartment).exists():
            Membership.objects.create(user=user, compartment=compartment)
