"""The launcher as it is used: real servers, gunicorn and Celery around a page of one line, in a folder of their own."""

import os
import re
import signal
import time

import pytest

ORDER = [
    "Stopping the web server",
    "Stopping the worker",
    "Stopping the clock",
    "Stopping Redis",
    "Stopping PostgreSQL",
]


def control_c(process):
    """What the terminal does: the signal goes to everything in front."""
    os.killpg(process.pid, signal.SIGINT)


def test_it_says_what_it_does_serves_as_the_restricted_role_and_stops_in_order(scratch, free_port):
    process = scratch.start("run", PORT=str(free_port))
    scratch.wait_for(scratch.serving)
    assert scratch.address() == f"http://127.0.0.1:{free_port}/"
    assert scratch.page() == "parley_app False"  # and it does not know the owner's address
    said = scratch.output()
    for line in ("Making a PostgreSQL", "Starting PostgreSQL", "Starting Redis", "Prepared as parley_owner"):
        assert line in said
    assert "analyst a-random-password" in said
    for name in ("var", "var/log", "var/secret-key"):
        assert (scratch.folder / name).stat().st_mode & 0o077 == 0, f"others may read {name}"
    scratch.wait_for(scratch.busy)

    control_c(process)
    time.sleep(1)
    control_c(process)  # the worker is in a long task: asked twice, it does not wait for it
    assert process.wait(20) == 0
    said = scratch.output()
    places = [said.index(line) for line in ORDER]
    assert places == sorted(places)
    assert said.rstrip().endswith("Stopped")
    assert not scratch.alive()


def test_the_second_start_is_quick_and_repeats_nothing(scratch, free_port):
    for _ in range(2):
        began = time.monotonic()
        process = scratch.start("run", PORT=str(free_port))
        scratch.wait_for(scratch.serving)
        took = time.monotonic() - began
        said = scratch.output()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert "Preparing" not in said
    assert "Making" not in said
    assert "a-random-password" not in said
    assert took < 10  # a second or two when the machine is quiet
    (scratch.folder / "page" / "new.py").write_text("")
    scratch.start("run", PORT=str(free_port))
    scratch.wait_for(scratch.serving)
    assert "Prepared as parley_owner" in scratch.output()  # the code has changed


@pytest.mark.parametrize("victims", ["launcher", "keeper", "both"])
def test_kill_9_leaves_nothing_behind(scratch, free_port, victims):
    process = scratch.start("run", PORT=str(free_port))
    scratch.wait_for(scratch.serving)
    scratch.wait_for(scratch.busy)  # a child of the worker is in the middle of something that takes minutes
    alive = scratch.alive()
    assert len(alive) >= 17
    launcher = scratch.launcher()
    assert {launcher, process.pid} <= set(alive)
    if victims in ("launcher", "both"):
        os.kill(launcher, signal.SIGKILL)
    if victims in ("keeper", "both"):
        os.kill(process.pid, signal.SIGKILL)
    scratch.wait_for(lambda: process.poll() is not None and not scratch.alive(), seconds=90)
    if victims == "launcher":
        assert "The launcher was killed; what it had started has been ended." in scratch.output()
    # Nothing left in the way of the next start, either.
    scratch.start("run", PORT=str(free_port))
    scratch.wait_for(scratch.serving)
    assert scratch.page() == "parley_app False"


def test_stop_ends_a_running_parley_and_a_second_run_is_refused(scratch, free_port):
    assert scratch.call("stop").stdout == "Parley is not running.\n"
    process = scratch.start("run", PORT=str(free_port))
    scratch.wait_for(scratch.serving)
    second = scratch.call("run")
    assert (second.returncode, second.stdout.count("Starting")) == (1, 0)
    assert second.stderr == "parley: Parley is already running from this folder; `make stop` stops it.\n"
    assert scratch.call("stop").stdout == "Parley has stopped.\n"
    assert process.wait(10) == 0
    assert not scratch.alive()


def test_stop_does_not_believe_a_number_that_is_now_another_process(scratch):
    (scratch.folder / "var").mkdir(mode=0o700, exist_ok=True)
    (scratch.folder / "var" / "launcher.pid").write_text(f"{os.getpid()}\n")
    assert scratch.call("stop").stdout == "Parley is not running.\n"


def test_a_port_in_use_is_refused_before_anything_is_started(scratch, listening):
    done = scratch.call("run", PORT=str(listening))
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(rf"parley: Port {listening} is in use by another program: .*\n", done.stderr)


def test_servers_are_shared_and_stop_with_the_last_who_uses_them(scratch, tmp_path):
    ask = (
        "import os, psycopg2; c = psycopg2.connect(os.environ['DATABASE_URL']).cursor(); "
        "c.execute('SELECT pg_postmaster_start_time()'); print(c.fetchone()[0])"
    )
    until = tmp_path / "go on"
    first = scratch.start(
        *("exec", "--test", "--", "sh", "-c", f'.venv/bin/python -c "{ask}"; until [ -e "{until}" ]; do sleep .1; done')
    )
    scratch.wait_for(lambda: "+00:00" in scratch.output())
    second = scratch.call("exec", "--test", "--", ".venv/bin/python", "-c", ask)
    assert second.returncode == 0
    assert second.stdout.strip() in scratch.output()  # the same server
    assert "Starting" not in second.stdout
    assert any("postgres" in line for line in scratch.alive().values())  # the second has left, the first still works
    until.touch()
    assert first.wait(30) == 0
    scratch.wait_for(lambda: not scratch.alive(), seconds=30)


def test_tests_run_beside_a_running_parley_and_on_other_servers(scratch, free_port):
    scratch.start("run", PORT=str(free_port))
    scratch.wait_for(scratch.serving)
    done = scratch.call("exec", "--test", "--", "sh", "-c", "echo $DATABASE_URL; echo $REDIS_URL; echo $PARLEY_VAR")
    database, redis, var = done.stdout.splitlines()[-3:]
    assert redis.endswith("?db=1")
    assert var == str(scratch.folder / "var" / "test")
    running = scratch.call("exec", "--", "sh", "-c", "echo $DATABASE_URL; echo $REDIS_URL").stdout.splitlines()
    assert database != running[-2]
    assert redis.split("?")[0] != running[-1].split("?")[0]
    assert scratch.page() == "parley_app False"


def test_the_exit_status_of_a_command_is_handed_on_and_nothing_is_said_after_it(scratch):
    done = scratch.call("exec", "--test", "--", "sh", "-c", "echo the last line; exit 3")
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == "the last line"
    assert done.stderr == ""
    assert not scratch.alive()


def test_a_failing_preparation_is_one_sentence_and_starts_nothing(scratch):
    command = scratch.folder / "page" / "management" / "commands" / "prepare.py"
    command.write_text("raise RuntimeError('the public record cannot be read')\n")
    done = scratch.call("run")
    assert done.returncode == 1
    assert done.stderr == (
        "parley: Preparing the database failed: RuntimeError: the public record cannot be read "
        "(the whole of it: var/log/prepare.log)\n"
    )
    assert "web server" not in done.stdout
    assert not scratch.alive()


def test_a_web_server_that_cannot_start_is_said_and_all_is_stopped(scratch, free_port):
    (scratch.folder / "config" / "wsgi.py").write_text("raise ImportError('no such application')\n")
    done = scratch.call("run", PORT=str(free_port))
    assert done.returncode == 1
    assert re.fullmatch(
        r"parley: Starting the web server failed: .* \(var/log/web.log has the whole of it\)\n", done.stderr
    )
    assert not scratch.alive()


def test_a_first_page_that_fails_is_said_and_the_rest_runs_so_that_it_can_be_mended(scratch, free_port):
    page = scratch.folder / "page" / "urls.py"
    page.write_text(page.read_text().replace("cursor.execute(", "cursor.execute('broken' +"))
    scratch.start("run", PORT=str(free_port))
    scratch.wait_for(scratch.serving)
    assert "The first page answers with error 500; var/log/web.log says why" in scratch.output()
    scratch.wait_for(scratch.busy)


def test_reset_asks_first_and_then_deletes_the_data_but_not_the_fetched_packages(scratch):
    scratch.call("exec", "--test", "--", "true")
    refused = scratch.call("reset")
    assert refused.returncode == 1
    assert "make reset YES=1" in refused.stderr
    assert (scratch.folder / "var" / "test").exists()
    assert scratch.call("reset", YES="1").returncode == 0
    assert [path.name for path in (scratch.folder / "var").iterdir() if path.name != "debian"] == []
