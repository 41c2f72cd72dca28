"""The private PostgreSQL: made, started and stopped. It listens only on a socket in a 0700 folder.

Both roles have random passwords (SCRAM), although the folder alone would keep other users out: so a process that was
given only the application's address, as the web server and the worker are, cannot become the owner by naming it.
The superuser cannot connect at all; the roles are made in single-user mode before the server first starts.
"""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import binaries
from .environment import check_space
from .places import write_private
from .processes import Child, command_line
from .say import Refusal, explain, say
from .urls import postgres_url

DATABASE = "parley"
OWNER, APP = "parley_owner", "parley_app"
ROLES_SQL = Path(__file__).resolve().parents[1] / "roles.sql"
SOCKET = ".s.PGSQL.5432"
MEGABYTES = 150

ACCESS = f"""# Written by the launcher: two roles, by password, over the socket; nobody else, not even the superuser.
local all {OWNER},{APP} scram-sha-256
"""

SETTINGS = {
    "listen_addresses": "",
    "jit": "off",
    "shared_buffers": "128MB",
    "max_connections": "100",
    # psycopg2 writes values into the text of statements: no statement, and no detail of an error, may reach a log.
    "log_min_error_statement": "panic",
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "track_activities": "off",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length_on_error": "0",
}
# Test data may be lost with the machine's power; it is made anew for every run.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


class Postgres:
    """One private cluster."""

    name = "postgres"
    title = "PostgreSQL"

    def __init__(self, site):
        self.site = site
        self.home = site.data / "postgres"
        self.data = self.home / "data"
        self.roles = self.home / "roles.json"
        self.log = site.log / "postgres.log"
        self.socket = site.run / SOCKET
        self.child = None

    def environment(self):
        """The addresses the application and its preparation are given."""
        passwords = json.loads(self.roles.read_text(encoding="utf-8"))
        return {
            "DATABASE_URL": postgres_url(APP, passwords[APP], DATABASE, self.site.run),
            "DATABASE_OWNER_URL": postgres_url(OWNER, passwords[OWNER], DATABASE, self.site.run),
        }

    def find(self):
        """The programs to use, fetched where there are none."""
        return binaries.find_postgres(self.site.sandbox, written_by=self.written_by())

    def start(self):
        """Start the server, making its data folder the first time; wait until it answers."""
        self.check_folder()
        program = self.find()
        self.check_version(program)
        if not self.data.exists():
            say(f"Making a PostgreSQL {program.version} database in {shown(self.data)}")
            self.make(program)
        self.clear_stale_locks()
        say(f"Starting PostgreSQL {program.version} ({program.source})")
        options = {**SETTINGS, **(FAST if self.site.test else {})}
        # A list of folders for PostgreSQL: quoted, so that no comma or space in it can end it.
        options["unix_socket_directories"] = f'"{self.site.run}"'
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = self.site.sandbox.command(program.path / "postgres", "-D", self.data, *settings, signal="INT")
        self.child = Child(self.name, command, server_environment(program), self.log, cwd="/", end=signal.SIGINT)
        self.wait_until_ready()

    def stop(self):
        """Fast shutdown: open transactions are rolled back, the rest is on disk."""
        self.child.stop(grace=30)

    def written_by(self):
        """The major version that wrote the data; None if there is no data yet."""
        try:
            return int((self.data / "PG_VERSION").read_text().split(".")[0])
        except (OSError, ValueError):
            return None

    def check_folder(self):
        """Refuse a data folder that this launcher did not make, instead of using or replacing it."""
        if not self.data.exists():
            return
        where = shown(self.data)
        owner = os.lstat(self.data).st_uid
        user = self.site.sandbox.user
        if owner not in (os.geteuid(), user.pw_uid if user else None):
            raise Refusal(f"{where} belongs to another user (number {owner}): run Parley as that user.")
        if self.written_by() is None or not self.roles.exists():
            raise Refusal(f"{where} was not made by Parley: move it elsewhere and run the same command again.")

    def check_version(self, program):
        """Refuse data of another major version: PostgreSQL cannot open it, and starting empty would look like loss."""
        written_by = self.written_by()
        if written_by not in (None, program.version):
            age = "newer" if written_by > program.version else "older"
            raise Refusal(
                f"The data in {shown(self.data)} was written by PostgreSQL {written_by}, which is {age} than the "
                f"{program.version} found here: install PostgreSQL {written_by}, or set PG_BIN to its folder."
            )

    def make(self, program):
        """Make the cluster with its roles and database, whole or not at all."""
        check_space(MEGABYTES)
        self.site.sandbox.folder(self.home)
        draft = self.home / "new"
        shutil.rmtree(draft, ignore_errors=True)
        careless = ["--no-sync"] if self.site.test else []
        initdb = ["initdb", "-D", draft, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=reject"]
        self.tool(program, *initdb, "--no-instructions", *careless)
        (draft / "pg_hba.conf").write_text(ACCESS, encoding="utf-8")
        passwords = {OWNER: secrets.token_urlsafe(24), APP: secrets.token_urlsafe(24)}
        before, after = statements({"owner_password": passwords[OWNER], "app_password": passwords[APP]})
        for database, lines in (("postgres", before), (DATABASE, after)):
            single = ["postgres", "--single", "-D", draft, "-c", "exit_on_error=on", *quiet()]
            self.tool(program, *single, database, given="\n".join(lines) + "\n")
        write_private(self.roles, json.dumps(passwords))
        draft.rename(self.data)

    def tool(self, program, name, *arguments, given=""):
        """Run one of PostgreSQL's tools, or refuse with the reason."""
        command = self.site.sandbox.command(program.path / name, *arguments)
        environment = server_environment(program)
        done = subprocess.run(command, input=given, capture_output=True, text=True, env=environment, cwd="/")
        if done.returncode or re.search(r"(ERROR|FATAL|PANIC):", done.stderr):
            shutil.rmtree(self.home / "new", ignore_errors=True)
            raise Refusal(explain(done.stderr, "Making the database", shown(self.home)))

    def clear_stale_locks(self):
        """Remove lock files left by a machine or container that was killed, whose number may now be another process.

        PostgreSQL itself only asks whether a process with that number exists, and then refuses to start.
        """
        for lock in (self.data / "postmaster.pid", self.socket.with_name(f"{SOCKET}.lock")):
            limit = time.monotonic() + 10
            while (pid := self.holder_of(lock)) and time.monotonic() < limit:
                time.sleep(0.1)  # the last server may still be stopping
            if pid:
                raise Refusal(f"Another PostgreSQL (process {pid}) still uses {shown(self.data)}: stop it first.")
            lock.unlink(missing_ok=True)

    def holder_of(self, lock):
        """The living PostgreSQL that a lock file speaks of; 0 if it is none, or a stranger with its number."""
        try:
            pid = int(lock.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0
        return pid if str(self.data) in command_line(pid) else 0

    def wait_until_ready(self, seconds=60):
        """Wait until the server says in its own lock file that it takes connections."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self.child.ended():
                raise Refusal(explain(self.child.output(), "Starting PostgreSQL", shown(self.home)))
            if state_of(self.data) == "ready":
                return
            time.sleep(0.02)
        raise Refusal(f"PostgreSQL did not answer within {seconds} seconds; {shown(self.log)} may say why.")


def quiet():
    """The settings that keep statements out of what the tools print."""
    names = ("log_min_error_statement", "log_statement", "log_error_verbosity")
    return [part for name in names for part in ("-c", f"{name}={SETTINGS[name]}")]


def statements(values):
    """scripts/roles.sql as lines for single-user mode: those before its `connect parley`, and those after."""
    text = re.sub(r"^--.*$", "", ROLES_SQL.read_text(encoding="utf-8"), flags=re.M)
    for name, value in values.items():
        text = text.replace(f":'{name}'", "'{}'".format(value.replace("'", "''")))
    before, after = text.split(f"\\connect {DATABASE}")
    return [[" ".join(part.split()) for part in half.split(";\n") if part.strip()] for half in (before, after)]


def state_of(data):
    """What a running server says of itself in the eighth line of its lock file."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()[7].strip()
    except (OSError, IndexError):
        return ""


def server_environment(program):
    """The environment of PostgreSQL's programs: no PG... variables meant for another server, one fixed locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, **program.environment, "LC_ALL": "C.UTF-8"}


def shown(path):
    """A path as a person would write it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
