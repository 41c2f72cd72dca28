"""What every process that serves readers checks before it starts."""

import logging

from django.db import OperationalError, connections

from access.checks import refuse_powerful_role
from sources.checks import refuse_open_loopback

log = logging.getLogger(__name__)


def hide_invitations(record: logging.LogRecord) -> bool:
    """Filter of gunicorn's access log: an invitation's secret stands in its address, and is nobody's to read there."""
    if isinstance(record.args, dict) and record.args.get("U", "").startswith("/invitations/"):
        record.args["U"] = "/invitations/"
    return True


def refuse_to_start_unguarded() -> None:
    """Raise SystemExit where the policies would not bind this process, or tests have left a door open.

    A database that does not answer at all is no reason: it betrays nothing, and the process serves when it is back.
    """
    refuse_open_loopback()
    try:
        refuse_powerful_role()
    except OperationalError as error:
        log.warning("The database does not answer yet, so its role is unchecked: %s", type(error).__name__)
    finally:
        connections.close_all()  # a process that is forked from this one must not inherit the connection
