#!/usr/bin/env python3
"""Parley's launcher: what `make run`, `make test` and the other targets call. Standard library only.

run                     start everything and print the address
test [ARGS]             run all tests (pytest's arguments)
check                   what CI checks beside the tests
stop | logs | reset     end a running Parley; follow its logs; delete its data
shell [ARGS]            manage.py shell, or manage.py ARGS
seed                    import the public record again
env                     only bring .venv up to date
exec [--test] -- CMD    run a command with servers and environment
services [--test]       only the servers, until Ctrl-C; prints the environment
mutants [ARGS]          damage each rule of access once: a test must notice (--only TEXT, --jobs 2, --list)
bench                   what reconciling figures costs, in databases of its own (ROWS=10000: a quick run)
bench-access            what the policies cost, in a database of its own (ROWS=100000: a quick run)
bench-import            what an import costs beside a bare COPY and django-import-export (ROWS=5000: a quick run)
lock                    write requirements.txt and requirements-dev.txt anew
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("Parley needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])

if sys.platform != "linux":
    sys.exit("Parley's launcher needs Linux; elsewhere run it in a container or a virtual machine.")

import contextlib
import fcntl
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from launcher import browser, environment, ports, preparation, processes, serving, settings
from launcher.holder import KINDS, Held, hold, using
from launcher.places import PYTHON, ROOT, VAR, private_folder
from launcher.sandbox import Sandbox
from launcher.say import Refusal, explain_os_error, say
from launcher.sites import Site

PID_FILE = VAR / "launcher.pid"
SPARE_MEGABYTES = 30
SIGNALS = serving.Signals()


def run(_arguments):
    """make run"""
    settings.read_env_file()
    port = ports.choose(os.environ.get("PORT"))
    site = open_site()
    with only_one(), ready(site) as (told, held):
        postgres = next((one.server for one in held if one.server.name == "postgres"), None)
        if postgres is not None:
            settings.without_second_factors(told)
        preparation.prepare(told, postgres)
        status = serving.serve(port, told, SIGNALS, held)
        for one in reversed(held):
            say(f"Stopping {one.server.title}")
            one.release()
    say("Stopped")
    return status


# Several test files at once: one more than there are processors, because tests also wait for clocks and browsers,
# but no more than four, because each is a whole house. In the order of tests/conftest.py.
TOGETHER = ["-n", str(min((os.cpu_count() or 1) + 1, 4)), "--dist", "loadgroup", "--no-loadscope-reorder"]


def test(arguments):
    """make test: says nothing after pytest, whose count is the last line."""
    site = open_site(test=True)
    chromium = browser.find_chromium()
    with ready(site, dev=True) as (told, _held):
        told["PARLEY_CHROMIUM"] = chromium
        return processes.foreground([PYTHON, "-m", "pytest", *(arguments or TOGETHER)], told)


def check(_arguments):
    """make check"""
    with ready(open_site(test=True), dev=True) as (told, _held):
        production = settings.for_production(told)
        steps = [
            ("ruff check", ["-m", "ruff", "check", "--quiet", "."], told),
            ("ruff format", ["-m", "ruff", "format", "--quiet", "--check", "."], told),
            ("migrations", ["manage.py", "makemigrations", "--check", "--dry-run"], told),
            ("production settings", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], production),
            ("templates", ["-m", "djlint", "--lint", "--quiet", "templates"], told),
        ]
        failed = []
        for name, command, variables in steps:
            say(f"Checking: {name}")
            if processes.foreground([PYTHON, *command], variables):
                failed.append(name)
        if failed:
            raise Refusal(f"These checks failed: {', '.join(failed)}.")
        say("All checks passed")
        return 0


def mutants(arguments):
    """make mutants"""
    with ready(open_site(test=True), dev=True) as (told, _held):
        return processes.foreground([PYTHON, "-m", "scripts.mutants", *arguments], told)


def bench(_arguments):
    """make bench"""
    return measure("scripts.bench.whole")


def bench_access(_arguments):
    """make bench-access"""
    return measure("scripts.bench.access")


def bench_import(_arguments):
    """make bench-import"""
    return measure("scripts.bench.importing")


def measure(module):
    """Run a module that measures, with the test services."""
    with ready(open_site(test=True), dev=True) as (told, _held):
        return processes.foreground([PYTHON, "-m", module], told)


def shell(arguments):
    """make shell: as the application's role; a manage.py command named in ARGS may also act as the owner."""
    settings.read_env_file()
    with ready(open_site()) as (told, _held):
        if not arguments:
            told = settings.without_owner(told)
        return processes.foreground([PYTHON, "manage.py", *(arguments or ["shell"])], told)


def seed(_arguments):
    """make seed"""
    return shell(["import_public_record"])


def execute(arguments):
    """A command by hand, with servers and environment."""
    test_site, command = "--test" in arguments[:1], arguments[1:] if "--test" in arguments[:1] else arguments
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        raise Refusal("exec needs a command: exec [--test] -- COMMAND")
    if not test_site:
        settings.read_env_file()
    with ready(open_site(test=test_site), dev=test_site) as (told, _held):
        with contextlib.suppress(Refusal):
            told["PARLEY_CHROMIUM"] = browser.here() or ""
        return processes.foreground(command, told)


def services(arguments):
    """Only the servers, until Ctrl-C."""
    test_site = "--test" in arguments
    with ready(open_site(test=test_site), dev=test_site) as (told, held):
        print("\n".join(settings.described(told)), flush=True)
        say("The servers run until Ctrl-C")
        SIGNALS.counting = True
        return serving.watch([], held, SIGNALS)


def prepare_environment(_arguments):
    """Only .venv, with what tests need too."""
    open_site()
    environment.ensure(dev=True)
    return 0


def stop(_arguments):
    """make stop"""
    pid = processes.read_pid(PID_FILE)
    if not processes.is_launcher(pid, "run"):
        print("Parley is not running.")
        return 0
    if not processes.end_and_wait(pid, lambda pid: processes.is_launcher(pid, "run"), seconds=60):
        raise Refusal(f"Parley (process {pid}) has not ended within a minute; var/log may say why.")
    print("Parley has stopped.")
    return 0


def logs(_arguments):
    """make logs"""
    files = sorted(str(path) for path in serving.LOGS.glob("*.log"))
    if not files:
        raise Refusal("There are no logs yet: `make run` writes them to var/log.")
    os.execvp("tail", ["tail", "-n", "20", "-F", *files])


def reset(_arguments):
    """make reset: stop, and delete the data (fetched Debian packages are no data and stay)."""
    if os.environ.get("YES") != "1":
        if not sys.stdin.isatty():
            raise Refusal("`make reset` deletes all data in var/: say so with `make reset YES=1`.")
        if input("Delete all data in var/, also what was entered by hand? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Nothing was deleted.")
            return 1
    stop([])
    for test_site in (False, True):
        site = open_site(test=test_site)
        for kind in KINDS.values():
            if Held(kind(site)).running():
                raise Refusal("Another command still uses the servers (a shell, a test): end it and run reset again.")
        shutil.rmtree(site.data / "postgres", ignore_errors=True)
        shutil.rmtree(site.run, ignore_errors=True)
    for path in VAR.iterdir():
        if path.name != "debian":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    print("The data in var/ is deleted; `make run` begins anew.")
    return 0


def lock(_arguments):
    """make lock: pin anew, from public packages, naming no index."""
    open_site()
    environment.ensure(dev=True)
    uv = environment.find_uv()
    options = "-q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header"
    for name in ("requirements", "requirements-dev"):
        say(f"Locking {name}.in")
        subprocess.run([uv, "pip", "compile", *options.split(), f"{name}.in", "-o", f"{name}.txt"], check=True)
    return 0


def hold_server(arguments):
    """Internal: the process that holds one server for all who use it."""
    site = Site(Sandbox(), test="--test" in arguments).prepare()
    return hold(KINDS[arguments[0]](site))


def open_site(test=False):
    """The folders, with room to write in them."""
    private_folder(VAR)
    environment.check_space(SPARE_MEGABYTES)
    return Site(Sandbox(), test).prepare()


@contextlib.contextmanager
def ready(site, dev=False):
    """Python packages and servers, ready to use while this lasts; the environment that names them."""
    servers = settings.private_servers(site)
    with ThreadPoolExecutor(1) as background:
        # Debian's archive and the package index at the same time, the first time.
        found = background.submit(lambda: [server.find() for server in servers])
        environment.ensure(dev)
        found.result()
    with using(servers) as (addresses, held):
        yield settings.environment(site, addresses), held


@contextlib.contextmanager
def only_one():
    """Refuse a second `make run` in the same checkout, and let `make stop` find the first."""
    with open(PID_FILE, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal("Parley is already running from this folder; `make stop` stops it.") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


# Whether a command starts processes, and so gets a keeper that ends them whatever happens to the launcher.
KEPT = {
    "run": run,
    "test": test,
    "check": check,
    "mutants": mutants,
    "bench": bench,
    "bench-access": bench_access,
    "bench-import": bench_import,
    "shell": shell,
    "seed": seed,
    "exec": execute,
    "services": services,
}
PLAIN = {"env": prepare_environment, "stop": stop, "logs": logs, "reset": reset, "lock": lock, "hold": hold_server}


def attempt(command, arguments):
    """Run one command; whatever stops it is told in one sentence."""
    try:
        return command(arguments)
    except Refusal as refusal:
        print(f"parley: {refusal}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"parley: {explain_os_error(error)}", file=sys.stderr, flush=True)
    return 1


def main(name="help", *arguments):
    """Choose the command and run it from the project's folder."""
    os.chdir(ROOT)
    if name in PLAIN:
        return attempt(PLAIN[name], list(arguments))
    if name not in KEPT:
        print(__doc__)
        return 0 if name in ("help", "--help", "-h") else 2

    def work():
        SIGNALS.listen()
        return attempt(KEPT[name], list(arguments))

    return processes.kept(work)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
