"""Which port the page is served on."""

import os
import socket

from .say import Refusal, say

HOST = "127.0.0.1"
DEFAULT = 8000
TRIES = 100


def choose(wanted=None):
    """The port to serve on: PORT if it was given, else 8000 or the next free one."""
    if wanted:
        return given(wanted)
    port = next((port for port in range(DEFAULT, DEFAULT + TRIES) if not why_not(port)), None)
    if port is None:
        raise Refusal(f"No port from {DEFAULT} to {DEFAULT + TRIES - 1} is free: name one, as in `make run PORT=9000`.")
    if port != DEFAULT:
        say(f"Port {DEFAULT} is in use by another program; taking {port} instead (PORT=... chooses another)")
    return port


def given(wanted):
    """The port the user named, or the sentence that says why it cannot be had."""
    try:
        port = int(wanted)
    except ValueError:
        port = 0
    if not 0 < port < 65536:
        raise Refusal(f"PORT={wanted} is not a port: give a number from 1 to 65535.")
    reason = why_not(port)
    if reason:
        raise Refusal(f"Port {port} {reason}: choose another, as in `make run PORT={port % 60000 + 1000}`.")
    return port


def why_not(port):
    """Why a port cannot be served on; None when it can."""
    with socket.socket() as attempt:
        # As gunicorn does, so that a port just left behind by our own last run counts as free.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except PermissionError:
            return f"is not yours to use (this user, {os.geteuid()}, may only use ports from 1024)"
        except OSError:
            return "is in use by another program"
    return None
