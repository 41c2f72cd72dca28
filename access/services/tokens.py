"""API tokens: made by their owner or by a command, revoked by their owner, an administrator or whoever holds them."""

import datetime as dt
import ipaddress
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access import permissions
from access.context import Reader
from access.kinds import kind_words
from access.models import ApiToken, Membership, User

MOST_DAYS = 365
USUAL_DAYS = 90
EXPIRES_SOON_DAYS = 14


def make_token(
    user: User,
    *,
    name: str,
    reads: Iterable[str] | None = None,
    writes: Iterable[str] | None = (),
    max_level: int = 0,
    compartments: Iterable[int] | None = None,
    networks: Iterable[str] = (),
    days: int = USUAL_DAYS,
) -> tuple[ApiToken, str]:
    """Make a token for ``user`` and return it with its secret, which is kept nowhere.

    ``reads`` and ``writes`` are model labels, None for every kind; what may be written may be read. ``compartments``
    are numbers of the user's own, None for all they have at the time of use. Raises ValidationError by field for a
    kind that does not exist, a level above the clearance, a compartment of others, a network that is none, and a
    time that is not 1 to 365 days.
    """
    errors: dict[str, str] = {}
    reads, writes = listed(reads), listed(writes)
    if reads is not None:
        reads = sorted({*reads, *(writes or [])})
    for field, kinds in (("reads", reads), ("writes", writes)):
        unknown = sorted(set(kinds or ()) - set(kind_words()))
        if unknown:
            errors[field] = _("There is no kind of record %(kinds)s.") % {"kinds": ", ".join(unknown)}
    if writes != [] and permissions.WRITE not in permissions.ALLOWED[user.role]:
        errors["writes"] = _("The role of this account writes no records, so its tokens cannot either.")
    if reads == []:
        errors["reads"] = _("Choose at least one kind of record, or everything.")
    if max_level > user.clearance:
        errors["max_level"] = _("A token reaches no higher than the clearance of its account.")
    compartments = listed(compartments)
    own = set(Membership.objects.filter(user=user).values_list("compartment_id", flat=True))
    if compartments is not None and not set(compartments) <= own:
        errors["compartments"] = _("Choose among the compartments of the account.")
    if not 1 <= days <= MOST_DAYS:
        errors["days"] = _("A token expires after 1 to %(most)s days.") % {"most": MOST_DAYS}
    kept, wrong = checked_networks(networks)
    if wrong:
        errors["networks"] = _(
            "%(wrong)s is no network. Write one on each line, such as 192.0.2.0/24 or 2001:db8::/32."
        ) % {"wrong": ", ".join(wrong)}
    if errors:
        raise ValidationError(errors)
    return ApiToken.issue(
        user,
        name.strip(),
        reads=reads,
        writes=writes,
        max_level=max_level,
        compartments=compartments,
        networks=kept,
        expires_at=timezone.now() + dt.timedelta(days=days),
    )


def listed(values: Iterable | None) -> list | None:
    return None if values is None else sorted(set(values))


def checked_networks(given: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the networks in their plain form, and what is none."""
    kept, wrong = [], []
    for words in given:
        try:
            kept.append(str(ipaddress.ip_network(words.strip(), strict=False)))
        except ValueError:
            wrong.append(words.strip())
    return kept, wrong


def revoke_own(actor: Reader, token: ApiToken) -> None:
    """End a token of one's own, or as administrator anybody's; twice is once. Raises PermissionDenied."""
    if actor.user_id != token.user_id and not permissions.may(permissions.MANAGE):
        raise PermissionDenied
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def revoke_found(secret: str) -> None:
    """End the token of this secret if there is one in force; who asks never learns which."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.revoke_token(%s)", [secret.strip()])


def scope_words(token: ApiToken, compartments: dict[int, str]) -> list[str]:
    """Return in words what a token may; ``compartments`` are the names that the reader may know."""
    words = kind_words()

    def named(kinds: list[str]) -> str:
        return ", ".join(words.get(kind, kind) for kind in kinds)

    told = [_("Reads every kind") if token.reads is None else _("Reads: %(kinds)s") % {"kinds": named(token.reads)}]
    if token.writes is None:
        told.append(_("Writes whatever the role allows"))
    elif token.writes:
        told.append(_("Writes: %(kinds)s") % {"kinds": named(token.writes)})
    else:
        told.append(_("Writes nothing"))
    told.append(_("Up to %(level)s") % {"level": token.get_max_level_display()})
    if token.compartments is not None:
        names = [compartments[number] for number in token.compartments if number in compartments]
        told.append(_("Compartments: %(names)s") % {"names": ", ".join(names)} if names else _("No compartment"))
    if token.networks:
        told.append(_("Only from %(networks)s") % {"networks": ", ".join(token.networks)})
    return told


def state_of(token: ApiToken) -> dict:
    """Return how a token stands: the class of its shape and a word."""
    if token.revoked_at is not None:
        return {"css": "bad", "word": _("Revoked %(day)s") % {"day": date_format(token.revoked_at)}}
    left = token.expires_at - timezone.now()
    if left <= dt.timedelta(0):
        return {"css": "bad", "word": _("Expired %(day)s") % {"day": date_format(token.expires_at)}}
    if left <= dt.timedelta(days=EXPIRES_SOON_DAYS):
        return {"css": "stall", "word": _("Expires soon")}
    return {"css": "ok", "word": _("In force")}
