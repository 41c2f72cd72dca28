"""Preparing the database before anything is served: migrations, static files, the public record, demo accounts."""

import hashlib
import os
import subprocess

from .places import ACCOUNTS, PYTHON, ROOT, VAR
from .say import Refusal, explain, say

STAMP = VAR / "prepared"
LOG = VAR / "log" / "prepare.log"
# What cannot change what preparation does.
NOT_LOOKED_AT = {"var", "tests", "docs", "scripts", "__pycache__", "staticfiles", "node_modules"}


def prepare(environment, postgres=None):
    """Run `manage.py prepare`, unless nothing it depends on has changed since it last ran to its end."""
    now = fingerprint(environment, postgres)
    if now and ACCOUNTS.exists() and STAMP.exists() and STAMP.read_text() == now:
        return
    STAMP.unlink(missing_ok=True)
    known = kept_accounts()
    command = [PYTHON, "manage.py", "prepare", "--accounts-file", ACCOUNTS]
    say("Preparing the database")
    run(command, environment, "Preparing the database")
    if now:
        STAMP.write_text(now)
    show_accounts([line for line in kept_accounts() if line not in known])


def run(command, environment, doing):
    """Run a Django command, passing on its lines; what it says when it fails goes to a log, its reason to the user."""
    with open(LOG, "w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        for line in process.stdout:
            if line.strip():
                say(f"  {line.rstrip()}")
        if process.wait():
            log.seek(0)
            raise Refusal(f"{explain(log.read(), doing)} (the whole of it: {LOG.relative_to(ROOT)})")


def kept_accounts():
    """The lines of the file in which preparation keeps the demo accounts it has made."""
    return ACCOUNTS.read_text(encoding="utf-8").splitlines() if ACCOUNTS.exists() else []


def show_accounts(new):
    """Print new demo accounts, once; they stay in var/, where only this user can read them."""
    if new:
        lines = "\n".join(f"  {line}" for line in new if line)
        print(f"\nDemo accounts (kept in {ACCOUNTS.relative_to(ROOT)}):\n{lines}\n", flush=True)


def fingerprint(environment, postgres):
    """A digest of every project file preparation could depend on, and of which database and key it was done for.

    None with a database of the user's own: we cannot know what happened to it since, so it is always prepared.
    """
    if postgres is None:
        return None
    digest = hashlib.sha256(postgres.roles.read_bytes())  # random for each database made
    digest.update(environment["SECRET_KEY"].encode())  # the database knows a key derived from it
    for path in project_files():
        found = os.stat(path, follow_symlinks=False)
        digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode(errors="replace"))
    return digest.hexdigest()


def project_files():
    """The files of the applications, their static files and the public record."""
    yield from (ROOT / "manage.py", ROOT / "requirements.txt")
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in NOT_LOOKED_AT and not name.startswith("."))
        if folder != str(ROOT):
            yield from (os.path.join(folder, name) for name in sorted(files))
