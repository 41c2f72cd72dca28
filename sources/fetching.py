"""Fetches what stands at an address on the public network, and nothing from anywhere else. Knows no record.

The address that was checked is the one connected to: the name is resolved once for each connection, by the guard that
opens it, so that no second answer of a name server can lead elsewhere (DNS rebinding). Redirects are followed by hand,
each checked like the first. There are no cookies, no credentials, no proxies. Source: OWASP Server-Side Request Forgery
Prevention Cheat Sheet.
"""

import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus

import httpcore
import httpx
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

MOST_REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
WAIT_CONNECTING, WAIT_READING = 10, 15  # seconds, for one step of it; settings.FETCH_SECONDS for all of them together
# Says neither who asks nor with what: it tells the publisher no more than any reader's visit.
HEADERS = [
    ("Accept", "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.1"),
    ("Accept-Encoding", "identity"),
    ("User-Agent", "Mozilla/5.0 (compatible)"),
    ("Connection", "close"),
]
LOOPBACK = "127.0.0.1"
# Ways of writing an IPv4 address as IPv6: what counts is the IPv4 address in the last 32 bits.
WRITTEN_AS_IPV6 = [ipaddress.ip_network(given) for given in ("::ffff:0:0/96", "64:ff9b::/96")]
# Other ways, which no public server needs: tunnels, and addresses that never became public.
NEVER = [
    ipaddress.ip_network(given)
    for given in ("::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "fec0::/10", "192.88.99.0/24")
]


class Refused(Exception):
    """It was not fetched; the message says why, in words. ``status`` and ``address`` are those of the last answer."""

    def __init__(self, told: str, status: int | None = None, address: str = ""):
        super().__init__(told)
        self.status, self.address = status, address


@dataclass(frozen=True)
class Fetched:
    """What came back: the bytes, the address that answered at last, its status and headers."""

    content: bytes
    address: str
    status: int
    headers: list[tuple[str, str]]

    @property
    def content_type(self) -> tuple[str, str]:
        """Media type and character set as the answer declares them; empty where it does not."""
        told = Message()
        told["Content-Type"] = next((value for name, value in self.headers if name.lower() == "content-type"), "")
        return told.get_content_type().lower() if told["Content-Type"] else "", told.get_content_charset() or ""


# Where one may go -----------------------------------------------------------------------------------------------------


def check_address(address: str) -> httpx.URL:
    """Return the address, taken apart; raise Refused for what is not fetched, whatever it leads to."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise Refused(_("This is no address that can be fetched.")) from error
    if url.scheme not in PORTS or not url.host:
        raise Refused(_("Only addresses that begin with http:// or https:// are fetched."))
    if url.userinfo:
        raise Refused(_("The address holds a user name or a password. Take them out of it."))
    if port_of(url) != PORTS[url.scheme] and not is_test_server(url.host, port_of(url)):
        raise Refused(_("Only the usual ports are asked, 80 for http and 443 for https."))
    return url


def port_of(url: httpx.URL) -> int:
    return PORTS[url.scheme] if url.port is None else url.port


def is_test_server(address: str, port: int) -> bool:
    """Whether this is the one server of this machine that tests may name; in production there is none."""
    return settings.FETCH_LOOPBACK_PORT is not None and (address, port) == (LOOPBACK, settings.FETCH_LOOPBACK_PORT)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network: not private, loopback, link-local, multicast, reserved."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if ip.version == 6 and any(ip in network for network in WRITTEN_AS_IPV6):
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if any(ip.version == network.version and ip in network for network in NEVER):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local)


def addresses_of(host: str, port: int) -> list[str]:
    """Return the IP addresses of a name; raise Refused where one of them is not public: then none is trusted."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        told = _("The name %(host)s was not found: there is none, or this server has no way out to the network.")
        raise Refused(told % {"host": host}) from error
    addresses = list(dict.fromkeys(sockaddr[0] for *_rest, sockaddr in found))
    if not addresses or not all(is_public(one) or is_test_server(one, port) for one in addresses):
        raise Refused(_("%(host)s is not on the public network. It is not fetched.") % {"host": host})
    return addresses


class Guard(httpcore.NetworkBackend):
    """Opens connections to checked addresses only, and lets none last beyond the deadline, however slowly it drips."""

    def __init__(self, deadline: float):
        self.deadline = deadline
        self.backend = httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        failed: Exception = httpcore.ConnectError()
        for address in addresses_of(host, port):
            try:
                return Timed(self.backend.connect_tcp(address, port, self.left(timeout)), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def connect_unix_socket(self, *args, **kwargs):
        raise Refused(_("Only addresses that begin with http:// or https:// are fetched."))

    def left(self, timeout: float | None) -> float:
        """Return how long one step may take."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)


class Timed(httpcore.NetworkStream):
    """A connection whose every step counts against the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, guard: Guard):
        self.stream, self.guard = stream, guard

    def read(self, max_bytes, timeout=None):
        return self.stream.read(max_bytes, self.guard.left(timeout))

    def write(self, buffer, timeout=None):
        self.stream.write(buffer, self.guard.left(timeout))

    def close(self):
        self.stream.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        return Timed(self.stream.start_tls(ssl_context, server_hostname, self.guard.left(timeout)), self.guard)

    def get_extra_info(self, info):
        return self.stream.get_extra_info(info)


# Going there ----------------------------------------------------------------------------------------------------------


def fetch(address: str) -> Fetched:
    """Fetch what stands at an address; raise Refused, in words, for whatever keeps it from being fetched whole."""
    deadline = time.monotonic() + settings.FETCH_SECONDS
    url = check_address(address)
    context = httpx.create_ssl_context(trust_env=False)
    try:
        for _redirect in range(MOST_REDIRECTS + 1):
            answer = ask(url, context, deadline)
            if isinstance(answer, Fetched):
                return answer
            url = check_address(str(answer))
    except httpcore.TimeoutException as error:
        told = _("The server did not answer in time. It was waited for %(seconds)s seconds at most.")
        raise Refused(told % {"seconds": settings.FETCH_SECONDS}, address=str(url)) from error
    except (ssl.SSLError, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise Refused(in_words(error), address=str(url)) from error
    raise Refused(_("The address was passed on more than %(most)s times.") % {"most": MOST_REDIRECTS}, address=str(url))


def in_words(error: Exception) -> str:
    """Return why a connection failed."""
    if isinstance(error, httpcore.ProtocolError):
        return _("The server gave an answer that is none. Nothing was kept.")
    if "certificate" in str(error).lower():
        return _("The server could not prove that it is the one of this name: its certificate is not valid.")
    return _("The server could not be reached, or broke off: it is down, or this server has no way out to the network.")


def ask(url: httpx.URL, context: ssl.SSLContext, deadline: float) -> Fetched | httpx.URL:
    """Ask once and return what came back, or the address that it was passed on to."""
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    timeout = {"connect": WAIT_CONNECTING, "read": WAIT_READING, "write": WAIT_READING, "pool": WAIT_CONNECTING}
    guard = Guard(deadline)
    with (
        httpcore.ConnectionPool(ssl_context=context, network_backend=guard) as pool,
        pool.stream("GET", target, headers=HEADERS, extensions={"timeout": timeout}) as response,
    ):
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
        told = {name.lower(): value for name, value in headers}
        if response.status in (301, 302, 303, 307, 308) and "location" in told:
            return joined(url, told["location"])
        if not 200 <= response.status < 300:
            raise Refused(_("The server answered: %(answer)s.") % {"answer": status_words(response.status)},
                          response.status, str(url))  # fmt: skip
        if told.get("content-length", "").isdecimal() and int(told["content-length"][:20]) > settings.LARGEST_FILE:
            raise Refused(too_large(), response.status, str(url))
        try:
            content = b"".join(bounded(unpacked(response.iter_stream(), told.get("content-encoding", ""))))
        except Refused as refused:
            raise Refused(str(refused), response.status, str(url)) from refused
        return Fetched(content, str(url), response.status, headers)


def joined(url: httpx.URL, location: str) -> httpx.URL:
    """Return where an answer passes on to."""
    try:
        return url.join(location.encode("latin-1").decode("utf-8", "replace"))
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(_("The address was passed on to what is none."), address=str(url)) from error


def status_words(status: int) -> str:
    """Return a status as number and words."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def unpacked(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the body as it is meant, a little at a time, however much it grows; raise Refused where it cannot be."""
    if encoding.strip().lower() in ("", "identity"):
        yield from chunks
        return
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise Refused(_("The server packed its answer in a way that was not asked for."))
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        for chunk in chunks:
            while chunk:
                yield unpack.decompress(chunk, 1 << 16)
                chunk = unpack.unconsumed_tail
        yield unpack.flush(1 << 16)
    except zlib.error as error:
        raise Refused(_("The server’s answer cannot be unpacked.")) from error
    if not unpack.eof:
        raise Refused(_("The server’s answer broke off before its end."))


def bounded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield no more than may be kept; raise Refused where there is more."""
    left = settings.LARGEST_FILE
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise Refused(too_large())
        yield chunk


def too_large() -> str:
    told = _("What stands there is larger than %(most)s, the most that is kept.")
    return told % {"most": filesizeformat(settings.LARGEST_FILE)}
