"""The private Redis: only a socket, nothing on disk. The truth is in PostgreSQL; Redis wakes workers and caches."""

import os
import socket
import time

from . import binaries
from .processes import Child
from .say import Refusal, explain, say
from .urls import redis_url


class Redis:
    """One private Redis."""

    name = "redis"
    title = "Redis"

    def __init__(self, site):
        self.site = site
        self.socket = site.run / "redis.sock"
        self.log = site.log / "redis.log"
        self.child = None

    def environment(self):
        """The address the application is given; tests have a numbered database of their own, too."""
        return {"REDIS_URL": redis_url(self.socket, 1 if self.site.test else 0)}

    def find(self):
        """The program to use, fetched where there is none."""
        return binaries.find_redis(self.site.sandbox)

    def start(self):
        """Start the server and wait until it answers."""
        program = self.find()
        say(f"Starting Redis {program.version} ({program.source})")
        options = {
            "port": 0,
            "unixsocket": self.socket,
            "unixsocketperm": 700,
            "dir": self.site.var,
            "save": "",
            "appendonly": "no",
            "maxmemory": "256mb",
            # Work that is waiting must never be thrown away to make room.
            "maxmemory-policy": "noeviction",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        environment = {**os.environ, **program.environment}
        self.socket.unlink(missing_ok=True)
        self.child = Child(self.name, [program.path, *arguments], environment, self.log)
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            if self.child.ended():
                raise Refusal(explain(self.child.output(), "Starting Redis", self.site.var))
            if answers(self.socket):
                return
            time.sleep(0.02)
        raise Refusal("Redis did not answer within 30 seconds; var/log/redis.log may say why.")

    def stop(self):
        """Stop it; there is nothing to save."""
        self.child.stop(grace=5)


def answers(path):
    """Whether something accepts connections on a socket."""
    with socket.socket(socket.AF_UNIX) as attempt:
        attempt.settimeout(2)
        return attempt.connect_ex(str(path)) == 0
