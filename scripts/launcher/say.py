"""How the launcher talks: one line for each thing it does, one sentence when it cannot go on."""

import errno
import os
import re
import time

# Handed on to the launcher's own helpers, so that all lines count from the same moment.
STARTED = float(os.environ.get("PARLEY_STARTED") or time.monotonic())

FULL = "The disk is full (no space left in {where}): free some space and run the same command again."

# What tools print when the disk, the network or a permission is the reason, and the sentence for it.
REASONS = [
    (r"No space left on device|Disk quota exceeded|ENOSPC|os error 28\b|File (too large|size limit exceeded)", FULL),
    (
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|invalid peer certificate|UnknownIssuer",
        "{doing} met a certificate this machine does not trust: behind a proxy with its own authority, "
        "set SSL_CERT_FILE to that authority's file.",
    ),
    (
        r"Temporary failure (in name )?resol|Could not resolve|Name or service not known|dns error|"
        r"failed to lookup address|Network is unreachable|Could not connect to|Failed to establish a new connection|"
        r"tunnel error|Connection refused|Connection timed out|error sending request|ConnectTimeout|"
        r"Unable to connect to",
        "{doing} needs the network, and it does not answer: connect (or set the proxy) and run the same command again.",
    ),
    (r"Read-only file system", "{where} cannot be written (read-only file system)."),
    (r"Permission denied|os error 13\b", "{doing} was refused: the user you are may not write in {where}."),
]


class Refusal(Exception):
    """One clear sentence for the person at the keyboard; it ends the command with status 1."""


def say(text):
    """One line, with the seconds since the command began."""
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


def explain(output, doing, where="the project's folder"):
    """The sentence for a failed step: a known reason put plainly, else the tool's own last line."""
    for pattern, sentence in REASONS:
        if re.search(pattern, output):
            return sentence.format(doing=doing, where=where)
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return f"{doing} failed: {lines[-1] if lines else 'it gave no reason'}"


def explain_os_error(error):
    """The sentence for an error of the operating system that nobody expected where it happened."""
    where = error.filename or "the project's folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return FULL.format(where=where)
    return f"{error.strerror or error}: {where}"
