"""What the README prints works as printed."""

import json
import re
import subprocess

from launcher.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"


def commands() -> list[str]:
    """Return the shell commands of the API's block, continued lines joined."""
    (block,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return block.replace("\\\n", " ").strip().splitlines()


def test_the_curl_examples_work_as_printed(house):
    token, told = "", []
    for command in commands():
        if command.startswith("TOKEN=$(make -s shell ARGS="):
            arguments = re.search(r'ARGS="([^"]*)"', command).group(1).split()
            token = house.run("manage.py", *arguments).strip()
            continue
        done = subprocess.run(
            ["bash", "-c", command.replace(ADDRESS, house.base_url)],
            env=house.env | {"TOKEN": token},
            capture_output=True,
            text=True,
            timeout=60,
        )
        told.append(json.loads(done.stdout))
    exchanges, one, ledger, made = told
    assert exchanges["count"] == 88
    assert "150–189" in {figure["stated"] for figure in one["results"][0]["figures"]}
    assert ledger["results"][0]["lines"]
    assert made["display"] == "Sample body"


def test_every_path_the_readme_names_is_there():
    for name in re.findall(r"`((?:docs|scripts|data|tests)/[\w./-]*)`", README):
        assert (ROOT / name).exists(), name
