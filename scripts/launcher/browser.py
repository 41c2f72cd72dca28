"""The browser the browser tests drive: Chromium from this machine, or Debian's, installed where we may."""

import os
import shutil
import subprocess

from .places import VAR
from .say import Refusal, explain, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]


def find_chromium():
    """The path of Chromium, installing it with apt where there is none and we are root."""
    found = here()
    if found:
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Refusal(
            f"The browser tests need Chromium, which only an administrator can install: `{' '.join(INSTALL)}`, "
            "or set PARLEY_CHROMIUM to a Chromium or Chrome of your own."
        )
    say("Installing Chromium for the browser tests (Debian's package)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    log = VAR / "test" / "log" / "chromium.log"
    for command in (["apt-get", "-qq", "update"], INSTALL):
        with open(log, "wb") as output:
            subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    found = here()
    if not found:
        raise Refusal(explain(log.read_text(errors="replace"), "Installing Chromium", "/"))
    return found


def here():
    """Chromium as the user names it, or as found on this machine; None if there is none."""
    wanted = os.environ.get("PARLEY_CHROMIUM")
    if wanted:
        found = shutil.which(wanted)
        if not found:
            raise Refusal(f"PARLEY_CHROMIUM={wanted} is not a program that can be run.")
        return found
    return next((path for path in map(shutil.which, NAMES) if path), None)
