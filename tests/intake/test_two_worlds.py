"""A hidden candidate, record or import changes nothing that a recorder of lower clearance is answered, byte for byte.

The sweep over all addresses (tests/sweeps) asks as readers who may not write and so see no candidate at all; here those
ask who work at the inbox.
"""

import json
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from access.accounts import arrival
from access.context import SYSTEM, acting_as
from access.levels import Level, Role
from access.models import User
from exchanges.models import Outcome
from intake import inbox
from intake.models import Candidate, CandidateState
from negotiations.models import Conflict, Meeting
from sources.models import Source
from tests.factories import make
from tests.intake.conftest import Importer
from tests.intake.test_inbox import MEETING, OUTCOME, SOURCE, Inbox
from tests.people import signed_in
from tests.records.kinds import api_of
from tests.sweeps.walk import without_noise

CANARY = "Rohrweihe"
ROWS = (
    "meeting_id,channel_id,started_on,summary,source_ids\n"
    "m-1,ch-uae,2026-04-02,Lists were compared.,hidden-source\n"
    "m-2,ch-uae,2026-04-03,Lists were read.,\n"
)


@pytest.fixture
def low(people) -> Inbox:
    """A recorder cleared for what is internal, in no room."""
    with acting_as(SYSTEM):
        user = User.objects.create(username="low", role=Role.RECORDER, clearance=Level.INTERNAL)
    return Inbox(user)


@pytest.fixture(autouse=True)
def still_time(monkeypatch):
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    monkeypatch.setattr(arrival, "time", SimpleNamespace(time=moment.timestamp))


def hide(people) -> None:
    """Write, out of the recorder's sight, what the inbox or an import could betray: by level and by room."""
    conflict = Conflict.objects.get()
    channel = Meeting.objects.filter(channel__external_id="ch-uae").first().channel
    for marking in ({"level": Level.CONFIDENTIAL}, {"compartments": [people.room.pk]}):
        words = {"data": {"title": CANARY, "kind": "exchange", "started_on": "2026-04-01"}, "note": CANARY}
        waiting = make(Candidate, proposes="outcome", conflict=conflict, origin_words=CANARY, **words, **marking)
        refused = make(Candidate, proposes="outcome", conflict=conflict, **words, **marking)
        inbox.decide(refused, CandidateState.REFUSED, reason=CANARY)
        outcome = make(
            Outcome, conflict=conflict, outcome_kind="exchange", started_on="2026-04-01", title=CANARY,
            external_id="bot-1", **marking,
        )  # fmt: skip
        inbox.decide(waiting, CandidateState.TAKEN, made=[(Outcome, outcome.pk)])
        make(Candidate, proposes="source", data={"title": CANARY, "url": "https://example.org/talks"}, **marking)
        make(Meeting, channel=channel, started_on="2026-04-02", title=CANARY, external_id="m-1", **marking)
        make(Source, publisher=CANARY, url="https://example.org/talks", external_id="hidden-source", **marking)


def answers(low: Inbox, candidates: list[Candidate]) -> dict[str, tuple]:
    """Return everything the recorder is answered about inbox and imports."""
    pages, script, found = signed_in(low.user), api_of(low.user, level=Level.INTERNAL), {}

    def keep(name: str, answer, *own: str) -> None:
        body = without_noise(answer.content)
        for word in own:
            body = body.replace(word.encode(), b"")
        found[name] = (answer.status_code, body)

    listed, api = reverse("intake:candidate-list"), reverse("api:candidate-list")
    for query in ({}, {"state": "any"}, {"state": "taken"}, {"state": "refused"}, {"q": CANARY}, {"page": 2}):
        keep(f"page {query}", pages.get(listed, query))
        keep(f"api {query}", script.get(api, query))
    keep("overview", pages.get(reverse("reports:overview")))
    for candidate in candidates:
        for name in ("intake:candidate-detail", "intake:candidate-history", "api:candidate-detail"):
            client = script if name.startswith("api") else pages
            keep(f"{name} {candidate}", client.get(reverse(name, args=[candidate.pk])))
        if candidate.proposes == "meeting":
            keep("form", pages.get(reverse("desk:meeting-add"), {"candidate": candidate.pk}))
    importer = Importer(low.user)
    run = importer.checked(ROWS)
    found["found"] = (200, json.dumps(run.found, sort_keys=True).encode())
    own = (str(run.pk), run.reference, run.file_sha256)
    keep("import", pages.get(run.get_absolute_url()), *own)
    keep("bad rows", pages.get(f"{run.get_absolute_url()}bad-rows/"))
    keep("imports", pages.get(reverse("intake:import-run-list")), *own)
    return found


def without_keys(found: dict[str, tuple]) -> dict[str, tuple]:
    """Return answers without what every form has of its own: its key."""
    return {name: (status, body if name != "form" else b"") for name, (status, body) in found.items()}


def test_what_is_hidden_changes_nothing(low, people):
    candidates = [
        low.propose(**OUTCOME, external_id="bot-1"),
        low.propose(**MEETING),
        low.propose(**SOURCE),
    ]
    low.do("refuse", low.propose(**SOURCE | {"note": "A second one"}), reason="A rumour")
    start = transaction.savepoint()
    with acting_as(SYSTEM):
        hide(people)
    after = answers(low, candidates)
    leaks = [name for name, (_status, body) in after.items() if CANARY.encode() in body and CANARY not in name]
    assert leaks == []
    transaction.savepoint_rollback(start)
    before = answers(low, candidates)
    assert before.keys() == after.keys()
    assert [name for name in before if without_keys(before)[name] != without_keys(after)[name]] == []
    assert {status for status, _body in before.values()} == {200}


def test_a_reviewer_of_the_room_would_see_it(people):
    """The control: who is cleared and belongs to the room meets the hidden candidates in the same places."""
    with acting_as(SYSTEM):
        hide(people)
        user = User.objects.create(username="high", role=Role.REVIEWER, clearance=Level.CONFIDENTIAL)
        user.memberships.create(compartment=people.room)
    box = Inbox(user)
    found = answers(box, [box.propose(**OUTCOME), box.propose(**SOURCE)])
    assert len([name for name, (_status, body) in found.items() if CANARY.encode() in body]) >= 8


def test_a_hidden_candidate_is_answered_like_a_missing_one(low, people):
    with acting_as(SYSTEM):
        hide(people)
        hidden = Candidate.objects.filter(level=Level.CONFIDENTIAL).first()
    pages, script = signed_in(low.user), api_of(low.user, level=Level.INTERNAL)
    missing = "00000000-0000-4000-8000-000000000000"
    body = {"version": 1, "reason": "x", "record": missing}

    def both(client, method: str, name: str, data=None) -> list[tuple]:
        """Return what is answered for the hidden candidate and for one that does not exist."""
        told = [(pk, getattr(client, method)(reverse(name, args=[pk]), data)) for pk in (str(hidden.pk), missing)]
        return [(one.status_code, without_noise(one.content).replace(pk.encode(), b"")) for pk, one in told]

    asked = [(pages, "get", f"intake:candidate-{name}", None) for name in ("detail", "history", "marking", "withdraw")]
    for act in ("accept", "merge", "refuse", "undo"):
        asked += [(pages, "post", f"intake:candidate-{act}", body), (script, "post", f"api:candidate-{act}", body)]
    for client, method, name, data in asked:
        one, other = both(client, method, name, data)
        assert one == other, name
        assert one[0] == 404, name
    form = pages.get(reverse("desk:meeting-add"), {"candidate": hidden.pk})
    assert form.status_code == 200
    assert CANARY not in form.content.decode()
