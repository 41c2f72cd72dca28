"""A mail server on loopback: small, real, and it keeps what it is given."""

import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

HOST = "127.0.0.1"


@dataclass
class Mail:
    """One mail as it came over the wire."""

    sender: str
    to: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)


@dataclass
class Post:
    """What has come; with ``is_refusing`` the server takes nothing for now (451)."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    is_refusing: bool = False

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if address in mail.to]


class Talk(socketserver.StreamRequestHandler):
    """One connection. Source: RFC 5321, as far as a client that behaves needs it."""

    post: Post

    def handle(self):
        self.answer("220 loopback")
        sender, to = "", []
        while line := self.rfile.readline():
            said = line.decode("ascii", "replace").strip()
            verb = said.upper().split(" ")[0]
            if verb in ("EHLO", "HELO"):
                self.answer("250 loopback")
            elif verb == "MAIL":
                sender, to = inside(said), []
                self.answer("250 OK")
            elif verb == "RCPT":
                to.append(inside(said))
                self.answer("250 OK")
            elif verb == "DATA":
                self.take(sender, to)
            elif verb == "QUIT":
                self.answer("221 Bye")
                return
            else:
                self.answer("250 OK" if verb in ("RSET", "NOOP") else "502 Not here")

    def take(self, sender: str, to: list[str]) -> None:
        if self.post.is_refusing:
            self.answer("451 Try again later")
            return
        self.answer("354 Go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.post.mails.append(Mail(sender, to, b"".join(lines)))
        self.answer("250 Kept")

    def answer(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


def inside(said: str) -> str:
    """Return the address between the angle brackets."""
    return said.partition("<")[2].partition(">")[0]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mail_server():
    """Yield a mail server that listens while the block lasts."""
    post = Post()
    server = Server((HOST, 0), type("TalkToPost", (Talk,), {"post": post}))
    post.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield post
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
