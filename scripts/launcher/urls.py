"""Addresses of databases: written for the private servers, read and changed where the user gave them.

A socket folder stands percent-encoded as the option `host`: postgresql://role:secret@/name?host=%2Frun%2Fparley
"""

from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from .say import Refusal

POSTGRES_SCHEMES = ("postgresql", "postgres")
REDIS_SCHEMES = ("redis", "rediss", "unix")


def postgres_url(role, password, database, folder):
    """The address of a database behind a socket in `folder`."""
    return (
        f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}@/{quote(database, safe='')}"
        f"?host={quote(str(folder), safe='')}"
    )


def redis_url(socket, number):
    """The address of a Redis database behind a socket."""
    return f"unix://{quote(str(socket))}?db={number}"


def check(name, url, schemes):
    """Refuse an address whose kind we do not know, before anything is started on its account."""
    if not url.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise Refusal(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
    try:
        urlsplit(url).port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise Refusal(f"{name} cannot be read: write @ : / ? # in a password as %40 %3A %2F %3F %23.") from None


def with_redis_database(url, number):
    """The same Redis, another of its numbered databases: tests never touch the one that is in use."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":
        return f"unix://{parts.netloc}{parts.path}?{urlencode({**options, 'db': number})}"
    options.pop("db", None)
    # urlunsplit keeps the path; the database of redis:// is its path.
    return urlunsplit(parts._replace(path=f"/{number}", query=urlencode(options)))


def without_password(url):
    """The address as it may be shown and logged."""
    parts = urlsplit(url)
    options = [(name, value) for name, value in parse_qsl(parts.query) if "pass" not in name]
    user = f"{parts.username}@" if parts.username else ""
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=user + host, query=urlencode(options, safe="/")))


def endpoint(url):
    """Where the server of an address listens: a socket's path, or (host, port)."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return unquote(parts.path)
    options = dict(parse_qsl(parts.query))
    is_postgres = parts.scheme in POSTGRES_SCHEMES
    host = (
        options.get("host") or unquote(parts.hostname or "") or ("/var/run/postgresql" if is_postgres else "localhost")
    )
    port = int(options.get("port") or parts.port or (5432 if is_postgres else 6379))
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
