"""A whole Parley for tests: a database of its own with the public record, Redis, web server, worker and clock.

Everything is real and committed, so that browser, worker and test see the same. Each house has its own database,
its own Redis and a free port; all of it ends with the test session, by process number.
"""

import contextlib
import http.cookiejar
import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import psycopg2
from launcher import serving
from launcher.places import PYTHON, ROOT
from launcher.ports import HOST
from launcher.processes import Child
from launcher.redis_server import Redis
from launcher.sandbox import Sandbox

from tests.people import PASSWORD

MAKE_PEOPLE = """
import datetime as dt, json
import django
django.setup()
from django.utils import timezone
from access.context import SYSTEM, acting_as
from access.models import ApiToken
from tests import people as cast
people = cast.gather()
tokens = {}
with acting_as(SYSTEM):
    for name, user in people.all().items():
        _token, tokens[name] = ApiToken.issue(
            user, "tests", writes=None, max_level=user.clearance, expires_at=timezone.now() + dt.timedelta(days=1))
print(json.dumps({"tokens": tokens, "ids": {name: str(user.pk) for name, user in people.all().items()},
                  "room": people.room.pk}))
"""


class House:
    """One running Parley. ``people`` are those of tests/people.py; ``token(name)`` is an API token of theirs."""

    def __init__(self, owner_url: str, app_url: str, template: str):
        self.template = template
        self.database = f"parley_house_{secrets.token_hex(4)}"
        self.folder = Path(tempfile.mkdtemp(prefix="parley-house-"))
        self.owner_url, self.server_url = with_database(owner_url, self.database), owner_url
        self.log = self.folder / "log"
        self.log.mkdir()
        self.redis = Redis(
            SimpleNamespace(sandbox=Sandbox(), run=self.folder, log=self.log, var=self.folder, test=False)
        )
        self.port, self.publisher_port = free_port(), free_port()
        self.base_url = f"http://{HOST}:{self.port}"
        self.children: dict[str, Child] = {}
        self.env = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"} | {
            "DATABASE_URL": with_database(app_url, self.database),
            "PARLEY_VAR": str(self.folder),
            "PARLEY_HTTP": "1",
            "SECOND_FACTOR_REQUIRED_FOR": "",
            # Where a test may stand for a publisher; see tests/sources/publisher.py.
            "PARLEY_FETCH_LOOPBACK_PORT": str(self.publisher_port),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": secrets.token_hex(32),
            **self.redis.environment(),
        }

    # Building and tearing down ------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the database, fill it with the public record and the standing cast, and start everything."""
        self.as_owner(f'CREATE DATABASE "{self.database}" TEMPLATE "{self.template}"', url=self.server_url)
        self.redis.start()
        owner = {"DATABASE_OWNER_URL": self.owner_url}
        self.run("manage.py", "prepare", **owner)
        made = json.loads(self.run("-c", MAKE_PEOPLE).splitlines()[-1])
        self.tokens, self.ids, self.room = made["tokens"], made["ids"], made["room"]
        self.start_web()
        self.start_worker()
        self.start_beat()
        self.wait_for(lambda: self.visitor().get("/readyz").status == 200, "the house to be ready")

    def tear_down(self) -> None:
        """End every process, drop the database, remove the folder."""
        for name in list(self.children):
            self.kill(name)
        with contextlib.suppress(Exception):
            self.redis.stop()
        with contextlib.suppress(psycopg2.Error):
            self.as_owner(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)', url=self.server_url)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command: str, **variables: str) -> str:
        """Run Python on something in the house's environment and return what it printed."""
        done = subprocess.run(
            [PYTHON, *command], cwd=ROOT, env=self.env | variables, capture_output=True, text=True, timeout=300
        )
        if done.returncode:
            raise AssertionError(f"{command[:2]} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    # Processes ----------------------------------------------------------------------------------------------------

    def start(self, name: str, command: list, **variables: str) -> Child:
        self.children[name] = Child(name, command, self.env | variables, self.log / f"{name}.log")
        return self.children[name]

    def start_web(self) -> None:
        self.start("web", serving.web_command(self.port))
        self.wait_for(lambda: self.visitor().get("/healthz").status == 200, "the web server")

    def start_worker(self, step_seconds: float = 0, name: str = "worker") -> Child:
        """Start a worker; with ``step_seconds`` each step of a report takes at least so long."""
        return self.start(name, serving.worker_command(), PARLEY_REPORT_STEP_SECONDS=str(step_seconds))

    def start_beat(self) -> None:
        self.start("beat", [*serving.beat_command()[:-1], self.folder / "beat-schedule"])

    def kill(self, name: str) -> None:
        """End a process and all it started at once, as kill -9 does."""
        self.children.pop(name).stop(grace=0)

    def logged(self) -> str:
        """The last of what the processes have said, for a test that fails."""
        return "\n".join(f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in self.log.glob("*"))

    def wait_for(self, condition, what: str, seconds: float = 60):
        """Wait until something is true (or an answer comes) and return it; fail with the logs."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            with contextlib.suppress(OSError):
                found = condition()
                if found:
                    return found
            time.sleep(0.05)
        raise AssertionError(f"waited {seconds} s in vain for {what}\n{self.logged()}")

    # Looking in ---------------------------------------------------------------------------------------------------

    def as_owner(self, statement: str, *params, url: str | None = None) -> list[tuple]:
        """Run one statement as the owner, whom no policy binds, committed at once; return its rows."""
        connection = psycopg2.connect(url or self.owner_url)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, params or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def visitor(self) -> "Visitor":
        """Somebody who has not signed in."""
        return Visitor(self.base_url)

    def signed_in(self, name: str) -> "Visitor":
        """Somebody of the standing cast, signed in on a page as people do."""
        visitor = self.visitor()
        visitor.get("/sign-in/")
        answer = visitor.post("/sign-in/", {"login": name, "password": PASSWORD})
        assert answer.status == 302, answer.text
        return visitor

    def script(self, name: str) -> "Visitor":
        """Somebody's script, with an API token."""
        return Visitor(self.base_url, {"Authorization": f"Token {self.tokens[name]}"})


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


@dataclass
class Visitor:
    """A small browser without script: keeps cookies, sends the CSRF token, follows no redirects."""

    base_url: str
    headers: dict = field(default_factory=dict)

    def __post_init__(self):
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(NoRedirect, urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str, **headers: str) -> Answer:
        return self.fetch("GET", path, None, headers)

    def post(self, path: str, data: dict | None = None, **headers: str) -> Answer:
        """Send a form; ``post_json`` sends JSON."""
        return self.fetch("POST", path, urllib.parse.urlencode(data or {}).encode(), headers)

    def post_file(self, path: str, name: str, content: bytes, data: dict | None = None, field: str = "file") -> Answer:
        """Send a form with a file."""
        edge = secrets.token_hex(16)
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
                 for key, value in (data or {}).items()]  # fmt: skip
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        body = "".join(parts).encode() + head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        return self.fetch("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"})

    def post_json(self, path: str, data: dict | None = None, **headers: str) -> Answer:
        return self.fetch("POST", path, json.dumps(data or {}).encode(), {"Content-Type": "application/json"} | headers)

    def fetch(self, method: str, path: str, body: bytes | None, headers: dict) -> Answer:
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), None)
        csrf = {"X-CSRFToken": token} if token else {}
        url = path if path.startswith("http") else self.base_url + path
        request = urllib.request.Request(  # noqa: S310 - our own address
            url, body, self.headers | csrf | headers, method=method
        )
        try:
            with self.opener.open(request, timeout=30) as response:
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())


def with_database(url: str, name: str) -> str:
    """The same address, another database."""
    return urllib.parse.urlunsplit(urllib.parse.urlsplit(url)._replace(path=f"/{name}"))


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return found.getsockname()[1]
