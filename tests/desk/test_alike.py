"""Nothing is entered twice unseen: what may be recorded already is told to those who may see it, to nobody else."""

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level
from desk.models import KeptForm
from exchanges.models import Claim, Outcome
from intermediaries.models import Actor, ActorName, Representative
from negotiations.models import Agreement, Channel, Meeting, Place
from sources.models import Source
from tests.desk.sending import data_of, errors_of, form_of, sent
from tests.desk.test_entry_meeting import typed
from tests.factories import make
from tests.people import signed_in
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 2, 17)
ADD = "/meetings/add/"


def fields_of(kind: str, world) -> tuple[type, dict]:
    """Return a kind and the fields of a record of it, by which another one is found."""
    return {
        "meeting": (Meeting, {"channel": world.channel, "started_on": DAY}),
        "agreement": (Agreement, {"channel": world.channel, "started_on": DAY, "title": "A", "status": "agreed"}),
        "outcome": (Outcome, {"conflict": world.conflict, "outcome_kind": "exchange", "started_on": DAY}),
        "channel": (Channel, {"conflict": world.conflict, "name": "Женевская линия", "mode": "direct"}),
        "actor": (Actor, {"name": "Рустем Умєров", "kind_of_actor": "person"}),
        "representative": (Representative, {"name": "Рустем Умєров", "actor": world.actor}),
        "place": (Place, {"name": "Стамбул", "country_code": "TUR"}),
        "source": (Source, {"publisher": "A", "url": "https://www.example.net/a/"}),
    }[kind]


@pytest.mark.parametrize(
    ("kind", "changes", "is_alike"),
    [
        ("meeting", {}, True),
        ("meeting", {"started_on": dt.date(2026, 2, 15), "ended_on": DAY}, True),
        ("meeting", {"started_on": dt.date(2026, 2, 1), "date_precision": "month"}, True),
        ("meeting", {"started_on": dt.date(2026, 1, 1), "date_precision": "quarter"}, True),
        ("meeting", {"started_on": dt.date(2026, 1, 1), "date_precision": "year"}, True),
        ("meeting", {"started_on": dt.date(2026, 2, 18)}, False),
        ("meeting", {"started_on": dt.date(2026, 1, 1), "date_precision": "month"}, False),
        ("meeting", {"started_on": dt.date(2025, 10, 1), "date_precision": "quarter"}, False),
        ("meeting", {"date_precision": "unknown"}, False),
        ("meeting", {"started_on": None, "date_precision": "unknown"}, False),
        ("meeting", {"channel": None}, False),
        ("agreement", {"title": "Another name"}, True),
        ("agreement", {"started_on": dt.date(2026, 2, 16)}, False),
        ("outcome", {}, True),
        ("outcome", {"outcome_kind": "remains_transfer"}, False),
        ("channel", {"name": "Zhenevskaya liniya"}, True),
        ("channel", {"conflict": None}, False),
        ("actor", {"name": "Rustem Umerov"}, True),
        ("actor", {"name": "RUSTEM  UMIEROV"}, True),
        ("actor", {"name": "Rustem Umerov II"}, False),
        ("actor", {"name": " "}, False),
        ("representative", {"name": "Rustem Umerov"}, True),
        ("place", {"name": "Stambul"}, True),
        ("place", {"name": "Istanbul", "country_code": ""}, False),
        ("place", {"name": "Stambul", "country_code": ""}, True),
        ("place", {"name": "Stambul", "country_code": "GRC"}, False),
        ("source", {"url": "http://example.net/a?utm_source=x"}, True),
        ("source", {"url": "http://example.net/b"}, False),
        ("source", {"url": ""}, False),
    ],
)
def test_each_kind_has_one_rule(kind, changes, is_alike, people, world):
    model, fields = fields_of(kind, world)
    with acting_as(SYSTEM):
        there = make(model, **fields)
    with acting_as(user_principal(people.recorder)):
        assert [record.pk for record in model(**(fields | changes)).alike()] == [there.pk] * is_alike
        assert there.alike() == []
    with acting_as(SYSTEM):
        model.objects.filter(pk=there.pk).update(withdrawn_at="2026-01-01T00:00:00Z", withdrawn_reason="twice")
    with acting_as(user_principal(people.recorder)):
        assert model(**fields).alike() == []


def test_an_actor_is_found_by_its_further_names(people, world):
    with acting_as(SYSTEM):
        make(ActorName, actor=world.actor, name="Міністерство оборони")
        make(ActorName, actor=world.actor, name="Hidden name", compartments=[people.room.pk])
    with acting_as(user_principal(people.recorder)):
        assert Actor(name="Ministerstvo oborony").alike() == [world.actor]
        assert Actor(name="Hidden name").alike() == []


def say(outcome, actor, number: int, direction="to_open") -> None:
    make(Claim, outcome=outcome, claimant=actor, direction=direction, category="total", number=number)


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ({}, ["fifty", "forty", "silent"]),
        ({"claims-0-number": "50"}, ["fifty", "silent"]),  # the same side counts forty differently
        ({"claims-0-number": "40"}, ["forty", "silent"]),
        ({"claims-0-number": "60"}, ["silent"]),
        ({"claims-0-number": "50", "claims-0-claimant": "other"}, ["fifty", "forty", "silent"]),  # a rival claim
        ({"claims-0-number": "40", "claims-0-claimant": "other"}, ["forty", "fifty", "silent"]),
        ({"claims-0-number": "60", "claims-0-direction": ""}, ["fifty", "forty", "silent"]),
    ],
)
def test_counts_tell_outcomes_apart_only_where_one_claimant_makes_them(counts, found, recorder, two_sides):
    with acting_as(SYSTEM):
        there = {
            name: make(Outcome, conflict=two_sides.conflict, outcome_kind="exchange", started_on=DAY, title=name)
            for name in ("silent", "forty", "fifty")
        }
        say(there["fifty"], two_sides.actor, 50)
        say(there["forty"], two_sides.actor, 40)
    data = {
        "conflict": two_sides.conflict.pk, "outcome_kind": "exchange", "date_precision": "day", "started_on_day": "17",
        "started_on_month": "2", "started_on_year": "2026", "claims-TOTAL_FORMS": "1", "claims-INITIAL_FORMS": "0",
        "claims-0-claimant": two_sides.actor.pk, "claims-0-direction": "to_open", "claims-0-number": "",
    }  # fmt: skip
    data |= counts
    if data["claims-0-claimant"] == "other":
        data["claims-0-claimant"] = two_sides.other.pk
    page = recorder.post(reverse("desk:alike-outcome"), data).content.decode()
    told = re.findall(r">(fifty|forty|silent)<", page)
    assert sorted(told) == sorted(found)
    if counts.get("claims-0-number") in {"40", "50"}:
        assert told[0] == found[0]  # the same number stands first


def test_a_form_tells_as_soon_as_enough_is_typed(world, recorder):
    with acting_as(SYSTEM):
        there = make(Meeting, channel=world.channel, started_on=DAY, ended_on=dt.date(2026, 2, 18), title="Talks")
    look = reverse("desk:alike-meeting")
    parts = {"started_on_day": "17", "started_on_month": "2", "date_precision": "day", "channel": world.channel.pk}
    assert "call" not in recorder.post(look, parts).content.decode()
    told = recorder.post(look, parts | {"started_on_year": "2026"})
    page = told.content.decode()
    assert "This may already exist" in page
    assert there.get_absolute_url() in page
    assert "entered" in page
    assert f'formaction="{reverse("desk:meeting-edit", args=[there.pk])}"' in page
    assert "<html" not in page
    # In its own form a record is not told of itself.
    own = recorder.post(look, parts | {"started_on_year": "2026", "record": str(there.pk)})
    assert "call" not in own.content.decode()
    with acting_as(SYSTEM):
        assert Meeting.objects.count() == 2


def test_outcomes_reported_with_a_meeting_are_looked_for_too(world, recorder):
    with acting_as(SYSTEM):
        outcome = make(Outcome, conflict=world.conflict, outcome_kind="exchange", started_on=DAY, title="Told before")
    row = {
        "channel": world.channel.pk, "outcomes-TOTAL_FORMS": "1", "outcomes-INITIAL_FORMS": "0",
        "outcomes-0-outcome_kind": "exchange", "outcomes-0-started_on": "2026-02-17",
    }  # fmt: skip
    page = recorder.post(reverse("desk:alike-meeting"), row).content.decode()
    assert outcome.get_absolute_url() in page
    assert "formaction" not in page  # a meeting is not added to an outcome
    assert (
        "call" not in recorder.post(reverse("desk:alike-meeting"), row | {"outcomes-0-DELETE": "on"}).content.decode()
    )


@pytest.mark.parametrize("kind", ["meeting", "agreement", "outcome", "channel", "actor", "representative", "place"])
def test_what_is_hidden_changes_nothing_neither_in_words_nor_in_work(kind, people, world):
    """Two worlds: with a hidden twin, and without; the same bytes, from the same statements."""
    with acting_as(SYSTEM):
        people.recorder.clearance = Level.RESTRICTED
        people.recorder.save()
    client, look = signed_in(people.recorder), reverse(f"desk:alike-{kind}")
    model, fields = fields_of(kind, world)
    given = {name: getattr(value, "pk", value) for name, value in fields.items() if name != "started_on"}
    given |= {"date_precision": "day", "started_on_day": "17", "started_on_month": "2", "started_on_year": "2026"}
    given |= {"claims-TOTAL_FORMS": "0", "claims-INITIAL_FORMS": "0"}
    api, body = api_of(people.recorder, level=2), {name: str(getattr(v, "pk", v)) for name, v in fields.items()}

    def withdraw_own() -> None:
        with acting_as(SYSTEM):
            model.objects.filter(author=people.recorder).update(
                withdrawn_at="2026-01-01T00:00:00Z", withdrawn_reason="test"
            )

    def answers() -> list:
        with CaptureQueriesContext(connection) as seen:
            told = client.post(look, given)
        # A connection plans what every page asks whenever it does not know it yet.
        statements = [one for one in seen if not one["sql"].startswith(("PREPARE", "DEALLOCATE"))]
        asked = sent(client, reverse(f"desk:{kind}-add"), **given, level="0")
        withdraw_own()
        made = api.post(reverse(f"api:{kind}-list"), body)
        assert made.status_code == 201, made.content
        withdraw_own()
        return [told.content, asked.status_code, made.headers.get("Possible-Duplicates"), len(statements)]

    before = answers()
    with acting_as(SYSTEM):
        for marking in ({"level": Level.CONFIDENTIAL}, {"compartments": [people.room.pk]}):
            make(model, **fields, **marking)
    with acting_as(user_principal(people.reviewer)):
        make(model, **fields, author=people.reviewer, review_state="draft")
    assert answers() == before
    assert (before[0].strip(), before[1], before[2]) == (b"", 302, None)
    assert before[3] > 3
    with acting_as(SYSTEM):
        make(model, **fields)
    assert answers()[:3] != before[:3]


def test_without_script_it_is_asked_once_and_then_saved(people, world, recorder):
    with acting_as(SYSTEM):
        there = make(Meeting, channel=world.channel, started_on=DAY, title="Talks")
    for button in ({}, {"draft": "1"}):
        form = typed(world, key=str(uuid.uuid4()), summary="Typed before it was asked.", **button)
        asked = recorder.post(ADD, form)
        page = asked.content.decode()
        assert asked.status_code == 200
        assert page.count("<h2>This may already exist</h2>") == 1
        assert there.get_absolute_url() in page
        assert "Save all the same" in page
        assert "Typed before it was asked." in page
        assert "There is a problem" not in page
        again = data_of(form_of(page)) | button
        assert again["alike"] == [asked.context["asked"]["word"]]
        saved = recorder.post(ADD, again)
        assert saved.status_code == 302, errors_of(saved)
        # Sent once more it makes nothing; the answer to the question is no part of what was typed.
        assert recorder.post(ADD, again)["Location"] == saved["Location"]
    with acting_as(SYSTEM):
        assert Meeting.objects.filter(started_on=DAY).count() == 3
    # What came meanwhile was not shown yet.
    form = typed(world, key=str(uuid.uuid4()), alike=asked.context["asked"]["word"])
    assert "Save all the same" in recorder.post(ADD, form).content.decode()


def test_editing_asks_only_where_it_moves_the_record_onto_another(world, recorder):
    with acting_as(SYSTEM):
        make(Meeting, channel=world.channel, started_on=DAY, title="Talks")
        other = make(Meeting, channel=world.channel, started_on=DAY, title="Also talks")
        third = make(Meeting, channel=world.channel, started_on=dt.date(2026, 3, 1))
    edit = reverse("desk:meeting-edit", args=[other.pk])
    assert sent(recorder, edit, summary="Brief.").status_code == 302
    edit = reverse("desk:meeting-edit", args=[third.pk])
    moved = sent(recorder, edit, started_on_day="17", started_on_month="2")
    assert "This may already exist" in moved.content.decode()


def test_what_was_typed_is_compared_with_the_record_and_added_to_it(people, world, recorder):
    with acting_as(SYSTEM):
        there = make(Meeting, channel=world.channel, started_on=DAY, summary="Theirs.", result="partial")
        make(type(world.participant), meeting=there, words="Interpreters", role="interpreter")
        make(type(world.participant), meeting=there, words="Observers")
    key = str(uuid.uuid4())
    form = typed(world, key=key, summary="Mine.", assessment="My reading.", version="")
    recorder.post(reverse("desk:kept", args=[key]), form | {"form": "meeting", "record": ""})
    edit = reverse("desk:meeting-edit", args=[there.pk])
    compared = recorder.post(edit, form)
    assert compared.status_code == 409
    page = compared.content.decode()
    assert "What you typed, beside" in page
    kinds = {one.name: one.kind for one in compared.context["conflict"]}
    # What an empty form begins with is nothing anybody said; what only one of the two says needs no choice.
    assert kinds["summary"] == "both"
    assert kinds["result"] == "theirs"
    assert "assessment" not in kinds
    assert kinds["level"] == "theirs"
    with acting_as(SYSTEM):
        assert Meeting.objects.get(pk=there.pk).version == 1
    saved = recorder.post(edit, data_of(form_of(page)) | {"choose-summary": "yours"})
    assert saved.status_code == 302, errors_of(saved)
    with acting_as(SYSTEM):
        after = Meeting.objects.get(pk=there.pk)
        assert (after.summary, after.assessment, after.result, after.level) == ("Mine.", "My reading.", "partial", 0)
        # What both say stands once; what one of them says stands there.
        told = sorted(str(one) for one in after.participants.current())
        assert told == ["Interpreters", "Observers", "Open envoy"]
        assert Meeting.objects.filter(started_on=DAY).count() == 1
    with acting_as(user_principal(people.recorder)):
        # The form that was begun for a new record waits no longer.
        assert {kept.saved_as for kept in KeptForm.objects.all()} == {there.pk}
    assert "We kept what you typed" not in recorder.get(ADD).content.decode()


def test_a_dialog_asks_too(people, world, recorder):
    address = reverse("desk:create-actor")
    given = {"name": "Відкрита держава", "kind_of_actor": "ngo", "level": "1"}
    with acting_as(SYSTEM):
        there = make(Actor, name="Vidkryta derzhava", kind_of_actor="state")
    asked = recorder.post(address, given).json()
    assert there.get_absolute_url() in asked["asked"]
    word = data_of(form_of(f"<form method=post>{asked['asked']}</form>"))["alike"][0]
    made = recorder.post(address, given | {"alike": word}).json()
    assert made["option"]["text"] == "Відкрита держава"


def test_the_api_names_what_may_be_the_same_and_only_that(people, world):
    api = api_of(people.reviewer)
    body = {"channel": str(world.channel.pk), "started_on": "2026-02-17"}
    first = api.post(reverse("api:meeting-list"), body)
    assert first.status_code == 201
    assert "Possible-Duplicates" not in first.headers
    second = api.post(reverse("api:meeting-list"), body)
    assert second.headers["Possible-Duplicates"] == f"<{first.json()['url']}>"
    assert "Possible-Duplicates" not in api.post(reverse("api:meeting-list"), {"channel": "x"}).headers


@pytest.mark.parametrize("name", ["outsider", "analyst", "member", "administrator"])
def test_who_may_not_write_is_told_nothing(people, world, name):
    client = signed_in(getattr(people, name))
    assert client.post(reverse("desk:alike-actor"), {"name": "Open state"}).status_code == 403


@pytest.mark.parametrize("record", ["x", "00000000-0000-4000-8000-000000000000"])
def test_a_form_of_no_record_is_missing(world, recorder, record):
    assert recorder.post(reverse("desk:alike-actor"), {"name": "Open state", "record": record}).status_code == 404
