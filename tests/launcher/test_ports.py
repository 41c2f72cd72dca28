"""Which port the page is served on."""

import os

import pytest
from launcher import ports
from launcher.say import Refusal


def test_a_port_that_was_asked_for_and_is_free_is_taken(free_port):
    assert ports.choose(str(free_port)) == free_port


def test_a_port_that_was_asked_for_and_is_in_use_is_refused_by_name(listening):
    with pytest.raises(
        Refusal, match=rf"^Port {listening} is in use by another program: .*make run PORT=\d+"
    ) as refusal:
        ports.choose(str(listening))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("wanted", ["eight", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_refused(wanted):
    with pytest.raises(Refusal, match="is not a port"):
        ports.choose(wanted)


def test_the_usual_port_in_use_means_the_next_free_one_and_a_line_that_says_so(listening, monkeypatch, capsys):
    monkeypatch.setattr(ports, "DEFAULT", listening)
    chosen = ports.choose()
    assert listening < chosen < listening + ports.TRIES
    assert f"Port {listening} is in use" in capsys.readouterr().out


def test_no_free_port_at_all(listening, monkeypatch):
    monkeypatch.setattr(ports, "DEFAULT", listening)
    monkeypatch.setattr(ports, "TRIES", 1)
    with pytest.raises(Refusal, match="name one, as in `make run PORT=9000`"):
        ports.choose()


def test_a_port_one_may_not_use_is_refused_with_the_reason(monkeypatch):
    class Forbidden:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def setsockopt(self, *_):
            pass

        def bind(self, _):
            raise PermissionError

    monkeypatch.setattr(ports.socket, "socket", Forbidden)
    with pytest.raises(Refusal, match=f"Port 80 is not yours to use .*{os.geteuid()}"):
        ports.choose("80")
