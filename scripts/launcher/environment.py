"""The Python environment in `.venv`, made from the pinned and hashed requirements.

uv installs in a tenth of pip's time, so pip is only used to fetch it where the machine has none. Bare Debian has
neither uv nor ensurepip: there pip runs straight from its wheel, which Debian's own archive supplies.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import debian
from .places import PYTHON, ROOT, VAR, VENV, locked
from .say import Refusal, explain, say

LOCKS = {False: "requirements.txt", True: "requirements-dev.txt"}
UV_LOCK = Path(__file__).with_name("uv.txt")
STAMP = VENV / ".parley.json"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
MEGABYTES = {False: 250, True: 600}


def ensure(dev=False):
    """Bring `.venv` to what the lock file says; nothing to do, and nothing said, when it already is."""
    with locked(VAR / "environment.lock"):
        wanted = stamp(dev)
        present = read_stamp()
        if wanted.items() <= present.items() and PYTHON.exists():
            return
        check_space(MEGABYTES[dev])
        if present.get("python") != wanted["python"] or not PYTHON.exists():
            make_venv()
            present = {}
        say(f"Installing the Python packages of {LOCKS[dev]} into .venv")
        install(ROOT / LOCKS[dev])
        # requirements-dev.txt holds everything requirements.txt does (a test keeps it so).
        STAMP.write_text(json.dumps({**present, **wanted, **stamp(False)}), encoding="utf-8")


def stamp(dev):
    """What an up-to-date environment would have been made from."""
    name = LOCKS[dev]
    digest = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
    return {"python": "{}.{}".format(*sys.version_info), name: digest}


def read_stamp():
    """What the present environment was made from; nothing if there is none or it was left half made."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def check_space(megabytes):
    """Refuse early when the disk cannot hold what is about to be written."""
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < megabytes:
        raise Refusal(
            f"The disk is full: {free} MB are free where the project lies and about {megabytes} MB are needed."
        )


def make_venv():
    """An empty environment, without pip: ensurepip would take seconds and bare Debian has none."""
    say(f"Making a Python {'{}.{}'.format(*sys.version_info)} environment in .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", "--without-pip", VENV], "Making the Python environment")


def install(lock):
    """Install a hashed lock file with uv; where uv cannot (a mirror only pip is told of), with pip."""
    uv = find_uv()
    arguments = ["--require-hashes", "-r", lock]
    if uv:
        # Compiled now, once, and by all cores: the first start need not do it process by process.
        command = [uv, "pip", "install", "-q", "--python", PYTHON, "--compile-bytecode", *arguments]
        if attempt(command).returncode == 0:
            return
    run([*pip(), "install", "-q", *arguments], "Installing the Python packages")


def find_uv():
    """uv from the machine or from `.venv`, fetched with its hash checked; None where it has no build."""
    found = shutil.which("uv") or (VENV / "bin" / "uv")
    if Path(found).exists():
        return found
    got = attempt([*pip(), "install", "-q", "--no-compile", "--require-hashes", "-r", UV_LOCK])
    return found if got.returncode == 0 else None


def pip():
    """The command that runs pip for `.venv` without installing it there."""
    bundled = importlib.util.find_spec("ensurepip")
    folders = [Path("/usr/share/python-wheels")]
    if bundled and bundled.origin:
        folders.insert(0, Path(bundled.origin).parent / "_bundled")
    folders.append(debian.UNPACKED_TOOLS / "usr/share/python-wheels")
    wheel = newest_pip(folders)
    if wheel is None and debian.fetch_tool("python3-pip-whl"):
        wheel = newest_pip(folders)
    if wheel is None:
        raise Refusal("This machine has no pip. On Debian or Ubuntu: apt-get install python3-venv")
    return [PYTHON, wheel / "pip", "--disable-pip-version-check", "--retries", "2"]


def newest_pip(folders):
    """The newest pip wheel in these folders."""
    wheels = [wheel for folder in folders for wheel in folder.glob("pip-*.whl")]
    return max(wheels, key=lambda wheel: [int(part) for part in re.findall(r"\d+", wheel.name)[:3]], default=None)


def network_environment():
    """The environment for commands that fetch: the machine's certificates, also behind a proxy with its own.

    Bare Debian has no certificates at all; then Debian's own package of them is unpacked into var/.
    """
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    given = next((environment[name] for name in CERTIFICATE_VARIABLES if environment.get(name)), None)
    bundle = given or (None if SYSTEM_CERTIFICATES.exists() else debian.certificates())
    if bundle:
        # uv reads the first of these, pip the second.
        environment.setdefault("SSL_CERT_FILE", str(bundle))
        environment.setdefault("PIP_CERT", str(bundle))
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    # A machine that forbids writing bytecode would compile everything anew at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def attempt(command):
    """Run a fetching command quietly."""
    command = [str(part) for part in command]
    return subprocess.run(command, capture_output=True, text=True, env=network_environment(), cwd=ROOT)


def run(command, doing):
    """Run a fetching command, or refuse with the reason."""
    done = attempt(command)
    if done.returncode:
        raise Refusal(explain(done.stderr + done.stdout, doing, ROOT))
