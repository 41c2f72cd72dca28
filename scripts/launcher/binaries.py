"""Where the programs of PostgreSQL and Redis are: on this machine, or unpacked from Debian's packages."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import debian
from .places import VAR, locked
from .say import Refusal, say

OLDEST_POSTGRES = 15
EXTENSION = "pg_trgm.control"  # stands for PostgreSQL's contrib package, which the migrations need


@dataclass
class Program:
    """A server's program and what it needs in its environment."""

    path: Path
    version: int
    source: str
    environment: dict = field(default_factory=dict)


def find_postgres(sandbox, written_by=None):
    """The folder of PostgreSQL's programs: the version that wrote the data if there is data, else the newest."""
    found = list(postgres_here(sandbox))
    if not usable(found, written_by) and debian.available():
        fetch(sandbox)
        found = list(postgres_here(sandbox))
    best = usable(found, written_by) or found
    if not best:
        raise Refusal(
            f"No PostgreSQL {OLDEST_POSTGRES} or newer with its contrib modules is here and apt cannot fetch one: "
            "install it, or set DATABASE_URL and DATABASE_OWNER_URL."
        )
    return best[0]


def usable(programs, written_by):
    """Those that can open data written by a version; all of them when there is no data yet."""
    return [program for program in programs if written_by in (None, program.version)]


def postgres_here(sandbox):
    """Every usable PostgreSQL on this machine, PG_BIN first, then installed ones, then unpacked ones."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version_of_folder, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        installed.append(Path(on_path).resolve().parent)
    candidates = [(Path(folder), "PG_BIN") for folder in [os.environ.get("PG_BIN")] if folder]
    if os.environ.get("NO_LOCAL") != "1":
        candidates += [(folder, "this machine") for folder in installed]
    seen = set()
    for folder, source in candidates:
        version = postgres_version(folder, {})
        if folder not in seen and version >= OLDEST_POSTGRES and has_contrib(folder):
            seen.add(folder)
            yield Program(folder, version, source)
    root = unpacked(sandbox)
    environment = {"LD_LIBRARY_PATH": str(debian.libraries(root))}
    for folder in sorted(root.glob("usr/lib/postgresql/*/bin"), reverse=True):
        version = postgres_version(folder, environment)
        if version:
            yield Program(folder, version, "Debian's package in var/", environment)


def find_redis(sandbox):
    """The Redis server's program."""
    found = redis_here(sandbox)
    if found is None and debian.available():
        fetch(sandbox)
        found = redis_here(sandbox)
    if found is None:
        raise Refusal("No redis-server is here and apt cannot fetch one: install it, or set REDIS_URL.")
    return found


def redis_here(sandbox):
    """REDIS_BIN, the machine's Redis (or Valkey), or the unpacked one; None if there is none."""
    root = unpacked(sandbox)
    candidates = [(os.environ.get("REDIS_BIN"), "REDIS_BIN", {})]
    if os.environ.get("NO_LOCAL") != "1":
        candidates += [(shutil.which(name), "this machine", {}) for name in ("redis-server", "valkey-server")]
    environment = {"LD_LIBRARY_PATH": str(debian.libraries(root))}
    candidates.append((root / "usr/bin/redis-server", "Debian's package in var/", environment))
    for path, source, needs in candidates:
        version = path and reported(path, r"v=(\d+)", needs)
        if version:
            return Program(Path(path), version, source, needs)
    return None


def fetch(sandbox):
    """Fetch both servers from Debian, once, whoever asks."""
    folder = sandbox.base / "debian"
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with locked(VAR / "debian.lock"):
        if not (folder / "root").exists():
            say("Fetching PostgreSQL and Redis: Debian's packages, unpacked into the project's var/")
            debian.fetch_servers(folder)


def unpacked(sandbox):
    """The folder Debian's packages are unpacked into."""
    return sandbox.base / "debian" / "root"


def postgres_version(folder, environment):
    """The major version of the PostgreSQL in `folder`; 0 where it is incomplete or does not run."""
    if not (folder / "initdb").exists():
        return 0
    return reported(folder / "postgres", r"\) (\d+)", environment)


def reported(program, pattern, environment):
    """The version a program says it is; 0 where it does not run."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, env={**os.environ, **environment}, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(pattern, done.stdout)
    return int(found.group(1)) if found else 0


def has_contrib(folder):
    """Whether PostgreSQL's contrib modules are there, which some distributions package apart."""
    shares = [folder.parent / "share", Path("/usr/share/postgresql") / folder.parent.name]
    return any(next(share.glob(f"**/{EXTENSION}"), None) for share in shares)


def version_of_folder(folder):
    """The number in /usr/lib/postgresql/15/bin, for sorting."""
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0
