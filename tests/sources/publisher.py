"""A real web server on loopback that answers as it is told: rightly, slowly, endlessly, wrongly."""

import gzip
import socket
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket, str], None]


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> Answer:
    """Return what sends a whole answer; header names have ``_`` for ``-``."""
    told = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)

    def send(connection, _request):
        connection.sendall(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body)

    return send


def redirect(to: str, status: str = "302 Found") -> Answer:
    return answer(status, b"", Location=to)


def endless(chunk: bytes = b"x" * 65536, head: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n") -> Answer:
    """Return what sends and never ends."""

    def send(connection, _request):
        connection.sendall(head)
        while True:
            connection.sendall(chunk)

    return send


def drip(head: bytes, every: float = 0.2) -> Answer:
    """Return what sends a little now and then, so that no single wait is long."""

    def send(connection, _request):
        connection.sendall(head)
        while True:
            time.sleep(every)
            connection.sendall(b"x")

    return send


def bomb(megabytes: int) -> Answer:
    """Return what sends a small answer that is large when unpacked."""
    packed = gzip.compress(bytes(2**20) * megabytes)
    return answer("200 OK", packed, Content_Encoding="gzip")


def silent(connection, _request) -> None:
    """Say nothing."""
    time.sleep(60)


def broken(connection, _request) -> None:
    """Promise more than is sent."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<html>")


def huge_headers(connection, _request) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(5000):
        connection.sendall(b"X-%d: " % number + b"y" * 500 + b"\r\n")
    connection.sendall(b"\r\n")


class Publisher:
    """The server: ``pages`` maps a path to how it is answered; ``requests`` are those it got, whole."""

    def __init__(self, port: int = 0):
        self.pages: dict[str, Answer] = {}
        self.requests: list[str] = []
        self.listening = socket.create_server(("127.0.0.1", port))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self.listening.accept()
                threading.Thread(target=self.answer, args=[connection], daemon=True).start()

    def answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request and (more := connection.recv(65536)):
                request += more
            if not request:
                return
            self.requests.append(request.decode("latin-1"))
            path = request.split(b" ")[1].decode()
            self.pages.get(path, answer("404 Not Found", b"<html>gone"))(connection, path)


@contextmanager
def publishing(port: int = 0):
    """Yield a server while it is needed, on a free port unless one is given."""
    made = Publisher(port)
    try:
        yield made
    finally:
        made.listening.shutdown(socket.SHUT_RDWR)  # lets go of the port even while a thread waits for callers
        made.listening.close()
