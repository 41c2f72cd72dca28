"""Fixtures of the launcher's tests. They need neither Django's settings nor its database."""

import socket

import pytest
from launcher.sandbox import Sandbox
from launcher.sites import Site

from .scratch import Scratch


@pytest.fixture
def scratch(tmp_path):
    """A small project with its own copy of the launcher; whatever it started is ended afterwards."""
    folder = tmp_path / "a project"  # with a space, as people's folders have
    folder.mkdir()
    project = Scratch(folder)
    yield project
    project.end()


@pytest.fixture
def site(tmp_path):
    """The folders of private servers, somewhere temporary."""
    found = Site(Sandbox(), test=True)
    found.var = found.data = tmp_path / "servers"
    found.run = tmp_path / "run"
    found.log = tmp_path / "servers" / "log"
    if found.sandbox.user:  # the server's user must get there, too
        for parent in [tmp_path, *tmp_path.parents][:3]:
            parent.chmod(0o755)
    found.log.mkdir(parents=True)
    found.sandbox.folder(found.var)
    found.sandbox.folder(found.run)
    return found


@pytest.fixture
def free_port():
    """A port nobody uses at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def listening():
    """A port somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]
