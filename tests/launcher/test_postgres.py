"""The private PostgreSQL: its roles, its lock files, and folders it must not touch."""

import os
import resource
import socket
import subprocess
import sys

import psycopg2
import pytest
from launcher import processes
from launcher.postgres import Postgres, statements
from launcher.say import Refusal


@pytest.fixture
def postgres(site):
    """A private PostgreSQL that is stopped afterwards."""
    server = Postgres(site)
    yield server
    if server.child:
        server.stop()


@pytest.fixture
def connect(postgres):
    """Open a connection by one of the printed addresses; closed afterwards."""
    opened = []

    def connect(name="DATABASE_URL"):
        opened.append(psycopg2.connect(postgres.environment()[name]))
        return opened[-1].cursor()

    yield connect
    for connection in opened:
        connection.close()


def test_the_roles_are_what_the_policies_need(postgres, connect):
    postgres.start()
    app, owner = connect(), connect("DATABASE_OWNER_URL")
    question = (
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, "
        "ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid) "
        "FROM pg_roles r WHERE rolname = current_user"
    )
    app.execute(question)
    assert app.fetchone() == ("parley_app", False, False, False, False, [])
    owner.execute(question)
    assert owner.fetchone() == ("parley_owner", False, False, True, False, ["parley_app"])
    app.execute(
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate FROM pg_database "
        "WHERE datname = current_database()"
    )
    assert app.fetchone() == ("parley_owner", "UTF8", "C.UTF-8")
    owner.execute("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'")
    assert owner.fetchone() == ("parley_owner",)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE public.mine ()")


def test_the_application_cannot_become_the_owner(postgres, connect):
    postgres.start()
    app = connect()
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        app.execute("SET ROLE parley_owner")
    address = postgres.environment()["DATABASE_URL"]
    for other in ("parley_owner", "postgres"):
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(address.replace("parley_app", other, 1))


def test_nobody_else_can_reach_it(postgres):
    postgres.start()
    assert postgres.site.run.stat().st_mode & 0o777 == 0o700
    assert postgres.data.stat().st_mode & 0o777 == 0o700
    assert postgres.roles.stat().st_mode & 0o777 == 0o600
    listening = subprocess.run(
        ["cat", f"/proc/{postgres.child.process.pid}/cmdline"], capture_output=True, text=True, check=True
    ).stdout
    assert "listen_addresses=\0" in listening


def test_no_value_of_a_failed_statement_reaches_the_log(postgres, connect):
    postgres.start()
    owner = connect("DATABASE_OWNER_URL")
    owner.execute("CREATE TABLE person (name text UNIQUE, born date)")
    for statement in (
        "INSERT INTO person VALUES ('Canary Person', NULL), ('Canary Person', NULL)",
        "INSERT INTO person VALUES ('x', 'Canary date')",
        "SELECT 'Canary' FROM nowhere",
    ):
        owner.execute("SAVEPOINT before")
        with pytest.raises(psycopg2.Error):
            owner.execute(statement)
        owner.execute("ROLLBACK TO before")
    assert "Canary" not in postgres.log.read_text()


def test_data_stays_from_start_to_start(postgres, connect):
    postgres.start()
    owner = connect("DATABASE_OWNER_URL")
    owner.execute("CREATE TABLE kept AS SELECT 1 AS one")
    owner.connection.commit()
    owner.connection.close()
    passwords = postgres.roles.read_text()
    postgres.stop()
    postgres.start()
    again = connect("DATABASE_OWNER_URL")
    again.execute("SELECT one FROM kept")
    assert again.fetchone() == (1,)
    assert postgres.roles.read_text() == passwords


def test_lock_files_of_a_killed_server_whose_number_is_now_another_process(postgres):
    postgres.start()
    postgres.child.process.kill()
    postgres.child.process.wait()
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        lock = postgres.data / "postmaster.pid"
        lines = lock.read_text().splitlines()
        lock.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        socket_lock = postgres.site.run / ".s.PGSQL.5432.lock"
        socket_lock.write_text(lock.read_text())
        postgres.start()
        assert lock.read_text().splitlines()[0] == str(postgres.child.process.pid)
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_the_lock_of_a_dead_process_is_cleared(postgres):
    postgres.start()
    postgres.stop()
    dead = subprocess.Popen(["true"])
    dead.wait()
    for lock in (postgres.data / "postmaster.pid", postgres.site.run / ".s.PGSQL.5432.lock"):
        lock.write_text(f"{dead.pid}\n{postgres.data}\n")
    postgres.clear_stale_locks()
    assert not (postgres.data / "postmaster.pid").exists()
    assert not (postgres.site.run / ".s.PGSQL.5432.lock").exists()


def test_the_lock_of_a_living_server_is_respected(postgres, monkeypatch):
    postgres.start()
    ticks = iter(range(0, 1000, 6))
    monkeypatch.setattr("launcher.postgres.time.monotonic", lambda: next(ticks))
    with pytest.raises(Refusal, match=rf"Another PostgreSQL \(process {postgres.child.process.pid}\) still uses"):
        Postgres(postgres.site).clear_stale_locks()
    assert (postgres.data / "postmaster.pid").exists()


def test_a_folder_that_is_not_ours_is_refused_and_left_as_it_is(postgres):
    postgres.data.mkdir(parents=True)
    theirs = postgres.data / "letters.txt"
    theirs.write_text("mine")
    with pytest.raises(Refusal, match="was not made by Parley: move it elsewhere"):
        postgres.start()
    assert theirs.read_text() == "mine"


def test_another_program_s_postgresql_folder_is_refused(postgres):
    postgres.data.mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text(f"{postgres.find().version}\n")
    with pytest.raises(Refusal, match="was not made by Parley"):
        postgres.start()


@pytest.mark.parametrize(("version", "age"), [("99", "newer"), ("9.6", "older")])
def test_data_of_another_version_is_refused_and_left_as_it_is(postgres, version, age):
    postgres.data.mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text(f"{version}\n")
    postgres.roles.write_text("{}")
    with pytest.raises(Refusal, match=rf"written by PostgreSQL {version.split('.')[0]}, which is {age} than the \d+"):
        postgres.start()
    assert [path.name for path in postgres.data.iterdir()] == ["PG_VERSION"]


def test_another_user_s_folder_is_refused(postgres, monkeypatch):
    postgres.data.mkdir(parents=True)
    real = os.lstat

    def somebody_else(path, **options):
        found = list(real(path, **options))
        found[4] = 54321
        return os.stat_result(found)

    monkeypatch.setattr("launcher.postgres.os.lstat", somebody_else)
    with pytest.raises(Refusal, match=r"belongs to another user \(number 54321\)"):
        postgres.start()


def test_a_full_disk_is_said_in_one_sentence_and_leaves_nothing_half_made(postgres):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(Refusal, match=r"^The disk is full .*: free some space and run the same command again\.$"):
            postgres.start()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not postgres.data.exists()
    postgres.start()


def test_a_making_that_was_killed_half_way_is_begun_anew(postgres):
    half = postgres.home / "new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    postgres.start()
    assert not half.exists()


def test_the_roles_file_is_the_one_that_is_documented():
    before, after = statements({"owner_password": "o'o", "app_password": "a"})
    assert "PASSWORD 'o''o'" in before[0]
    assert before[0].startswith("CREATE ROLE parley_owner LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB")
    assert before[1].startswith("CREATE ROLE parley_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB")
    assert after == ["REVOKE ALL ON SCHEMA public FROM PUBLIC", "ALTER SCHEMA public OWNER TO parley_owner"]


def test_a_socket_answers_only_while_the_server_runs(postgres):
    postgres.start()
    with socket.socket(socket.AF_UNIX) as attempt:
        attempt.connect(str(postgres.socket))
    pid = postgres.child.process.pid
    postgres.stop()
    assert not processes.command_line(pid)
