"""My work: what waits for oneself, from returned records to follow-ups, each once; done in place."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level
from desk.work import Sort, tasks_of
from intermediaries.models import Actor
from negotiations.models import FollowUp
from records import reviewing
from records.models import Assignment, ReviewState
from records.services import add_record, withdraw_record
from tests.desk.test_review_pages import press, soup, words
from tests.factories import make, make_world
from tests.people import signed_in

pytestmark = pytest.mark.django_db
WORK = "/my-work/"
TODAY = timezone.localdate()


@pytest.fixture
def world(open_world):
    made = open_world
    with acting_as(SYSTEM):
        Assignment.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="x")
        made.participant.refresh_from_db()
    return made


def section(page: BeautifulSoup, name: str) -> str:
    return words(page.select_one(f"#{name}").find_parent("section"))


def counted(client) -> str:
    return words(soup(client.get("/")).select_one(f'nav a[href="{WORK}"]'))


def task(world, user, words_of="Call back", days=0, **fields):
    with acting_as(SYSTEM):
        due = None if days is None else TODAY + dt.timedelta(days=days)
        return make(FollowUp, meeting=world.meeting, task=words_of, owner=user, due_on=due, **fields)


def test_nothing_waits_for_somebody_new(people, world, recorder):
    page = soup(recorder.get(WORK))
    assert "0 things wait for you." in words(page.main)
    for told in ("Nothing is left to do.", "Nothing was returned to you.", "Nobody waits for an answer of yours."):
        assert told in words(page.main)
    assert counted(recorder) == "My work 0"


def test_follow_ups_stand_by_their_day_and_are_done_in_place(people, world, recorder):
    some_day = task(world, people.recorder, "Some day", None)
    late = task(world, people.recorder, "Late", -2)
    task(world, people.recorder, "Soon", 2)
    task(world, people.reviewer, "Another's", -2)
    page = soup(recorder.get(WORK))
    rows = page.select_one("#follow-ups").find_parent("section").select("li b")
    assert [row.get_text() for row in rows] == ["Late", "Soon", "Some day"]
    assert "1 is overdue." in words(page.main)
    link = soup(recorder.get("/")).select_one(f'nav a[href="{WORK}"]')
    assert (words(link), link.select_one(".ct.hot") is not None) == ("My work 3", True)
    done = press(recorder, page, page.select_one('button[value="done"]'))
    assert done["Location"] == WORK
    with acting_as(SYSTEM):
        assert FollowUp.objects.get(pk=late.pk).done_on == TODAY
    # Sent again, from a page that was open meanwhile: told, and nothing is written twice.
    press(recorder, page, page.select_one('button[value="done"]'))
    page = soup(recorder.get(WORK))
    assert "1 done in the last week" in words(page.main)
    press(recorder, page, page.select_one('button[value="undone"]'))
    with acting_as(SYSTEM):
        assert FollowUp.objects.get(pk=late.pk).done_on is None
        assert FollowUp.objects.get(pk=some_day.pk).version == 1
    stale = {"act": "done", "item": str(some_day.pk), "version": "9"}
    assert "It was changed since" in recorder.post(WORK, stale, follow=True).content.decode()
    for other in (people.reviewer, people.analyst):
        mine = {"act": "done", "item": str(some_day.pk), "version": "1"}
        assert signed_in(other).post(WORK, mine).status_code in (403, 404)
    for rubbish in ({}, {"act": "x"}, {"act": "done", "item": "x"}, {"act": "seen", "item": "\0"}):
        assert recorder.post(WORK, rubbish).status_code in (302, 404)


def test_what_was_returned_stands_there_with_its_note_until_it_is_submitted(people, world, recorder):
    with acting_as(user_principal(people.recorder)) as actor:
        body = add_record(actor, Actor(name="A body", kind_of_actor="ngo"))
    with acting_as(user_principal(people.reviewer)) as actor:
        reviewing.return_record(actor, body, note="Give its full name.", expected_version=1)
    page = soup(recorder.get(WORK))
    told = section(page, "returned")
    for words_of in ("A body", "Give its full name.", "reviewer"):
        assert words_of in told
    assert counted(recorder) == "My work 1"
    # Not among the drafts as well.
    assert "A body" not in words(soup(recorder.get(reverse("desk:drafts"))).main)
    answer = press(recorder, page, page.select_one("#returned").find_parent("section").select_one("button"))
    assert answer["Location"] == body.get_absolute_url()
    with acting_as(SYSTEM):
        assert Actor.objects.get(pk=body.pk).review_state == ReviewState.SUBMITTED
    assert counted(recorder) == "My work 0"


def test_queries_mentions_and_checks_are_each_told_once(people, world, recorder):
    with acting_as(user_principal(people.recorder)) as actor:
        body = add_record(actor, Actor(name="A body", kind_of_actor="ngo"))
    with acting_as(user_principal(people.reviewer)) as actor:
        # A query about one's own record that names one, too, is one thing.
        reviewing.raise_query(actor, body, field="name", text="Is it so, @recorder?")
        reviewing.raise_query(actor, world.participant, field="words", text="@recorder, were you there?")
        reviewing.raise_query(actor, world.participant, field="role", text="@recorder and in what role?")
        for _time in range(2):
            reviewing.assign(actor, world.participant, to="reviewer")
        assert [one.sort for one in tasks_of(actor)] == [Sort.CHECK]
    with acting_as(user_principal(people.recorder)) as actor:
        assert sorted(one.sort for one in tasks_of(actor)) == [Sort.MENTION, Sort.QUERY]
    page = soup(recorder.get(WORK))
    told = section(page, "queries")
    assert "Is it so, @recorder?" in told
    assert "reviewer named you in a query" in told
    assert counted(recorder) == "My work 2"
    press(recorder, page, page.select_one('button[value="seen"]'))
    page = soup(recorder.get(WORK))
    answer = page.select_one("#queries").find_parent("section").select_one(".query a")["href"]
    done = recorder.post(answer, {"answer": "Yes.", "version": "1"})
    assert done["Location"] == WORK
    asked = soup(signed_in(people.reviewer).get(WORK))
    assert "asked by reviewer" in section(asked, "checks")
    assert asked.select_one("#checks").find_parent("section").select_one("li a")["href"].startswith("/review/")


def test_withdrawn_and_hidden_things_do_not_wait(people, world, recorder):
    with acting_as(SYSTEM):
        secret = make_world("Zeisig", level=Level.CONFIDENTIAL)
        people.recorder.clearance = Level.PUBLIC
        people.recorder.save()
    own = task(secret, people.recorder, "Zeisig task", -1)
    gone = task(world, people.recorder, "Gone", -1)
    with acting_as(SYSTEM) as actor:
        withdraw_record(actor, gone, reason="Not needed.")
        make(Assignment, record=secret.participant, to=people.recorder, is_mention=True)
    page = recorder.get(WORK).content.decode()
    assert "Zeisig" not in page
    assert "0 things wait for you." in page
    assert recorder.post(WORK, {"act": "done", "item": str(own.pk), "version": "1"}).status_code == 404


def test_it_is_for_who_is_signed_in(people, world, client):
    assert client.get(WORK).status_code == 302
    assert signed_in(people.analyst).get(WORK).status_code == 200


def test_it_costs_the_same_for_few_and_for_many(people, world, recorder):
    def more(number: int) -> None:
        for one in range(number):
            task(world, people.recorder, f"Task {one}", -1)
            with acting_as(user_principal(people.recorder)) as actor:
                body = add_record(actor, Actor(name=f"Body {one}", kind_of_actor="ngo"))
                asked = add_record(actor, Actor(name=f"Asked {one}", kind_of_actor="ngo"))
            with acting_as(user_principal(people.reviewer)) as actor:
                reviewing.return_record(actor, body, note="x", expected_version=1)
                reviewing.raise_query(actor, asked, field="name", text="So?")
                reviewing.raise_query(actor, world.participant, field="words", text="@recorder?")

    def statements(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert recorder.get(address).status_code == 200
        return len(queries)

    more(2)
    statements(WORK)
    few = statements(WORK), statements("/")
    more(12)
    assert (statements(WORK), statements("/")) == few
    assert max(few) < 60
