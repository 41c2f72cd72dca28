"""Writes down who came in, who did not and what changed about the ways in; each in the name of the current reader."""

from access.events import note
from access.models import User


def signed_in(user: User, how: str) -> None:
    note("sign_in", subject=user, how=how)


def sign_in_failed(how: str, username: str) -> None:
    """``username`` as it was typed. It is kept only where an account has it: others may be passwords gone astray."""
    subject = User.objects.filter(username=username).first()
    note("sign_in_failed", subject=subject, how=how)


def signed_out(user: User, why: str) -> None:
    note("sign_out", subject=user, why=why)


def password_changed(user: User) -> None:
    note("password_changed", subject=user)


def factor_added(user: User, kind: str) -> None:
    note("factor_added", subject=user, factor=kind)


def factor_removed(user: User, kind: str) -> None:
    note("factor_removed", subject=user, factor=kind)


def invitation_refused() -> None:
    note("invitation_refused")
