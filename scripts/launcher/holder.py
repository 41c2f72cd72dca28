"""Servers shared by whoever needs them: started for the first, stopped when the last has gone.

Each server has a small process that holds it (`parley.py hold postgres`). Every command that uses the server keeps
a shared lock on a file, which the kernel lets go of however the command ends; so the holder knows, without counting,
when nobody is left. Commands may come and go in any order: `make shell` beside `make run`, two test runs at once.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time

from .places import ROOT, locked
from .postgres import Postgres
from .processes import children, end_and_wait, is_launcher, read_pid
from .redis_server import Redis
from .say import STARTED, Refusal

KINDS = {server.name: server for server in (Postgres, Redis)}
READY = "ready"
REFUSED = "refused: "
POLL = 0.3


class Held:
    """One server, from the side of a command that uses it."""

    def __init__(self, server):
        self.server = server
        folder = server.site.var
        self.pid_file = folder / f"{server.name}.pid"
        self.users_file = folder / f"{server.name}.users"
        self.users = None

    def take(self):
        """Use the server, starting it if nobody does yet."""
        self.users = open(self.users_file, "a", encoding="utf-8")  # noqa: SIM115 - held until `release`
        fcntl.flock(self.users, fcntl.LOCK_SH)  # waits for a server that is just being stopped
        with locked(self.users_file.with_suffix(".starting")):
            if not self.running():
                self.start_holder()
        return self.server.environment()

    def running(self):
        """Whether the server is held, and by which process."""
        pid = read_pid(self.pid_file)
        return pid if pid and is_launcher(pid, "hold", self.server.name) else 0

    def start_holder(self):
        """Start the holding process and pass on what it says until the server answers."""
        command = [sys.executable, "scripts/parley.py", "hold", self.server.name]
        if self.server.site.test:
            command.append("--test")
        holder = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PARLEY_STARTED": repr(STARTED)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        line = ""
        for line in holder.stdout:
            line = line.rstrip("\n")
            if line == READY:
                return
            if line.startswith(REFUSED):
                raise Refusal(line.removeprefix(REFUSED))
            print(line, flush=True)
        raise Refusal(f"{self.server.title} could not be started: {line or 'it gave no reason'}")

    def release(self):
        """Stop using the server; stop it if nobody else uses it."""
        if self.users is None:
            return
        with self.users:
            if alone(self.users):
                pid = self.running()
                if pid:
                    end_and_wait(pid, lambda pid: self.running() == pid, seconds=45)
        self.users = None


def alone(file):
    """Turn the shared lock into the only one; False while somebody else holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def hold(server):
    """The holding process: start the server, say so, and stop it when told to or when nobody uses it any more."""
    held = Held(server)
    told = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: told.append(1))
    try:
        server.start()
        held.pid_file.write_text(f"{os.getpid()}\n")
    except Refusal as refusal:
        print(f"{REFUSED}{refusal}", flush=True)
        if server.child:
            server.stop()
        return 1
    print(READY, flush=True)
    silence()
    with open(held.users_file, "a", encoding="utf-8") as users:
        while not told and not server.child.ended() and not alone(users):
            time.sleep(POLL)
        server.stop()
        held.pid_file.unlink(missing_ok=True)
    return 0


def silence():
    """Let go of the starter's output: it may be gone before we are."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


@contextlib.contextmanager
def using(servers):
    """Use servers while this lasts; the environment that names them all."""
    held = [Held(server) for server in servers]
    try:
        environment = {}
        for one in held:
            environment.update(one.take())
        yield environment, held
    finally:
        for one in reversed(held):
            one.release()


def held_pids(server):
    """The holder of a server and its direct children, for tests and `make reset`."""
    pid = Held(server).running()
    return [pid, *children(pid)] if pid else []
