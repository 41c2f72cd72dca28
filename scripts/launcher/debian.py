"""Debian's own packages, fetched by apt (which checks their signatures) and unpacked without root into var/.

Nothing on the system changes: apt gets lists and a cache of its own, and dpkg only unpacks.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .places import VAR
from .say import Refusal, explain

UNPACKED_TOOLS = VAR / "debian" / "tools"

# Of what apt would install, this much is needed to run the servers. Left out on purpose: LLVM (only for jit, which
# is off), Perl, Python and the packages' wrapper scripts.
NEEDED = re.compile(r"(lib(?!llvm|z3|perl|json-perl|common-sense|types-ser|dbi|ipc)|lua|postgresql-(client-)?\d|redis)")

RETRIES = 2


def available():
    """Whether this machine has apt (NO_APT=1 tests the other routes)."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg")) and os.environ.get("NO_APT") != "1"


def fetch_servers(folder):
    """Unpack PostgreSQL and Redis with the libraries this machine lacks into `folder`/root."""
    work = folder / "fetch"
    update(work)
    major = default_postgres(work)
    wanted = [f"postgresql-{major}", f"postgresql-client-{major}", "redis-server", "redis-tools"]
    plan = apt(work, "apt-get", "-s", "--no-install-recommends", "install", *wanted).stdout
    new = [name for name in re.findall(r"^Inst (\S+)", plan, re.M) if NEEDED.match(name)]
    download(work, sorted({*wanted, *new}))
    draft = folder / "root.new"
    shutil.rmtree(draft, ignore_errors=True)
    unpack(work, draft)
    shutil.rmtree(folder / "root", ignore_errors=True)
    draft.rename(folder / "root")
    shutil.rmtree(work, ignore_errors=True)


def fetch_tool(package):
    """Unpack one small package for the launcher itself; False where that is not possible."""
    if not available():
        return False
    work = VAR / "debian" / "fetch-tools"  # the servers may be on their way at the same time
    update(work)
    download(work, [package])
    unpack(work, UNPACKED_TOOLS)
    return True


def certificates():
    """A file of certificate authorities from Debian's package, for a machine that has none; None if impossible."""
    bundle = UNPACKED_TOOLS / "certificates.pem"
    if not bundle.exists():
        if not fetch_tool("ca-certificates"):
            return None
        parts = sorted((UNPACKED_TOOLS / "usr/share/ca-certificates/mozilla").glob("*.crt"))
        bundle.write_bytes(b"\n".join(part.read_bytes() for part in parts))
    return bundle


def libraries(root):
    """The folder of unpacked libraries."""
    return root / "usr/lib" / f"{os.uname().machine}-linux-gnu"


def default_postgres(work):
    """The major version of this release's PostgreSQL."""
    shown = apt(work, "apt-cache", "depends", "postgresql").stdout
    found = re.search(r"Depends: postgresql-(\d+)", shown)
    if not found:
        raise Refusal("apt offers no PostgreSQL here: install PostgreSQL 15 or newer, or set DATABASE_URL.")
    return found.group(1)


def update(work):
    """Fetch the package lists, once for one fetch."""
    for name in ("lists/partial", "cache/archives/partial", "packages"):
        (work / name).mkdir(parents=True, exist_ok=True)
    if not any((work / "lists").glob("*Packages*")):
        done = apt(work, "apt-get", "-qq", "update")
        # `update` answers 0 even when every source failed; one broken source beside a good one does no harm.
        if not any((work / "lists").glob("*Packages*")):
            raise Refusal(explain(done.stderr, "Fetching Debian's packages", VAR))


def download(work, packages):
    """Fetch packages; apt checks their signatures."""
    apt(work, "apt-get", "-qq", "download", *packages)


def unpack(work, folder):
    """Unpack what was downloaded."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in sorted((work / "packages").glob("*.deb")):
        run(["dpkg", "-x", str(package), str(folder)], work)
        package.unlink()


def apt(work, program, *arguments):
    """Run apt with its own lists and cache, so that it needs neither root nor the system's lock."""
    options = {
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Debug::NoLocking": 1,
        "APT::Sandbox::User": "",
        "Acquire::Retries": RETRIES,
    }
    settings = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    return run([program, *settings, *arguments], work / "packages")


def run(command, folder: Path):
    """Run one command of Debian's tools, or refuse with the reason."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
    if done.returncode:
        raise Refusal(explain(done.stderr + done.stdout, "Fetching Debian's packages", VAR))
    return done
