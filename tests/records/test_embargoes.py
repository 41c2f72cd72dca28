"""Embargoes: proposed by one, agreed to by another, applied by the worker, and never a way around the reviewer."""

import datetime as dt

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, because, user_principal
from access.levels import Level, Role
from access.models import User
from negotiations.models import Channel
from records.models import Embargo, HistoryEntry
from records.tasks import apply_embargoes
from tests.factories import make, make_world
from tests.people import signed_in
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db
LIST = "/api/v1/embargoes/"


@pytest.fixture
def secret(people):
    with acting_as(SYSTEM):
        return make_world("Secret", level=Level.RESTRICTED)


def soon(seconds: float = 0.4) -> str:
    return (timezone.now() + dt.timedelta(seconds=seconds)).isoformat()


def propose(user, record, **changes):
    body = {
        "record_kind": record.kind, "record_id": str(record.pk), "to_level": 0, "at": "2099-01-01T12:00:00Z",
        "reason": "Both sides will have published it",
    }  # fmt: skip
    return api_of(user).post(LIST, body | changes)


def agreed(people, record, **changes) -> dict:
    """Propose as the recorder, agree as the reviewer, and return the embargo."""
    made = propose(people.recorder, record, **changes)
    assert made.status_code == 201, made.content
    answer = api_of(people.reviewer).post(f"{made.json()['url']}agree/", {"version": 1})
    assert answer.status_code == 200, answer.content
    return answer.json()


def wait_for(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def run_clock() -> None:
    """Run the task as the worker does when the clock sends it."""
    apply_embargoes.apply(args=[SYSTEM], throw=True)


def stored(record):
    with acting_as(SYSTEM):
        return type(record).objects.select_related("label").get(pk=record.pk)


def set_back(embargo: dict) -> None:
    """Let the set time of an embargo have come, and its agreement lie before it."""
    past = timezone.now() - dt.timedelta(minutes=1)
    with acting_as(SYSTEM):
        held = Embargo.objects.filter(pk=embargo["id"])
        held.filter(agreed_at=None).update(at=past)
        held.exclude(agreed_at=None).update(at=past, agreed_at=past - dt.timedelta(minutes=5))


def state_of(embargo: dict) -> str:
    with acting_as(SYSTEM):
        return Embargo.objects.get(pk=embargo["id"]).state


# Four eyes ----------------------------------------------------------------------------------------------------------


def test_an_embargo_is_agreed_to_by_another_reviewer_and_applied_at_the_set_time(people, secret):
    embargo = agreed(people, secret.channel)
    assert (embargo["state"], embargo["agreed_by"]) == ("agreed", "reviewer")
    run_clock()
    assert stored(secret.channel).level == Level.RESTRICTED
    set_back(embargo)
    run_clock()
    channel = stored(secret.channel)
    assert (channel.level, channel.label.level) == (0, 2)  # its conflict is restricted still
    assert channel.version == 2
    run_clock()
    assert stored(secret.channel).version == 2
    assert state_of(embargo) == "applied"
    with acting_as(SYSTEM):
        newest = HistoryEntry.objects.filter(record_id=secret.channel.pk, operation="UPDATE").first()
        assert (newest.role, newest.door) == ("system", "task")
        assert newest.reason == "Embargo agreed by reviewer: Both sides will have published it"


def test_nobody_agrees_to_their_own_proposal(people, secret):
    made = propose(people.reviewer, secret.channel).json()
    assert api_of(people.reviewer).post(f"{made['url']}agree/", {"version": 1}).status_code == 403
    page = signed_in(people.reviewer).get(reverse("records:embargo-detail", args=[made["id"]]))
    assert reverse("records:embargo-agree", args=[made["id"]]) not in page.content.decode()
    with acting_as(user_principal(people.reviewer)), pytest.raises(ProgrammingError, match="another reviewer"):
        Embargo.objects.filter(pk=made["id"]).update(agreed_by=people.reviewer, agreed_at=timezone.now())


def test_only_a_reviewer_agrees_and_only_in_their_own_name(people, secret):
    made = propose(people.recorder, secret.channel).json()
    with acting_as(SYSTEM):
        second = User.objects.create(username="recorder2", role=Role.RECORDER, clearance=3)
    assert api_of(second).post(f"{made['url']}agree/", {"version": 1}).status_code == 403
    for actor, named in ((second, second), (people.reviewer, second), (people.recorder, people.reviewer)):
        with (
            acting_as(user_principal(actor)),
            pytest.raises(ProgrammingError, match="another reviewer"),
            transaction.atomic(),
        ):
            Embargo.objects.filter(pk=made["id"]).update(agreed_by=named, agreed_at=timezone.now())


@pytest.mark.parametrize(
    "fields",
    [
        {"to_level": 1}, {"at": timezone.now() + dt.timedelta(days=1)}, {"reason": "x"},
        {"applied_at": timezone.now()}, {"lapsed_at": timezone.now()}, {"to_compartments": [1]},
        {"agreed_by": None}, {"agreed_version": 7},
    ],
    ids=lambda fields: next(iter(fields)),
)  # fmt: skip
def test_what_was_agreed_to_is_changed_by_nobody(people, secret, fields):
    embargo = agreed(people, secret.channel)
    for user in (people.recorder, people.reviewer):
        with acting_as(user_principal(user)), pytest.raises(DatabaseError), transaction.atomic():
            Embargo.objects.filter(pk=embargo["id"]).update(**fields)
    refused = api_of(people.reviewer).patch(embargo["url"], {"at": "2099-02-01T00:00:00Z", "version": 2})
    assert set(refused.json()["error"]["fields"]) == {"at"}


def test_an_embargo_begins_as_a_proposal(people, secret):
    fields = {"record": secret.channel, "to_level": 0, "reason": "x", "author": people.reviewer}
    later = timezone.now() + dt.timedelta(days=1)
    for more in (
        {"at": later, "agreed_by": people.reviewer, "agreed_at": timezone.now()},
        {"at": later, "applied_at": timezone.now()},
        {"at": timezone.now() - dt.timedelta(days=1)},
    ):
        with acting_as(user_principal(people.reviewer)), pytest.raises(DatabaseError), transaction.atomic():
            make(Embargo, **fields, **more)


def test_what_cannot_be_proposed_is_refused_by_field(people, secret):
    for changes, name in (
        ({"at": "2020-01-01T00:00:00Z"}, "at"),
        ({"reason": " "}, "reason"),
        ({"to_level": 2}, "level"),
        ({"to_compartments": [people.room.pk]}, "compartments"),
        ({"record_kind": "embargo"}, "record_kind"),
        ({"level": 3}, "level"),
    ):
        answer = propose(people.recorder, secret.channel, **changes)
        assert answer.status_code == 400, answer.content
        assert name in answer.json()["error"]["fields"]
    assert propose(people.analyst, secret.channel).status_code == 403


def test_two_embargoes_on_one_record_are_not_agreed_to_at_once(people, secret):
    agreed(people, secret.channel)
    second = propose(people.recorder, secret.channel, to_level=1).json()
    answer = api_of(people.reviewer).post(f"{second['url']}agree/", {"version": 1})
    assert answer.status_code == 400
    assert "agreed to already" in answer.content.decode()


# Lapsing and cancelling ---------------------------------------------------------------------------------------------


def test_without_an_agreement_in_time_it_lapses(people, secret):
    made = propose(people.recorder, secret.channel, at=soon(1.5)).json()
    wait_for(1.6)
    late = api_of(people.reviewer).post(f"{made['url']}agree/", {"version": 1})
    assert late.status_code == 400
    set_back(made)
    run_clock()
    assert (stored(secret.channel).level, state_of(made)) == (2, "lapsed")
    page = signed_in(people.reviewer).get(secret.channel.get_absolute_url()).content.decode()
    assert "lapsed, because no reviewer agreed in time" in page


def test_what_is_written_after_the_agreement_is_not_opened(people, secret):
    """Else a recorder could have a harmless record agreed to, and write the secret into it afterwards."""
    embargo = agreed(people, secret.channel)
    changed = api_of(people.recorder).patch(
        f"/api/v1/channels/{secret.channel.pk}/", {"notes": "a secret", "version": 1}
    )
    assert changed.status_code == 200
    set_back(embargo)
    run_clock()
    assert (stored(secret.channel).level, state_of(embargo)) == (2, "lapsed")
    page = signed_in(people.reviewer).get(secret.channel.get_absolute_url()).content.decode()
    assert "lapsed, because the record was changed" in page


@pytest.mark.parametrize(("to_level", "level", "state"), [(0, 2, "lapsed"), (3, 3, "applied")])
def test_while_the_emergency_switch_is_on_nothing_opens_by_itself(people, secret, to_level, level, state):
    embargo = agreed(people, secret.channel, to_level=to_level)
    with acting_as(user_principal(people.administrator)), because("A leak"), connection.cursor() as cursor:
        cursor.execute("SELECT access.set_house_state('read_only')")
    set_back(embargo)
    run_clock()
    assert (stored(secret.channel).level, state_of(embargo)) == (level, state)


def test_a_withdrawn_record_is_not_opened(people, secret):
    embargo = agreed(people, secret.channel)
    with acting_as(SYSTEM):
        Channel.objects.filter(pk=secret.channel.pk).update(withdrawn_at=timezone.now(), withdrawn_reason="wrong")
    set_back(embargo)
    run_clock()
    assert (stored(secret.channel).level, state_of(embargo)) == (2, "lapsed")


@pytest.mark.parametrize("who", ["recorder", "reviewer"])
def test_the_proposer_and_any_reviewer_cancel_until_it_is_applied(people, secret, who):
    embargo = agreed(people, secret.channel)
    client = signed_in(getattr(people, who))
    url = reverse("records:embargo-withdraw", args=[embargo["id"]])
    assert "Cancel this embargo" in client.get(url).content.decode()
    done = client.post(url, {"reason": "Talks go on", "version": 2}, follow=True)
    assert "The embargo was cancelled." in done.content.decode()
    set_back(embargo)
    run_clock()
    assert (stored(secret.channel).level, state_of(embargo)) == (2, "cancelled")


def test_others_do_not_cancel_and_nobody_cancels_what_is_done(people, secret):
    embargo = agreed(people, secret.channel)
    with acting_as(SYSTEM):
        second = User.objects.create(username="recorder2", role=Role.RECORDER, clearance=3)
    body = {"reason": "x", "version": 2}
    assert api_of(second).post(f"{embargo['url']}cancel/", body).status_code == 403
    with acting_as(user_principal(second)), pytest.raises(ProgrammingError), transaction.atomic():
        Embargo.objects.filter(pk=embargo["id"]).update(withdrawn_at=timezone.now(), withdrawn_reason="x")
    assert signed_in(second).get(reverse("records:embargo-withdraw", args=[embargo["id"]])).status_code == 403
    set_back(embargo)
    run_clock()
    with acting_as(SYSTEM):
        version = Embargo.objects.get(pk=embargo["id"]).version
    late = api_of(people.reviewer).post(f"{embargo['url']}cancel/", {"reason": "x", "version": version})
    assert late.status_code == 400
    assert stored(secret.channel).level == 0


# Closing ------------------------------------------------------------------------------------------------------------


def test_a_record_is_closed_at_a_set_time_and_nobody_learns_of_it_before_who_will_not_see_it(people, client):
    with acting_as(SYSTEM):
        world = make_world("Open")
    embargo = agreed(people, world.channel, to_level=3)
    for reader in (client, signed_in(people.analyst)):
        assert reader.get(reverse("records:embargo-detail", args=[embargo["id"]])).status_code == 404
        assert "mbargo on" not in reader.get(world.channel.get_absolute_url()).content.decode()
        assert "Confidential" not in reader.get(world.channel.get_absolute_url()).content.decode()
    text = signed_in(people.recorder).get(world.channel.get_absolute_url()).content.decode()
    assert "Becomes “Confidential” on 1 January 2099 12:00 UTC, agreed by reviewer." in text
    # What is written meanwhile does not keep it open.
    assert api_of(people.recorder).patch(
        f"/api/v1/channels/{world.channel.pk}/", {"notes": "more", "version": 1}
    ).status_code == 200  # fmt: skip
    set_back(embargo)
    run_clock()
    assert client.get(world.channel.get_absolute_url()).status_code == 404
    assert state_of(embargo) == "applied"


# The pages ----------------------------------------------------------------------------------------------------------


def test_it_is_proposed_from_the_marking_page_and_agreed_to_on_its_own(people, secret):
    client = signed_in(people.recorder)
    url = reverse("negotiations:channel-marking", args=[secret.channel.pk])
    data = {"level": "1", "version": "1", "reason": "Published by then", "at": "2099-06-03T12:00", "previewed": ""}
    shown = client.post(url, data)
    assert "once a reviewer has agreed" in shown.content.decode()
    data["previewed"] = shown.context["form"]["previewed"].value()
    done = client.post(url, data | {"save": "1"}, follow=True)
    text = done.content.decode()
    assert "The embargo is proposed." in text
    assert "Proposed by recorder: “Internal” from 3 June 2099 12:00 UTC." in text
    with acting_as(SYSTEM):
        embargo = Embargo.objects.of(secret.channel).get()
    reviewer = signed_in(people.reviewer)
    page = reviewer.get(embargo.get_absolute_url())
    assert "What follows" in page.content.decode()
    agree = reverse("records:embargo-agree", args=[embargo.pk])
    assert client.post(agree, {"version": "1"}).status_code == 403
    assert "changed since you opened it" in reviewer.post(agree, {"version": "x"}, follow=True).content.decode()
    told = reviewer.post(agree, {"version": "1"}, follow=True).content.decode()
    assert "You have agreed." in told
    assert "agreed by reviewer" in told
    for wrong in ("yesterday", "2020-01-01T00:00"):
        refused = client.post(url, data | {"at": wrong})
        assert refused.context["form"].errors["at"]
        assert "Published by then" in refused.content.decode()
