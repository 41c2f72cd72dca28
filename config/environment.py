"""Reads settings from environment variables; no file is ever written or looked for."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def required(name: str) -> str:
    """Return the variable's value; raise ImproperlyConfigured naming it when it is missing or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"Set the environment variable {name}; .env.example says what it is for.")
    return value


def flag(name: str) -> bool:
    """Return whether the variable is switched on (1, true, yes, on)."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def choices(name: str, default: str, allowed: set[str]) -> list[str]:
    """Return a comma-separated variable as a list; raise ImproperlyConfigured for words not in ``allowed``."""
    given = words(name, default)
    unknown = [word for word in given if word not in allowed]
    if unknown:
        raise ImproperlyConfigured(f"{name} names {', '.join(unknown)}; it may name {', '.join(sorted(allowed))}.")
    return given


def number(name: str, default: int) -> int:
    """Return a variable as a whole number above 0; raise ImproperlyConfigured naming it when it is none."""
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isdecimal() or not int(value):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number above 0.")
    return int(value)


def postgresql(url: str) -> dict:
    """Turn ``postgresql://user:password@host:port/name?option=value`` into a Django database entry.

    A socket folder is given percent-encoded, as the host (``@%2Frun%2Fpg``) or as the option ``host``.
    Other options (``sslmode``, ``sslrootcert`` …) are passed to the driver. Raises ImproperlyConfigured
    for another scheme or a missing database name.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"A database address must begin with postgresql://, not {parts.scheme or 'nothing'}."
        )
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("The database address names no database: postgresql://user@host/NAME.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": options.pop("port", None) or str(parts.port or ""),
        "OPTIONS": options,
    }


def redis_for_celery(url: str) -> str:
    """Celery names a socket ``redis+socket://path?virtual_host=0`` where Django says ``unix://path?db=0``."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = dict(parse_qsl(parts.query)).get("db", "0")
    # Not urlunsplit: for a scheme it does not know it drops the slashes where there is no host.
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={database}"
