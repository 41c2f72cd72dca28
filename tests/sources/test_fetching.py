"""What is fetched and what is not: over real connections, from servers that mean no good, and from nowhere else."""

import gzip
import socket
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import fetching
from sources.checks import nothing_of_this_machine_is_fetched, refuse_open_loopback
from sources.fetching import Refused, addresses_of, check_address, fetch, is_public
from tests import papers
from tests.sources import publisher as served
from tests.sources.publisher import answer, publishing, redirect


@pytest.fixture(autouse=True)
def limits(settings):
    settings.FETCH_SECONDS, settings.LARGEST_FILE = 5, 2**20


def told(address: str) -> str:
    """Return why an address was not fetched."""
    with pytest.raises(Refused) as refused:
        fetch(address)
    return str(refused.value)


# Rightly --------------------------------------------------------------------------------------------------------------


def test_what_stands_there_comes_back_byte_for_byte(server):
    page = papers.html("Each side freed 150.")
    server.pages["/a"] = answer(body=page, Content_Type="text/html; charset=UTF-8", Last_Modified="yesterday")
    found = fetch(server.url("/a"))
    assert (found.content, found.address, found.status) == (page, server.url("/a"), 200)
    assert ("Last-Modified", "yesterday") in found.headers
    assert found.content_type == ("text/html", "utf-8")


def test_the_publisher_learns_no_more_than_any_readers_visit_tells(server):
    server.pages["/a"] = redirect("/b")
    server.pages["/a"] = answer("302 Found", Location="/b?x=1", Set_Cookie="seen=1; Path=/")
    server.pages["/b?x=1"] = answer(body=b"<html>")
    assert fetch(server.url("/a#part")).address == server.url("/b?x=1")
    assert len(server.requests) == 2
    for request in server.requests:
        names = {line.partition(":")[0].lower() for line in request.splitlines()[1:] if line}
        assert names == {"host", "accept", "accept-encoding", "user-agent", "connection"}
        assert "parley" not in request.lower()


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_what_was_packed_all_the_same_is_unpacked(server, encoding):
    page = papers.html("Each side freed 150." * 1000)
    packed = zlib.compress(page) if encoding == "deflate" else gzip.compress(page)
    server.pages["/a"] = answer(body=packed, Content_Encoding=encoding)
    assert fetch(server.url("/a")).content == page


# Servers that mean no good --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (served.endless(), "larger than"),
        (answer(body=b"", Content_Length="99999999"), "larger than"),
        (answer(body=b"", Content_Length="9" * 5000), "none"),
        (served.bomb(50), "larger than"),
        (answer(body=b"not packed", Content_Encoding="gzip"), "cannot be unpacked"),
        (answer(body=gzip.compress(b"x" * 5000)[:-20], Content_Encoding="gzip"), "broke off"),
        (answer(body=b"x", Content_Encoding="br"), "not asked for"),
        (answer(body=b"x", Content_Encoding="gzip, gzip"), "not asked for"),
        (served.huge_headers, "none"),
        (served.endless(b"X-A: y\r\n", b"HTTP/1.1 200 OK\r\n"), "none"),
        (served.broken, "none"),
        (lambda connection, _path: connection.sendall(b"SSH-2.0-OpenSSH\r\n"), "none"),
        (lambda connection, _path: None, "none"),
        (answer("404 Not Found", b"<html>gone"), "404 Not Found"),
        (answer("500 Oops", b"<html>"), "500"),
        (answer("304 Not Modified"), "304"),
        (answer("299 Odd", b"<html>"), None),
        (redirect("http://[::1"), "passed on to what is none"),
        (redirect(""), "302 Found"),
    ],
)
def test_a_hostile_answer_is_refused_in_words(server, page, words):
    server.pages["/a"] = page
    if words is None:
        assert fetch(server.url("/a")).content == b"<html>"
        return
    began = time.monotonic()
    assert words in told(server.url("/a"))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "page",
    [
        served.silent,
        served.drip(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
        served.drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        served.drip(b"H"),
    ],
)
def test_a_slow_answer_ends_at_the_deadline_wherever_it_is_slow(server, settings, page):
    settings.FETCH_SECONDS = 2
    server.pages["/a"] = page
    began = time.monotonic()
    assert "in time" in told(server.url("/a"))
    assert time.monotonic() - began < 15


def test_the_deadline_is_for_all_redirects_together(server, settings):
    settings.FETCH_SECONDS = 2

    def slowly_on(connection, path):
        time.sleep(0.9)
        redirect(path + "x")(connection, path)

    server.pages |= {f"/a{'x' * number}": slowly_on for number in range(9)}
    began = time.monotonic()
    assert "in time" in told(server.url("/a"))
    assert time.monotonic() - began < 15


def test_a_loop_of_redirects_ends(server):
    server.pages |= {"/a": redirect("/b"), "/b": redirect("/a")}
    assert "passed on more than 5 times" in told(server.url("/a"))
    assert len(server.requests) == 6


# Where nobody is led --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://localhost:{port}/b",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "//192.168.1.1/",
        "https://172.16.0.1/",
        "http://[fd00::1]/",
        "http://[fe80::1%25eth0]/",
        "http://224.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "javascript:alert(1)",
        "http://user:secret@127.0.0.1:{port}/b",
        "http://127.0.0.1:22/",
    ],
)
def test_no_redirect_leads_into_the_house(server, target):
    server.pages |= {"/a": redirect(target.format(port=server.port)), "/b": answer(body=b"<html>secret")}
    assert told(server.url("/a"))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1",  # noqa: S104
        "172.31.255.255", "192.168.0.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "224.0.1.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "not an address", "",
    ],
)  # fmt: skip
def test_what_is_not_public_is_known_however_it_is_written(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1", "64:ff9b::101:101",
                "::ffff:1.1.1.1"],
)  # fmt: skip
def test_what_is_public_is_known_too(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_in_ipv6_as_it_is_in_ipv4(address):
    number = int(address)
    assert is_public(f"::ffff:{number >> 16:x}:{number & 0xFFFF:x}") == is_public(str(address))
    assert is_public(f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}") == is_public(str(address))


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "::1", "127.0.0.1"])
def test_a_name_is_refused_by_what_it_resolves_to(host):
    with pytest.raises(Refused, match="not on the public network"):
        addresses_of(host, 80)


def test_a_name_that_there_is_not_is_told_in_words():
    with pytest.raises(Refused, match="was not found"):
        addresses_of("no-such-name.invalid", 443)
    with pytest.raises(Refused, match="was not found"):
        addresses_of("a" * 70 + ".example", 443)


def resolving_to(monkeypatch, *answers: list[str]) -> list:
    """Let the resolver of the system answer so, one answer after the other; return what it was asked."""
    asked = []

    def getaddrinfo(host, port, **_options):
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_one_private_answer_among_public_ones_is_enough_to_refuse(monkeypatch):
    resolving_to(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Refused, match="not on the public network"):
        addresses_of("mixed.example", 80)


def test_a_name_server_that_changes_its_mind_leads_nowhere_else(monkeypatch, server):
    """DNS rebinding: the address that was checked is the one connected to; the name is not asked again."""
    connected = []

    def connect_tcp(_self, host, port, timeout=None, **_options):
        connected.append(host)
        raise fetching.httpcore.ConnectError("nobody there")

    monkeypatch.setattr(fetching.httpcore.SyncBackend, "connect_tcp", connect_tcp)
    asked = resolving_to(monkeypatch, ["93.184.216.34", "2606:2800:220:1::1"], ["127.0.0.1"])
    assert "could not be reached" in told("http://rebinding.example/")
    assert (asked, connected) == (["rebinding.example"], ["93.184.216.34", "2606:2800:220:1::1"])
    # The next time it is asked it says 127.0.0.1, and nothing is connected to at all.
    assert "not on the public network" in told("http://rebinding.example/")
    assert len(connected) == 2


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://example.org/", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("//example.org/", "http:// or https://"),
        ("http:///x", "http:// or https://"),
        ("", "http:// or https://"),
        ("http://user:secret@example.org/", "user name"),
        ("http://user@example.org/", "user name"),
        ("http://example.org\\@127.0.0.1/", "user name"),
        ("http://example.org:8080/", "usual ports"),
        ("http://example.org:443/", "usual ports"),
        ("https://example.org:80/", "usual ports"),
        ("http://example.org:0/", "usual ports"),
        ("http://127.0.0.1:6379/", "usual ports"),
        ("http://[::1", "no address"),
        ("http://exa\x00mple.org/", "no address"),
    ],
)
def test_an_address_is_refused_before_anything_is_asked(address, words):
    with pytest.raises(Refused, match=words):
        check_address(address)


@given(st.text(max_size=80) | st.text(alphabet="htp:/@[].%0127\\#?a", max_size=40))
def test_whatever_is_given_is_an_address_or_refused(address):
    try:
        url = check_address(address)
    except Refused:
        return
    assert url.scheme in ("http", "https")
    assert not url.userinfo


# The door for tests ---------------------------------------------------------------------------------------------------


def test_without_the_setting_for_tests_nothing_of_this_machine_is_reached(settings):
    with publishing() as server:
        server.pages["/a"] = answer(body=b"<html>")
        assert settings.FETCH_LOOPBACK_PORT is None
        assert "usual ports" in told(server.url("/a"))
        settings.FETCH_LOOPBACK_PORT = server.port + 1
        assert "usual ports" in told(server.url("/a"))
        settings.FETCH_LOOPBACK_PORT = server.port
        assert fetch(server.url("/a")).content == b"<html>"
        for host in ("localhost", "127.0.0.2", "[::1]"):
            assert told(f"http://{host}:{server.port}/a")
        assert len(server.requests) == 1


def test_in_production_it_is_refused_at_the_start(settings):
    settings.FETCH_LOOPBACK_PORT, settings.HTTPS = 8000, True
    (error,) = nothing_of_this_machine_is_fetched()
    assert error.id == "sources.E001"
    with pytest.raises(SystemExit, match="PARLEY_FETCH_LOOPBACK_PORT"):
        refuse_open_loopback()
    settings.HTTPS = False
    refuse_open_loopback()
    settings.FETCH_LOOPBACK_PORT, settings.HTTPS = None, True
    refuse_open_loopback()
