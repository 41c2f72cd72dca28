"""Two worlds: what a reader is answered does not depend on what they may not see. By every address and filter."""

import logging
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone

from access.accounts import arrival
from access.managers import ReadableLabel
from tests.people import signed_in
from tests.sweeps.questions import Asker, Asking, askers_of
from tests.sweeps.worlds import Open, Secrets, open_world, stages

pytestmark = pytest.mark.django_db
WITH_REPORTS = ("outsider", "analyst", "stranger")
Answers = dict[str, tuple]


@pytest.fixture(autouse=True)
def still_time(monkeypatch):
    """Time stands still: nothing in an answer may differ because it was given later. Refusals are not logged."""
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    # By its own clock a session is saved, and its cookie set, once in a while.
    monkeypatch.setattr(arrival, "time", SimpleNamespace(time=moment.timestamp))
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def answers_to(asker: Asker, world: Open, hidden: Secrets) -> Answers:
    """Return everything one reader is answered; a visitor comes each time for the first time."""
    if asker.user is None:
        asker.client.cookies.clear()
    asking = Asking(asker, world, lambda model: hidden.one(model).pk)
    asking.everything(("head", "options") if asker.name == "analyst" else ())
    if asker.name in WITH_REPORTS:
        asking.a_report()
    return asking.answers


def unasked(url: str, hidden: Secrets) -> bool:
    """Whether the address itself names nothing hidden: what was asked for is repeated in many answers."""
    return not hidden.found_in(url.encode())


def leaks_in(answers: Answers, hidden: Secrets) -> list[str]:
    """Return the addresses whose answers name something hidden that was not asked for."""
    return [url for url, answer in answers.items() if unasked(url, hidden) and hidden.found_in(answer[2])]


def differences(one: Answers, two: Answers) -> list[str]:
    """Return the addresses that are answered differently, with where the answers begin to differ."""
    return [
        f"{url}: {parting(repr(one.get(url)), repr(two.get(url)))}"
        for url in one.keys() | two.keys()
        if one.get(url) != two.get(url)
    ]


def parting(one: str, two: str, around: int = 80) -> str:
    """Return two texts from a little before the place where they part."""
    same = next((at for at, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), 0)
    start = max(same - around, 0)
    return f"…{one[start : start + 2 * around]}… against …{two[start : start + 2 * around]}…"


@contextmanager
def without_app_filter():
    """Switch off the labels that the managers add: what holds then, the policies hold alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReadableLabel, "as_sql", lambda *_args: ("TRUE", []))
        yield


# Each in a process of its own, where there are several: these are the longest tests there are.
TOGETHER = [
    pytest.param(names, marks=pytest.mark.xdist_group("-".join(names)), id="-".join(names))
    for names in (("guest",), ("stranger",), ("analyst",), ("anonymous", "outsider"), ("administrator", "token"))
]


@pytest.mark.parametrize("names", TOGETHER)
def test_two_worlds_are_equal_byte_for_byte(people, names):
    world, askers = open_world(), {asker.name: asker for asker in askers_of(people)}
    after, found = {}, {}
    start = transaction.savepoint()
    hidden = next(hidden for staged, hidden in stages(people, world) if set(names) <= set(staged))
    for name in names:
        after[name] = answers_to(askers[name], world, hidden)
        found[name] = leaks_in(after[name], hidden)
    if "anonymous" in names:
        askers["without filter"] = Asker("without filter", askers["anonymous"].client)
        with without_app_filter():
            after["without filter"] = answers_to(askers["without filter"], world, hidden)
    transaction.savepoint_rollback(start)

    assert {name: urls for name, urls in found.items() if urls} == {}
    before = {name: answers_to(askers[name], world, hidden) for name in after}
    different = {name: differences(before[name], after[name]) for name in after}
    assert {name: urls for name, urls in different.items() if urls} == {}
    errors = {url: answer[0] for answers in before.values() for url, answer in answers.items() if answer[0] >= 500}
    assert errors == {}
    assert min(map(len, before.values())) >= 100


def test_every_reader_is_asked(people):
    assert {asker.name for asker in askers_of(people)} == {name for one in TOGETHER for name in one.values[0]}


def test_the_sweep_can_see_a_leak(people):
    """The control: who belongs to the room, cleared for it, meets the secrets in many places."""
    world = open_world()
    *_earlier, (_names, hidden) = stages(people, world)
    member = Asker("member", signed_in(people.member, raise_request_exception=False), people.member)
    answers = answers_to(member, world, hidden)
    assert len([url for url in leaks_in(answers, hidden) if url.startswith("get ")]) >= 50
