"""The three processes that are Parley when it runs: the web server, the worker and its clock."""

import http.client
import os
import signal
import time

from .places import PYTHON, VAR
from .ports import HOST
from .processes import Child
from .say import Refusal, explain, say
from .settings import without_owner

LOGS = VAR / "log"
LARGEST_LOG = 5 * 2**20
PATIENCE_WITH_ERRORS = 5  # seconds
QUIETLY = ("--loglevel", "warning")
# No query strings: they hold what people search for.
ACCESS_LOG = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'


def web_command(port):
    """gunicorn. Its control socket would lie in the home folder, open to others, and is not needed."""
    return [
        *(PYTHON, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}"),
        *("--worker-class", "gthread", "--workers", 2, "--threads", 4, "--timeout", 60, "--graceful-timeout", 10),
        *("--no-control-socket", "--access-logfile", "-", "--access-logformat", ACCESS_LOG),
    ]


def worker_command():
    """The worker that makes reports. There is one, so that it need not look for others."""
    return [PYTHON, "-m", "celery", "-A", "config", "worker", *QUIETLY, "-c", 2, "--without-gossip", "--without-mingle"]


def beat_command():
    """The clock that wakes recurring tasks."""
    return [PYTHON, "-m", "celery", "-A", "config", "beat", *QUIETLY, "-s", VAR / "beat-schedule"]


class Signals:
    """Ctrl-C (or `make stop`) ends what is being done; once there are processes to stop, it is only counted."""

    def __init__(self):
        self.count = 0
        self.counting = False

    def listen(self):
        """Begin to hear."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.heard)

    def heard(self, number, _frame):
        # The terminal or the keeper is gone: nobody is left to ask a second time.
        self.count += 2 if number == signal.SIGHUP else 1
        if not self.counting:
            raise KeyboardInterrupt

    def hurried(self):
        """Whether it was asked for twice."""
        return self.count > 1


def serve(port, environment, signals, servers):
    """Start the processes, say where the page is, and wait for the end; the exit status."""
    signals.counting = True
    told = without_owner(environment)
    children = []
    try:
        children.append(start("web server", "web", web_command(port), told))
        wait_for_page(children[0], port, signals)
        if not signals.count:
            children.append(start("worker", "worker", worker_command(), told))
            children.append(start("clock", "beat", beat_command(), told))
            say(f"Parley is at http://{HOST}:{port}/ (Ctrl-C stops everything; logs in var/log)")
        return watch(children, servers, signals)
    finally:
        hint = " (Ctrl-C again does not wait for what is unfinished)"
        for child in children:
            say(f"Stopping the {child.name}{hint}")
            hint = ""
            child.stop(grace=15, hurried=signals.hurried)


def start(name, log, command, environment):
    """Start one process, with a log that cannot grow for ever.

    To gunicorn and Celery SIGTERM means to finish what they are at, SIGQUIT to drop it: that is what they get when
    the launcher has been killed.
    """
    path = LOGS / f"{log}.log"
    bound(path)
    say(f"Starting the {name}")
    return Child(name, command, environment, path, orphaned=signal.SIGQUIT)


def bound(path):
    """Begin a log anew when it has grown large, keeping one old one."""
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        os.replace(path, path.with_suffix(".old.log"))


def wait_for_page(web, port, signals, seconds=60):
    """Wait until the first page is really answered, not only the port taken."""
    began = time.monotonic()
    while not signals.count:
        if web.ended():
            raise Refusal(explain(web.output(), "Starting the web server") + " (var/log/web.log has the whole of it)")
        status = page_status(port)
        if status and status < 500:
            return
        if status and time.monotonic() > began + PATIENCE_WITH_ERRORS:
            say(f"The first page answers with error {status}; var/log/web.log says why")
            return
        if time.monotonic() > began + seconds:
            raise Refusal(f"The web server has not answered for {seconds} seconds; var/log/web.log may say why.")
        time.sleep(0.5 if status else 0.05)


def page_status(port):
    """The status the first page is answered with; None while nothing answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def watch(children, servers, signals):
    """Wait until somebody asks for the end, or one of the processes has ended by itself."""
    while not signals.count:
        for child in children:
            if child.ended():
                say(f"The {child.name} ended by itself; the end of {child.log.name} in var/log says why")
                return 1
        for held in servers:
            if not held.running():
                say(f"{held.server.title} ended; var/log/{held.server.name}.log may say why")
                return 1
        time.sleep(0.25)
    return 0
