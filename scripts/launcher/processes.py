"""Starting processes so that none outlives the launcher, however the launcher ends, and stopping them in order."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from .places import ROOT
from .say import say

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36
GRACE_AFTER_KILL = 3  # seconds that orphans get to end by themselves
libc = ctypes.CDLL(None, use_errno=True)


class Child:
    """A long-running process of ours in a process group of its own: Ctrl-C reaches the launcher, not it."""

    def __init__(self, name, command, environment, log, cwd=ROOT, end=signal.SIGTERM, orphaned=None):
        """`end` asks it to stop in order; `orphaned` is what it gets when its starter is gone: no time to lose."""
        self.name, self.end, self.log = name, end, log
        self.log_start = log.stat().st_size if log.exists() else 0
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                env=environment,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent(orphaned or end),
                process_group=0,
            )

    def ended(self):
        """Whether it has ended."""
        return self.process.poll() is not None

    def output(self):
        """What it has written to its log since it was started."""
        with open(self.log, "rb") as file:
            file.seek(self.log_start)
            return file.read()[-20_000:].decode(errors="replace")

    def stop(self, grace=15, hurried=lambda: False):
        """Ask it to end; after `grace` seconds, or when hurried, end its whole group."""
        if not self.ended():
            self.process.send_signal(self.end)
            limit = time.monotonic() + grace
            while not self.ended() and time.monotonic() < limit and not hurried():
                time.sleep(0.02)
        # Also when it ended by itself: what it left behind in its group has no one else to end it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def die_with_parent(ending=signal.SIGTERM):
    """For preexec_fn: the kernel sends `ending` to the new process when the process that started it dies."""
    parent = os.getpid()

    def prepare():
        # A shell that starts us in the background has SIGQUIT ignored, and what is ignored is inherited.
        signal.signal(ending, signal.SIG_DFL)
        libc.prctl(PR_SET_PDEATHSIG, int(ending))
        if os.getppid() != parent:  # it died before the wish was made
            os._exit(1)

    return prepare


def foreground(command, environment, cwd=ROOT):
    """Run a command in front (it has the keyboard, and Ctrl-C is its own affair); its exit status."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        process = subprocess.Popen(
            [str(part) for part in command], env=environment, cwd=cwd, preexec_fn=die_with_parent()
        )
        with forwarding(process.pid):
            status = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return status if status >= 0 else 128 - status


@contextlib.contextmanager
def forwarding(pid):
    """While this lasts, SIGTERM and SIGHUP go on to another process."""

    def forward(number, _frame):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    before = {number: signal.signal(number, forward) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def kept(work):
    """Run `work` (a function that returns an exit status) in a process of its own and leave nothing behind.

    This process stays as its keeper. It adopts every orphan below it, so that it finds them all when the launcher
    has been killed: also a grandchild in another group, which neither the kernel's "die with your parent" nor a
    signal to a group would reach. If the keeper is the one killed, the launcher is told and stops in order.
    """
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    if command_line(os.getppid())[:1] in (["make"], ["gmake"]):
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGHUP))  # whoever kills `make` wants us gone, too
    die = die_with_parent(signal.SIGHUP)
    launcher = os.fork()
    if launcher == 0:
        die()
        sys.exit(work())
    libc.prctl(PR_SET_NAME, b"parley-keeper")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard sends it to the launcher too
    with forwarding(launcher):
        status = wait_for(launcher)
    end_orphans()
    if status < 0:
        say("The launcher was killed; what it had started has been ended.")
    return status if status >= 0 else 128 - status


def wait_for(pid):
    """Wait for one child, burying adopted orphans meanwhile; its exit code, negative for a signal."""
    while True:
        ended, status = os.wait()
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def end_orphans(grace=GRACE_AFTER_KILL):
    """End whatever is still below this process, except servers that others may be using."""
    limit = time.monotonic() + grace
    while orphans := [pid for pid in children(os.getpid()) if not is_holder(pid)]:
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                # Those with a parent to die with have been told already; the others are told now.
                os.kill(pid, signal.SIGTERM if time.monotonic() < limit else signal.SIGKILL)
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.1)


def children(pid):
    """The processes whose parent is `pid`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in brackets may hold anything, brackets too; the parent is the second field after it.
            if int(stat.read_text(errors="replace").rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def command_line(pid):
    """The words a process was started with; none if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def is_launcher(pid, *words):
    """Whether a process is this checkout's launcher (a number in a file may long be somebody else's)."""
    line = command_line(pid)
    try:
        here = os.path.realpath(f"/proc/{pid}/cwd") == str(ROOT)
    except OSError:
        here = False
    return here and any(word.endswith("parley.py") for word in line) and all(word in line for word in words)


def is_holder(pid):
    """Whether a process holds servers that several commands share."""
    return is_launcher(pid, "hold")


def read_pid(path):
    """The process number in a file; 0 if there is none."""
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def end_and_wait(pid, still_there, seconds):
    """Ask a process that is not our child to end; whether it did in time."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    limit = time.monotonic() + seconds
    while still_there(pid) and time.monotonic() < limit:
        time.sleep(0.05)
    return not still_there(pid)
