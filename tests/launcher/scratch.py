"""A small project around a copy of the launcher: real servers, real gunicorn and Celery, a page of one line."""

import contextlib
import inspect
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path

from launcher.places import ROOT
from launcher.sandbox import Sandbox

from config.celery import PR_SET_PDEATHSIG, end_with_the_worker

FILES = {
    "manage.py": """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
""",
    "config/__init__.py": "from config.celery import app as celery_app\n",
    "config/celery.py": f"""
import ctypes, os, signal, sys
from billiard import current_process
from celery import Celery
from celery.signals import worker_process_init
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("scratch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
PR_SET_PDEATHSIG = {PR_SET_PDEATHSIG}
{inspect.getsource(end_with_the_worker)}
""",
    "config/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    "config/settings.py": """
import os
from urllib.parse import parse_qsl, unquote, urlsplit

def database(url):
    parts = urlsplit(url)
    return {"ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:], "USER": parts.username,
            "PASSWORD": unquote(parts.password), "HOST": dict(parse_qsl(parts.query))["host"]}

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
INSTALLED_APPS = ["page"]
ROOT_URLCONF = "page.urls"
DATABASES = {"default": database(os.environ["DATABASE_URL"])}
if os.environ.get("DATABASE_OWNER_URL"):
    DATABASES["owner"] = database(os.environ["DATABASE_OWNER_URL"])
CELERY_BROKER_URL = os.environ["REDIS_URL"].replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULE = {"busy": {"task": "page.tasks.busy", "schedule": 1.0}}
""",
    "page/__init__.py": "",
    "page/urls.py": """
import os
from django.db import connection
from django.http import HttpResponse
from django.urls import path

def page(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return HttpResponse(f"{cursor.fetchone()[0]} {'DATABASE_OWNER_URL' in os.environ}")

urlpatterns = [path("", page)]
""",
    "page/tasks.py": """
import os, time
from pathlib import Path
from celery import shared_task

@shared_task
def busy():
    Path(os.environ["PARLEY_VAR"], "busy").touch()
    time.sleep(120)
""",
    "page/management/__init__.py": "",
    "page/management/commands/__init__.py": "",
    "page/management/commands/prepare.py": """
import os
from pathlib import Path
from django.core.management import BaseCommand
from django.db import connections

class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--accounts-file")

    def handle(self, *args, **options):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT current_user")
            self.stdout.write(f"Prepared as {cursor.fetchone()[0]}")
        Path(options["accounts_file"]).write_text("analyst a-random-password\\n")
""",
}


class Scratch:
    """One such project in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.mark = f"SCRATCH_{uuid.uuid4().hex}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.endswith("_URL") and name != "SECRET_KEY"},
            self.mark: "1",
        }
        self.environment.pop("PARLEY_STARTED", None)
        self.started = []
        shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
            shutil.copy2(ROOT / name, folder / name)
        for name, text in FILES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (folder / ".venv").symlink_to(ROOT / ".venv")
        self.base = Path(self.python("from launcher.sandbox import Sandbox; print(Sandbox().base)").strip())
        self.base.mkdir(mode=0o700, exist_ok=True)
        unpacked = Sandbox().base / "debian"
        if unpacked.exists():
            (self.base / "debian").symlink_to(unpacked)

    def python(self, code):
        """What some code prints that imports this project's launcher."""
        return self._finished([sys.executable, "-c", code], cwd=self.folder / "scripts").stdout

    def call(self, *arguments, **variables):
        """A launcher command run to its end."""
        return self._finished([sys.executable, "scripts/parley.py", *arguments], cwd=self.folder, **variables)

    def _finished(self, command, cwd, **variables):
        environment = {**self.environment, **variables}
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)

    def start(self, *arguments, **variables):
        """A launcher command left running in a group of its own, as a terminal would; its output goes to a file."""
        with open(self.folder.parent / "output", "w", encoding="utf-8") as output:
            process = subprocess.Popen(
                [sys.executable, "scripts/parley.py", *arguments],
                cwd=self.folder,
                env={**self.environment, **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # As a shell starts a job in the background: what it ignores must not keep anything alive.
                preexec_fn=lambda: signal.signal(signal.SIGQUIT, signal.SIG_IGN),
            )
        self.started.append(process)
        return process

    def output(self):
        """What the command left running has said so far."""
        return (self.folder.parent / "output").read_text(encoding="utf-8")

    def wait_for(self, condition, seconds=60):
        """Wait until something is so; fail with what was said meanwhile."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            found = condition()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited {seconds} s in vain; said meanwhile:\n{self.output()}\nalive: {self.alive()}")

    def serving(self):
        """Whether the address has been printed."""
        return "Parley is at http://" in self.output()

    def address(self):
        """The address that was printed."""
        return self.output().split("Parley is at ")[1].split(" ")[0]

    def page(self):
        """The page's one line."""
        with urllib.request.urlopen(self.address(), timeout=10) as answer:  # noqa: S310 - our own address
            return answer.read().decode()

    def busy(self):
        """Whether the worker is in the middle of a long task."""
        return (self.folder / "var" / "busy").exists()

    def launcher(self):
        """The number of the launcher's own process."""
        return int((self.folder / "var" / "launcher.pid").read_text())

    def alive(self):
        """Every living process that was started from here, by whomever.

        Each has inherited the mark; PostgreSQL and Redis write over theirs but work in a folder of ours.
        """
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                marked = self.mark.encode() in (folder / "environ").read_bytes()
                if marked or Path(os.readlink(folder / "cwd")).is_relative_to(self.folder):
                    line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    found[int(folder.name)] = line[:300]
        return found

    def end(self):
        """End whatever a failed test left, and remove what lies outside the folder."""
        for pid in self.alive():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for process in self.started:
            process.wait()
        runs = self.python(
            "from launcher.sandbox import Sandbox; from launcher.sites import Site\n"
            "print(Site(Sandbox()).run, Site(Sandbox(), test=True).run, sep='\\n')"
        )
        for folder in [*map(Path, runs.split("\n")[:2]), self.base]:
            if self.folder not in folder.parents:
                shutil.rmtree(folder, ignore_errors=True)
