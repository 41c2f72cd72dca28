"""How to run a server that refuses to run as root, without making users or changing anybody's folders."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from .places import VAR, private_folder, project_id
from .say import Refusal

# Debian has all of these from the start; which one does not matter, only that it is not root.
LOW_USERS = ("postgres", "daemon", "nobody")


class Sandbox:
    """What stands before a server's command, and below which folder its files may lie.

    An ordinary user needs nothing. Root gets a user namespace, in which the server sees itself as a low user while
    its files stay root's. Where namespaces are forbidden (a chroot, some containers) root drops to the low user, who
    may not be able to reach the project, so that its files then lie in /var/tmp.
    """

    def __init__(self):
        self.prefix = []
        self.user = None
        self.base = VAR
        if os.geteuid() == 0:
            self._leave_root()

    def _leave_root(self):
        low = next((user for user in map(known_user, LOW_USERS) if user), None)
        if low is None or not shutil.which("setpriv"):
            raise Refusal("PostgreSQL refuses to run as root here: run the command as an ordinary user.")
        namespace = ["unshare", "--user", f"--map-user={low.pw_uid}"]
        if os.environ.get("NO_USERNS") != "1" and works([*namespace, "true"]):
            self.prefix = namespace
            return
        self.prefix = ["setpriv", f"--reuid={low.pw_uid}", f"--regid={low.pw_gid}", "--clear-groups"]
        self.user = low
        self.base = Path("/var/tmp") / f"parley-{project_id()}"
        self.folder(self.base)

    def folder(self, path):
        """A 0700 folder that the server can use as its own."""
        private_folder(path, owner=self.user.pw_uid if self.user else None)
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def command(self, *command, signal="TERM"):
        """The command as the server's user, ending with its starter.

        The kernel forgets the wish to die with one's parent when a process changes its user, so setpriv repeats it.
        """
        dying = ["setpriv", "--pdeathsig", signal] if shutil.which("setpriv") else []
        return [*self.prefix, *dying, *map(str, command)]


def known_user(name):
    """The user of that name, or None."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def works(command):
    """Whether a command can be run here and ends well."""
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False
