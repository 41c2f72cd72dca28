"""Where things lie, and how a folder or a file is made so that only its owner can read it."""

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import stat
from pathlib import Path

from .say import Refusal

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ACCOUNTS = VAR / "accounts.txt"

# A Unix socket's address holds 107 bytes; the longest name put into a run folder is `.s.PGSQL.5432.lock`.
LONGEST_RUN_FOLDER = 85


def project_id():
    """A short name for this checkout, for the folders that must lie outside it."""
    return hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]


def private_folder(folder, owner=None):
    """Make `folder` with mode 0700, or accept it only if it is a real folder of ours.

    Names under /tmp can be guessed, so a link or another user's folder is refused, not used.
    """
    folder = Path(folder)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), owner):
        raise Refusal(f"{folder} belongs to somebody else: remove it, or run as the user who made it.")
    folder.chmod(0o700)
    return folder


def socket_folder(wanted):
    """The folder for sockets: `wanted`, or one with a short plain name in /tmp.

    A long path does not fit into a socket's address, and a space or comma in it would have to be written in five
    different ways for five programs.
    """
    if len(os.fsencode(wanted)) <= LONGEST_RUN_FOLDER and re.fullmatch(r"[\w/.+-]+", str(wanted), re.ASCII):
        return wanted
    name = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
    return Path("/tmp") / f"parley-{os.geteuid()}-{name}"


def write_private(path, text):
    """Write a file nobody else can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def kept_secret(path):
    """The random text kept in `path`, made the first time."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50))
    return path.read_text(encoding="utf-8").strip()


@contextlib.contextmanager
def locked(path):
    """Hold `path` for this process alone; whoever comes second waits. The kernel lets go when we die."""
    with open(path, "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
