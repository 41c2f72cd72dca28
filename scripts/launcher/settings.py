"""What the processes of Parley are told: their environment variables, and which servers they use."""

import os
import socket

from .places import ROOT, kept_secret
from .postgres import Postgres
from .redis_server import Redis
from .say import Refusal, say
from .urls import POSTGRES_SCHEMES, REDIS_SCHEMES, check, endpoint, with_redis_database, without_password

OWNER_URL = "DATABASE_OWNER_URL"


def read_env_file(path=ROOT / ".env"):
    """Take settings from `.env`, where the environment itself does not already give them."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if separator and not name.startswith("#") and value:
            os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def private_servers(site):
    """The servers we must run ourselves: those the user has not given an address for."""
    check_given()
    servers = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(Postgres(site))
    if not os.environ.get("REDIS_URL"):
        servers.append(Redis(site))
    return servers


def check_given():
    """Refuse addresses that are incomplete, unreadable or where nothing answers."""
    if os.environ.get("DATABASE_URL") and not os.environ.get(OWNER_URL):
        raise Refusal(
            f"DATABASE_URL is set but {OWNER_URL} is not: set both, the first for the application's role and the "
            "second for the role that owns the tables; scripts/roles.sql is the SQL that creates the two."
        )
    schemes = {"DATABASE_URL": POSTGRES_SCHEMES, OWNER_URL: POSTGRES_SCHEMES, "REDIS_URL": REDIS_SCHEMES}
    if os.environ.get(OWNER_URL) and not os.environ.get("DATABASE_URL"):
        raise Refusal(f"{OWNER_URL} is set but DATABASE_URL is not: set both, or neither.")
    for name, kinds in schemes.items():
        url = os.environ.get(name)
        if url:
            check(name, url, kinds)
            if not reachable(url):
                raise Refusal(f"{name}: nothing answers at {without_password(url)}.")


def reachable(url):
    """Whether something listens where an address points."""
    where = endpoint(url)
    try:
        if isinstance(where, str):
            with socket.socket(socket.AF_UNIX) as attempt:
                attempt.settimeout(5)
                attempt.connect(where)
        else:
            socket.create_connection(where, timeout=5).close()
    except OSError:
        return False
    return True


def environment(site, servers):
    """The whole environment for a process that may act as the owner; `servers` are the private servers' addresses."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    if "DATABASE_URL" in servers:
        # libpq reads these, and they are meant for another server.
        kept = {name: value for name, value in kept.items() if not name.startswith("PG")}
    result = {
        **kept,
        **servers,
        "PARLEY_VAR": str(site.var),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }
    result.setdefault("PARLEY_HTTP", "1")
    if not result.get("SECRET_KEY"):
        result["SECRET_KEY"] = kept_secret(site.var / "secret-key")
    if site.test and "REDIS_URL" not in servers:
        result["REDIS_URL"] = with_redis_database(result["REDIS_URL"], 1)
    return result


def without_second_factors(environment):
    """On a database of our own, for trying Parley out: the demo accounts open with a password alone, said aloud."""
    if "SECOND_FACTOR_REQUIRED_FOR" not in environment:
        environment["SECOND_FACTOR_REQUIRED_FOR"] = ""
        say("No account is asked for a second factor here; SECOND_FACTOR_REQUIRED_FOR says who is elsewhere")


def without_owner(environment):
    """The environment for processes that serve readers: they cannot become the owner."""
    return {name: value for name, value in environment.items() if name != OWNER_URL}


def for_production(environment):
    """The environment `make check` looks at: as it would be behind https."""
    result = {name: value for name, value in environment.items() if name != "PARLEY_HTTP"}
    return {**result, "ALLOWED_HOSTS": "parley.example"}


def described(environment):
    """Lines a shell can read, for working by hand."""
    names = ("DATABASE_URL", OWNER_URL, "REDIS_URL", "SECRET_KEY", "PARLEY_HTTP", "PARLEY_VAR", "PARLEY_CHROMIUM")
    return [f"export {name}='{environment[name]}'" for name in names if name in environment]
