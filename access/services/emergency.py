"""The emergency switch: open, open for reading only, or closed to everybody but administrators."""

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import permissions
from access.context import Reader, because
from access.models import Session
from access.services.rights import given_reason
from access.sessions import digest


class HouseState(models.TextChoices):
    OPEN = "open", gettext_lazy("Open")
    READ_ONLY = "read_only", gettext_lazy("Read-only")
    CLOSED = "closed", gettext_lazy("Everyone out")


def set_house_state(actor: Reader, state: str, *, reason: str, own_session: str | None = None) -> None:
    """Turn the switch; it counts from the next statement of everybody.

    Closing also ends every session but ``own_session``, the key of the one who closes. Raises PermissionDenied for
    whoever manages nobody, ValidationError by field for an unknown state and without a reason.
    """
    permissions.demand(permissions.MANAGE)
    if state not in HouseState.values:
        raise ValidationError({"state": _("Choose open, read-only or everyone out.")})
    with because(given_reason(reason)), connection.cursor() as cursor:
        cursor.execute("SELECT access.set_house_state(%s)", [state])
    if state == HouseState.CLOSED:
        Session.objects.exclude(session_key=digest(own_session)).delete()
