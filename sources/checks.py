"""Refuses to start where something of this machine could be fetched."""

from django.conf import settings
from django.core.checks import Error


def nothing_of_this_machine_is_fetched(app_configs=None, **kwargs) -> list[Error]:
    """System check: the door that tests open to their own server is shut in production."""
    if settings.FETCH_LOOPBACK_PORT is None or not settings.HTTPS:
        return []
    return [
        Error(
            "PARLEY_FETCH_LOOPBACK_PORT is set: sources could be fetched from this machine itself.",
            hint="It is for tests alone. Take it out of the environment.",
            id="sources.E001",
        )
    ]


def refuse_open_loopback() -> None:
    """Raise SystemExit where the application is about to serve readers with that door open."""
    for error in nothing_of_this_machine_is_fetched():
        raise SystemExit(f"{error.msg} {error.hint}")
