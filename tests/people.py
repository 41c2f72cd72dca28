"""The standing cast: real accounts over the real database role, so that the policies run in every test."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level, Role
from access.models import ApiToken, BreakGlass, Compartment, Membership, User

PASSWORD = "correct horse battery staple"


@dataclass
class People:
    """outsider: public level, analyst. analyst: internal. recorder, reviewer: confidential, no room.

    member: an analyst of the room, confidential. administrator: manages people and reads nothing more than public.
    """

    room: Compartment
    outsider: User
    analyst: User
    recorder: User
    reviewer: User
    member: User
    administrator: User

    def all(self) -> dict[str, User]:
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}


@cache
def password_hash() -> str:
    """Return the stored form of the password; made once, because making it is slow on purpose."""
    return make_password(PASSWORD)


def gather() -> People:
    """Make the cast in the current transaction."""
    with acting_as(SYSTEM):
        room = Compartment.objects.create(code="ROOM", name="The room")

        def person(name: str, role: str, clearance: int) -> User:
            return User.objects.create(username=name, password=password_hash(), role=role, clearance=clearance)

        people = People(
            room=room,
            outsider=person("outsider", Role.ANALYST, Level.PUBLIC),
            analyst=person("analyst", Role.ANALYST, Level.INTERNAL),
            recorder=person("recorder", Role.RECORDER, Level.CONFIDENTIAL),
            reviewer=person("reviewer", Role.REVIEWER, Level.CONFIDENTIAL),
            member=person("member", Role.ANALYST, Level.CONFIDENTIAL),
            administrator=person("administrator", Role.ADMINISTRATOR, Level.PUBLIC),
        )
        Membership.objects.create(user=people.member, compartment=room)
    return people


def accounts_of(user: User) -> dict[str, Model]:
    """Make what the pages about people are about: a compartment with this member, their token, their broken glass.

    The user's role must allow to break the glass.
    """
    until = timezone.now() + dt.timedelta(minutes=30)
    with acting_as(SYSTEM):
        circle = Compartment.objects.create(code=f"OF-{user.username}"[:32], name=f"Circle of {user}")
        membership = Membership.objects.create(user=user, compartment=circle)
        token, _secret = ApiToken.issue(user, "of a script", expires_at=until)
    with acting_as(user_principal(user)):
        glass = BreakGlass.objects.create(user=user, reason="Somebody is in danger", until=until)
        BreakGlass.objects.filter(pk=glass.pk).update(ended_at=timezone.now())
    return {"user": user, "circle": circle, "membership": membership, "token": token, "glass": glass}


def signed_in(user: User | None, **options) -> Client:
    """Return a test client with the user's session; None stays a visitor."""
    client = Client(**options)
    if user is not None:
        with acting_as(SYSTEM):
            client.force_login(user)
    return client
