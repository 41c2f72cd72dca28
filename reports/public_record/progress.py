"""A progress bar on a terminal, plain lines elsewhere."""

import sys
import time
from typing import TextIO

WIDTH = 30


class Progress:
    """Tells how far an import has come. ``total`` is an estimate; the end is always 100 %."""

    def __init__(self, stream: TextIO | None = None):
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty()
        self.total = 1
        self.done = 0
        self.label = ""
        self.drawn_at = 0.0

    def begin(self, total: int) -> None:
        self.total = max(total, 1)

    def step(self, label: str) -> None:
        """Name what is being done now."""
        self.label = label
        if self.is_terminal:
            self.draw()
        else:
            print(label, file=self.stream)

    def advance(self, count: int) -> None:
        self.done = min(self.done + count, self.total)
        if self.is_terminal and time.monotonic() - self.drawn_at > 0.05:
            self.draw()

    def draw(self) -> None:
        self.drawn_at = time.monotonic()
        filled = WIDTH * self.done // self.total
        bar = "█" * filled + "·" * (WIDTH - filled)
        print(f"\r\033[K{bar} {100 * self.done // self.total:3d} % {self.label}", end="", file=self.stream, flush=True)

    def end(self, finished: bool) -> None:
        """Leave the line of the bar."""
        if self.is_terminal:
            if finished:
                self.done = self.total
            self.draw()
            print(file=self.stream)


class Silence(Progress):
    """No progress is shown, for callers that show their own."""

    def __init__(self):
        self.is_terminal = False
        self.total, self.done = 1, 0

    def step(self, label: str) -> None:
        pass
