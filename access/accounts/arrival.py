"""Who is behind a request's session, and whether that session still stands."""

import datetime as dt
import re
import time

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from access import second_factor
from access.context import ANONYMOUS, entry_principal, user_principal
from access.models import Session, User
from access.reach import address_of
from access.sessions import IP_ADDRESS, LAST_SEEN_AT, SIGNED_IN_AT, USER_AGENT

OUR_KEY = re.compile("[0-9a-z]{32}")  # as Django makes them; anything else was never a session
SEEN_EVERY = 5 * 60  # seconds; a session is not written more often than that to note that it is used
REASON_KEY = "signed_out_because"
# Sent with what a page asks by itself, again and again: nobody did anything, so it keeps no session open.
UNATTENDED = "Parley-Unattended"

IDLE, TOO_LONG, SWITCHED_OFF, ENDED = "idle", "too_long", "switched_off", "ended"


def words_for(reason: str) -> str:
    """Return what a person is told about the end of their session; empty for an unknown reason."""
    minutes, hours = settings.SESSION_IDLE_MINUTES, settings.SESSION_COOKIE_AGE // 3600
    return {
        IDLE: _("You were signed out because nothing was done for %(minutes)d minutes.") % {"minutes": minutes},
        TOO_LONG: _("You were signed out: one has to sign in again after %(hours)d hours.") % {"hours": hours},
        SWITCHED_OFF: _("You were signed out: your account has been switched off. An administrator can say why."),
        ENDED: _("You were signed out: the session was ended elsewhere, or the password was changed."),
    }.get(reason, "")


def resume(request: HttpRequest) -> None:
    """Set ``request.user`` and, where a session has just ended, ``request.signed_out_because``.

    A session ends when nothing was done for SESSION_IDLE_MINUTES, SESSION_COOKIE_AGE after signing in, when the
    account is switched off or its password changed, and when it was ended from another one. The reason stays in the
    new, empty session until the next sign-in, for the page that asks for it.
    """
    session = request.session
    had_key = OUR_KEY.fullmatch(session.session_key or "") is not None
    user_id = session.get(SESSION_KEY)
    if user_id is None:
        request.user = AnonymousUser()
        if had_key and session.session_key is None:  # nobody knows this key any more
            turn_out(request, ENDED)
        return
    request.user = get_user(request)
    now = time.time()
    idle, age = (now - session.get(name, 0) for name in (LAST_SEEN_AT, SIGNED_IN_AT))
    if not request.user.is_authenticated:
        is_off = User.objects.filter(pk=user_id, is_active=False).exists()
        turn_out(request, SWITCHED_OFF if is_off else ENDED)
    elif idle > settings.SESSION_IDLE_MINUTES * 60:
        turn_out(request, IDLE)
    elif age > settings.SESSION_COOKIE_AGE:
        turn_out(request, TOO_LONG)
    elif idle > SEEN_EVERY and UNATTENDED not in request.headers:
        session[LAST_SEEN_AT] = now


def turn_out(request: HttpRequest, reason: str) -> None:
    request.session.flush()
    request.session[REASON_KEY] = reason
    request.user = AnonymousUser()
    request.signed_out_because = reason


def begin(request: HttpRequest) -> None:
    """Note in a session that has just been signed in when, from where and with what it began."""
    now = time.time()
    session = request.session
    session.clear_expired()  # whoever signs in sweeps away what is left of others
    session.pop(REASON_KEY, None)
    session[SIGNED_IN_AT] = session[LAST_SEEN_AT] = now
    session[USER_AGENT] = request.headers.get("User-Agent", "")[:200]
    session[IP_ADDRESS] = address_of(request) or None


def standing_sessions(user: User) -> QuerySet[Session]:
    """Return the user's sessions that the limits have not ended yet, last seen first."""
    now = timezone.now()
    return user.sessions.filter(
        expire_date__gt=now,
        last_seen_at__gt=now - dt.timedelta(minutes=settings.SESSION_IDLE_MINUTES),
        created_at__gt=now - dt.timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )


def seconds_left(request: HttpRequest) -> int:
    """Return after how many seconds without a request, at the latest, the session of this request ends."""
    now = time.time()
    absolute = request.session.get(SIGNED_IN_AT, 0) + settings.SESSION_COOKIE_AGE - now
    return max(0, int(min(settings.SESSION_IDLE_MINUTES * 60, absolute)))


def principal_of(user: User | AnonymousUser) -> str:
    """Return whom the request acts as: a visitor, somebody who must set up a second factor first, or the user."""
    if not user.is_authenticated:
        return ANONYMOUS
    return entry_principal(user) if second_factor.is_missing(user) else user_principal(user)
