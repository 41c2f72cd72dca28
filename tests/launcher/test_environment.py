"""What is installed: pinned and hashed, from nowhere in particular, and clearly refused where it cannot be had."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from launcher import browser, debian, environment
from launcher.places import ROOT
from launcher.say import Refusal, explain, explain_os_error

LOCKS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt", ROOT / "scripts" / "launcher" / "uv.txt"]
NOWHERE = "http://127.0.0.1:9"  # a port on which nothing ever answers


def pins(lock):
    """Each package of a lock file with its version."""
    return dict(re.findall(r"^([A-Za-z0-9_.\-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_and_hashed_and_no_index_is_named(lock):
    text = lock.read_text(encoding="utf-8")
    packages = re.split(r"\n(?=\S)", text.strip())
    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9\-]+==\S+", package), package
        assert "--hash=sha256:" in package, package
    assert not re.search(r"https?:|file:|--index|--find-links|--extra-index", text)


def test_the_tests_environment_is_the_real_one_and_more():
    real, tests = pins(LOCKS[0]), pins(LOCKS[1])
    assert real.items() <= tests.items()


def test_what_is_locked_is_what_is_asked_for():
    for name in ("requirements", "requirements-dev"):
        asked = re.findall(r"^([A-Za-z0-9\-]+)(?:\[\w+\])?==(\S+)", (ROOT / f"{name}.in").read_text(), re.M)
        locked = {package.lower(): version for package, version in pins(ROOT / f"{name}.txt").items()}
        assert asked
        assert {package: locked.get(package.lower()) for package, _ in asked} == dict(asked)


def test_an_environment_that_is_up_to_date_is_left_alone(capsys):
    environment.ensure(dev=True)
    assert capsys.readouterr().out == ""


def test_an_environment_made_by_another_python_or_lock_is_not_up_to_date():
    wanted = environment.stamp(dev=True)
    present = environment.read_stamp()
    assert wanted.items() <= present.items()
    assert not ({**wanted, "python": "3.9"}.items() <= present.items())
    assert not ({**wanted, "requirements-dev.txt": "another"}.items() <= present.items())


def test_without_a_network_the_first_start_is_refused_in_one_sentence(scratch):
    (scratch.folder / ".venv").unlink()
    offline = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    uncached = {"PIP_NO_CACHE_DIR": "1", "UV_NO_CACHE": "1"}
    done = scratch.call("env", **offline, **uncached, PIP_INDEX_URL=NOWHERE, UV_DEFAULT_INDEX=NOWHERE)
    assert done.returncode == 1
    assert done.stderr == (
        "parley: Installing the Python packages needs the network, and it does not answer: "
        "connect (or set the proxy) and run the same command again.\n"
    )
    assert not (scratch.folder / ".venv" / ".parley.json").exists()


def test_without_a_network_debian_s_packages_are_refused_in_one_sentence(tmp_path, monkeypatch):
    # apt reads its sources from this file instead of the machine's.
    (tmp_path / "sources.list").write_text("deb http://127.0.0.1:9/debian bookworm main\n")
    (tmp_path / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{tmp_path}/sources.list";\nDir::Etc::sourceparts "/dev/null";\nAcquire::Retries "0";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    monkeypatch.setattr(debian, "RETRIES", 0)
    with pytest.raises(Refusal, match=r"^Fetching Debian's packages needs the network, and it does not answer"):
        debian.fetch_servers(tmp_path / "debian")


def test_a_proxy_s_own_authority_reaches_both_installers(monkeypatch, tmp_path):
    for name in (*environment.CERTIFICATE_VARIABLES, "UV_SYSTEM_CERTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ssl/our-proxy.pem")
    given = environment.network_environment()
    assert (given["SSL_CERT_FILE"], given["PIP_CERT"], given["UV_SYSTEM_CERTS"]) == (
        *["/etc/ssl/our-proxy.pem"] * 2,
        "1",
    )

    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setattr(environment, "SYSTEM_CERTIFICATES", tmp_path / "none")
    monkeypatch.setattr(environment.debian, "certificates", lambda: tmp_path / "unpacked.pem")
    assert environment.network_environment()["PIP_CERT"] == str(tmp_path / "unpacked.pem")


def test_an_older_python_is_refused_in_one_sentence(tmp_path):
    """No older Python is here to try, so the launcher is told that it runs on one."""
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 2); "
        f"runpy.run_path({str(ROOT / 'scripts' / 'parley.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "Parley needs Python 3.11 or newer; this is 3.9.\n")


def test_make_says_so_when_there_is_no_python_new_enough(tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "echo"):
        (tools / name).symlink_to(f"/bin/{name}")
    for name in ("python3", "python3.11"):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    make = next(path for path in (Path("/usr/bin/make"), Path("/bin/make")) if path.exists())
    done = subprocess.run([make, "run"], cwd=ROOT, env={"PATH": str(tools)}, capture_output=True, text=True)
    assert done.returncode == 2
    assert "Parley needs Python 3.11 or newer and found none." in done.stderr


def test_the_browser_is_the_one_that_is_named_or_refused(monkeypatch, tmp_path):
    mine = tmp_path / "my-chromium"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("PARLEY_CHROMIUM", str(mine))
    assert browser.find_chromium() == str(mine)
    monkeypatch.setenv("PARLEY_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(Refusal, match="is not a program that can be run"):
        browser.find_chromium()


def test_an_ordinary_user_without_a_browser_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.delenv("PARLEY_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Refusal, match="apt-get install -y --no-install-recommends chromium"):
        browser.find_chromium()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("dpkg: error: cannot copy: No space left on device", "The disk is full (no space left in here): free some"),
        ("error: failed to fetch\n  Caused by: dns error: failed to lookup address", "Fetching needs the network"),
        (
            "SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] self-signed')\nERROR: No matching",
            "Fetching met a certificate",
        ),
        ("W: Temporary failure resolving 'deb.debian.org'", "Fetching needs the network"),
        ("mkdir: cannot create directory: Permission denied", "Fetching was refused: the user you are may not write"),
        ("first\nlast words\n\n", "Fetching failed: last words"),
        ("", "Fetching failed: it gave no reason"),
    ],
)
def test_what_tools_print_becomes_one_sentence(output, sentence):
    said = explain(output, "Fetching", "here")
    assert said.startswith(sentence)
    assert "\n" not in said


def test_a_full_disk_anywhere_is_one_sentence():
    with open("/dev/full", "w", encoding="utf-8") as full, pytest.raises(OSError, match="No space") as error:
        full.write("x" * 100_000)
        full.flush()
    assert explain_os_error(error.value).startswith("The disk is full")
