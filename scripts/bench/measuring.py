"""Measures both sides of a question in one run: interleaved, in random order, on warm caches."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from django.db import connection, connections, transaction

from access.context import acting_as, user_principal
from access.models import User
from scripts.bench.questions import Question, statements
from scripts.bench.world import SEED, World

ROUNDS, FEWER = 15, 7
QUICK, SLOW, BREATH = 0.02, 2, 0.003  # seconds


class DifferentAnswers(Exception):
    """The two sides of a question do not answer alike: their times would mean nothing."""


@dataclass
class Line:
    """One question by one reader, with the times (seconds) of each side."""

    question: Question
    reader: str
    user: User
    bound: list[str]
    free: list[str]
    rounds: int = 0
    times: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})

    @property
    def with_policies(self) -> float:
        return median(self.times[True])

    @property
    def without(self) -> float:
        return median(self.times[False])

    @property
    def ratio(self) -> float:
        return self.with_policies / self.without

    @property
    def is_met(self) -> bool:
        return self.ratio <= self.question.target


@contextmanager
def side(line: Line, is_bound: bool) -> Iterator:
    """Give a cursor inside an open transaction: of the reader, or of the owner whom no policy binds."""
    if is_bound:
        with acting_as(user_principal(line.user)):
            yield connection.connection.cursor()
    else:
        with transaction.atomic(using="owner"):
            owner = connections["owner"].connection.cursor()
            owner.execute("SELECT 1")
            yield owner


def answers(line: Line, is_bound: bool) -> list[list[str]]:
    """Return the rows of each statement, in an order of their own."""
    with side(line, is_bound) as cursor:
        found = []
        for statement in line.bound if is_bound else line.free:
            cursor.execute(statement)
            found.append(sorted(map(repr, cursor.fetchall())))
        return found


def timed(line: Line, is_bound: bool) -> float:
    """Return the seconds from sending the first statement to having the last row."""
    with side(line, is_bound) as cursor:
        # Naming the reader has just kept that connection's process at work; on a busy machine it would now be made to
        # wait more often than the owner's.
        time.sleep(BREATH)
        started = time.perf_counter()
        for statement in line.bound if is_bound else line.free:
            cursor.execute(statement)
            cursor.fetchall()
        return time.perf_counter() - started


def lines_for(questions: list[Question], readers: dict[str, User], world: World) -> list[Line]:
    """Return a line for each question and reader. Raises DifferentAnswers where the sides do not answer alike."""
    found = []
    for question in questions:
        for name, user in readers.items():
            line = Line(question, name, user, *statements(question, user, world))
            if answers(line, True) != answers(line, False):
                raise DifferentAnswers(f"{question.name}, {name} reader: the two sides do not give the same rows.")
            found.append(line)
    return found


def measure(lines: list[Line], most_rounds: int) -> None:
    """Time every line, more often where it is quick, in one random order.

    Each time both sides stand next to one another, in random order too: what else the machine does meets both.
    """
    chance = random.Random(SEED)
    order = []
    for line in lines:
        slower = max(timed(line, is_bound) for is_bound in (True, False, True, False))
        line.rounds = most_rounds if slower < QUICK else min(most_rounds, FEWER if slower > SLOW else ROUNDS)
        order += [line] * line.rounds
    chance.shuffle(order)
    for line in order:
        for is_bound in chance.sample((True, False), 2):
            line.times[is_bound].append(timed(line, is_bound))
