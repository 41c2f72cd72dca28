"""The pages of the review: what waits, field by field beside the source, verified or returned, the author's side."""

import re
import uuid

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level, Role
from access.models import User
from exchanges.models import Claim, Outcome
from intermediaries.models import Actor
from records.models import Assignment, FieldCheck, Query, ReviewState
from records.services import add_record, change_record
from records.waiting import reviewed_kinds
from sources.models import Citation
from tests.factories import DAY, make, make_world, verified
from tests.people import signed_in
from tests.sweeps.walk import without_noise

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(open_world):
    made = open_world
    with acting_as(SYSTEM):
        # Only what the tests enter waits.
        verified(type(made.participant))
        Query.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="x")
        Assignment.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="x")
    return made


@pytest.fixture
def outcome(people, world):
    """An outcome with a claim that quotes its source, entered by the recorder."""
    with acting_as(user_principal(people.recorder)) as actor:
        outcome = add_record(
            actor, Outcome(conflict=world.conflict, outcome_kind="exchange", title="Third exchange", started_on=DAY)
        )
        claim = add_record(actor, Claim(outcome=outcome, claimant=world.actor, category="total", number=300))
        quote = "300 from each side <b>& no more</b>"
        add_record(actor, Citation(record=claim, source=world.source, quote=quote, pinpoint="paragraph 2"))
    return outcome


@pytest.fixture
def reviewer(people):
    return signed_in(people.reviewer)


def where(record) -> str:
    return reverse(f"desk:{record.kind}-review", args=[record.pk])


def soup(answer) -> BeautifulSoup:
    page = BeautifulSoup(answer.content.decode(), "html.parser")
    page.address = answer.wsgi_request.get_full_path()
    return page


def stored(record):
    with acting_as(SYSTEM):
        return type(record).objects.get(pk=record.pk)


def words(node) -> str:
    return re.sub(r"\s+", " ", node.get_text(" ")).strip()


def press(client, page, button, **typed):
    """Send the form a button stands in, as a browser would."""
    form = button.find_parent("form")
    data = {one["name"]: one.get("value", "") for one in form.select("input[name]")}
    data |= {one["name"]: one.get_text() for one in form.select("textarea[name]")}
    return client.post(form.get("action", page.address), data | {button["name"]: button["value"]} | typed)


def check_all(client, record) -> None:
    """Press "Matches" until nothing is left, as somebody without script does."""
    for _time in range(40):
        page = soup(client.get(where(record)))
        button = page.select_one("button[data-matches]")
        if button is None:
            return
        answer = press(client, page, button)
        assert answer.status_code == 302, words(soup(answer).main)
    raise AssertionError("there is always one more field to check")


# What waits ----------------------------------------------------------------------------------------------------------


def test_what_waits_is_listed_with_who_since_when_and_how_far(people, outcome, reviewer):
    with acting_as(user_principal(people.reviewer)) as actor:
        from records import reviewing

        reviewing.raise_query(actor, outcome, field="title", text="Which?")
        reviewing.assign(actor, outcome, to="reviewer")
    page = soup(reviewer.get(reverse("desk:to-review")))
    (row,) = page.select("tbody tr")
    told = words(row)
    for part in ("Third exchange", "with 2 parts", "Outcome", "recorder", "reviewer", "Submitted"):
        assert part in told, part
    assert row.select_one("td.n").get_text(strip=True) == "1"
    assert row.th.a["href"] == where(outcome)
    assert "1 record waits" in page.get_text()


def test_the_filters_stand_in_the_address_and_go_on_to_the_record(people, world, outcome, reviewer):
    with acting_as(user_principal(people.reviewer)) as actor:
        own = add_record(actor, Actor(name="My own body", kind_of_actor="ngo"))
        from records import reviewing

        reviewing.assign(actor, outcome, to="reviewer")
    address = reverse("desk:to-review")

    def titles(**asked) -> list[str]:
        return [words(one) for one in soup(reviewer.get(address, asked)).select("tbody th a")]

    assert titles() == ["Third exchange"]
    assert titles(whose="mine") == [str(own)]
    assert titles(kind="outcome", state="submitted") == ["Third exchange"]
    assert titles(kind="actor") == titles(state="changed") == titles(assigned="nobody") == []
    assert titles(assigned="me") == ["Third exchange"]
    assert titles(kind="nonsense") == titles(state="x") == []
    page = soup(reviewer.get(address, {"assigned": "me", "page": "1"}))
    assert page.select_one("tbody th a")["href"] == f"{where(outcome)}?assigned=me"
    assert "Clear filters" in page.get_text()


def test_the_number_stands_in_the_navigation_of_reviewers(people, outcome, reviewer, recorder):
    link = soup(reviewer.get("/")).select_one(f'nav a[href="{reverse("desk:to-review")}"]')
    assert words(link) == "To review 1"
    assert link.select_one(".ct.hot")
    for client in (recorder, signed_in(people.analyst)):
        assert soup(client.get("/")).select_one(f'nav a[href="{reverse("desk:to-review")}"]') is None


@pytest.mark.parametrize("name", ["recorder", "analyst", "administrator", "outsider", "member"])
def test_who_is_no_reviewer_is_refused(people, outcome, name):
    client = signed_in(getattr(people, name))
    for address in (reverse("desk:to-review"), where(outcome), reverse("desk:review-imports")):
        assert client.get(address).status_code == 403
    refused = client.post(where(outcome), {"act": "verify", "version": "1"})
    assert refused.status_code == 403
    assert stored(outcome).review_state == ReviewState.SUBMITTED


# The page -------------------------------------------------------------------------------------------------------------


def test_the_record_stands_beside_its_source_with_the_words_quoted_marked(outcome, reviewer):
    answer = reviewer.get(where(outcome))
    page = soup(answer)
    assert "Third exchange" in words(page.h1)
    assert "You did not enter this record, so you may verify it." in words(page.select_one(".phead"))
    items = {words(item.select_one(".k")): item for item in page.select("[data-item]")}
    assert words(items["Date"].b) == "23 May 2025, exact day"
    assert "300" in words(items["Claim"])
    assert [words(mark) for mark in page.select(".src mark")] == ["300 from each side <b>& no more</b>"]
    assert "<b>& no more</b>" not in answer.content.decode()
    assert "not found in it" in words(page.select_one(".src"))
    source = page.select_one("[data-source]")
    assert "paragraph 2" in words(source)
    assert "https://example.org/Open" in [link.get("href") for link in source.select("a")]
    button = page.select_one('button[value="verify"]')
    assert button.has_attr("disabled")
    assert "still to check" in words(page.select_one("#progress"))


def test_checked_field_by_field_and_verified_it_goes_on_to_the_next(people, world, outcome, reviewer):
    with acting_as(user_principal(people.recorder)) as actor:
        second = add_record(actor, Actor(name="Another body", kind_of_actor="ngo"))
    page = soup(reviewer.get(where(outcome)))
    assert words(page.select_one(".crumb")) == "To review / 1 of 2"
    first = page.select_one("button[data-matches]")
    answer = press(reviewer, page, first)
    assert answer["Location"].startswith(where(outcome) + "#item-")
    check_all(reviewer, outcome)
    page = soup(reviewer.get(where(outcome)))
    assert "Everything matches" in words(page.select_one("#progress"))
    verify = page.select_one('button[value="verify"]')
    assert not verify.has_attr("disabled")
    done = press(reviewer, page, verify)
    assert (done.status_code, done["Location"]) == (302, where(second))
    assert stored(outcome).review_state == ReviewState.VERIFIED
    assert "Verified: Third exchange" in reviewer.get(done["Location"]).content.decode()
    check_all(reviewer, second)
    page = soup(reviewer.get(where(second)))
    assert words(page.select_one(".crumb")) == "To review / 1 of 1"
    done = press(reviewer, page, page.select_one('button[value="verify"]'))
    assert done["Location"].startswith(reverse("desk:to-review"))


def test_verifying_before_everything_is_checked_is_refused_in_words(outcome, reviewer):
    answer = reviewer.post(where(outcome), {"act": "verify", "version": "1"})
    assert answer.status_code == 200
    assert "Still to check, or with a query that is not answered:" in answer.content.decode()
    assert stored(outcome).review_state == ReviewState.SUBMITTED


def test_a_check_is_taken_back_by_whoever_made_it(outcome, reviewer):
    page = soup(reviewer.get(where(outcome)))
    press(reviewer, page, page.select_one("button[data-matches]"))
    page = soup(reviewer.get(where(outcome)))
    (item,) = [one for one in page.select("[data-item]") if one["data-state"] == "matches"]
    assert "Matches source" in words(item)
    press(reviewer, page, item.select_one('button[value="back"]'))
    assert {one["data-state"] for one in soup(reviewer.get(where(outcome))).select("[data-item]")} == {"open"}


def test_the_author_sees_the_page_and_no_button(people, reviewer):
    with acting_as(user_principal(people.reviewer)) as actor:
        own = add_record(actor, Actor(name="My own body", kind_of_actor="ngo"))
    page = soup(reviewer.get(where(own)))
    assert "another person verifies it" in words(page.select_one(".phead"))
    assert "Four eyes" in words(page.select_one("#progress"))
    assert page.select("main button[name=act]") == []
    assert reviewer.post(where(own), {"act": "verify", "version": "1"}).status_code == 403
    assert stored(own).review_state == ReviewState.SUBMITTED


def test_words_that_stand_in_the_archived_copy_are_marked_where_they_stand(people, world, outcome, reviewer):
    with acting_as(user_principal(people.recorder)) as actor:
        claim = Claim.objects.get(outcome=outcome)
        add_record(actor, Citation(record=claim, source=world.source, quote="“OPEN  on paper”"))
    source = soup(reviewer.get(where(outcome))).select_one("[data-source]")
    assert words(source.select_one(".src .words")) == "Open on paper ."
    found, missing = (words(mark) for mark in source.select("mark"))
    assert (found, missing) == ("Open on paper", "300 from each side <b>& no more</b>")
    assert "archived copy of 23 May 2025" in words(source)
    assert world.archived_copy.get_absolute_url() in [link.get("href") for link in source.select("a")]


def test_what_changed_since_the_verification_is_marked(people, outcome, reviewer):
    check_all(reviewer, outcome)
    press(reviewer, *verify_button(reviewer, outcome))
    with acting_as(user_principal(people.recorder)) as actor:
        now = Outcome.objects.get(pk=outcome.pk)
        now.title = "Fourth exchange"
        change_record(actor, now, expected_version=now.version)
    page = soup(reviewer.get(where(outcome)))
    (still_open,) = [item for item in page.select("[data-item]") if item["data-state"] == "open"]
    assert "Third exchange" in words(still_open.select_one("del"))
    assert "Fourth exchange" in words(still_open.select_one("ins"))
    assert "Verified, then changed" in words(page.select_one(".phead"))


def verify_button(client, record):
    page = soup(client.get(where(record)))
    return page, page.select_one('button[value="verify"]')


def test_a_stale_page_is_told_so_and_nothing_typed_is_lost(people, outcome, reviewer):
    page = soup(reviewer.get(where(outcome)))
    matches = page.select_one("button[data-matches]")
    note = page.select_one('button[value="return"]')
    with acting_as(user_principal(people.recorder)) as actor:
        outcome.title = "Changed meanwhile"
        change_record(actor, outcome, expected_version=1)
    for button, typed in ((matches, {}), (note, {"note": "A long note & nothing of it lost"})):
        answer = press(reviewer, page, button, **typed)
        assert answer.status_code == 409
        shown = soup(answer)
        assert "Someone else changed this after you opened it" in words(shown.select_one(".both"))
        assert "changed title" in words(shown.select_one(".both"))
        for text in typed.values():
            assert text in shown.select_one("textarea[name=note]").get_text()
        assert "Changed meanwhile" in words(shown.main)
    assert stored(outcome).review_state == ReviewState.SUBMITTED
    with acting_as(SYSTEM):
        assert not FieldCheck.objects.of(outcome).exists()


def test_a_query_is_asked_answered_on_the_records_page_and_settles_the_field(people, outcome, reviewer, recorder):
    page = soup(reviewer.get(where(outcome)))
    title = next(item for item in page.select("[data-item]") if words(item.select_one(".k")) == "Title")
    ask = title.select_one('button[value="query"]')
    empty = press(reviewer, page, ask, text="  ")
    assert empty.status_code == 200
    assert "Write what you want to know." in words(soup(empty).select_one(".esum"))
    nobody = press(reviewer, page, ask, text="Ask @nobody, kept & shown")
    assert "There is nobody called “nobody”" in nobody.content.decode()
    shown = soup(nobody)
    assert "Ask @nobody, kept & shown" in [one.get_text().strip() for one in shown.select("textarea[name=text]")]
    assert len(shown.select(".ask.shown")) == 2  # this one, and that about the whole record
    asked = press(reviewer, page, ask, text="Whose third, @recorder?")
    assert asked.status_code == 302
    check_all(reviewer, outcome)
    page, verify = verify_button(reviewer, outcome)
    assert verify.has_attr("disabled")
    assert "1 has a query that is not answered." in words(page.select_one("#progress"))
    query = page.select_one(".query")
    assert "Whose third, @recorder?" in words(query)
    assert words(query.a).startswith("Take back")

    own = soup(recorder.get(outcome.get_absolute_url()))
    link = own.select_one(".review-told .query a")
    assert words(link).startswith("Answer")
    answer = recorder.get(link["href"])
    assert answer.status_code == 200
    refused = recorder.post(link["href"], {"answer": " ", "version": "1", "next": outcome.get_absolute_url()})
    assert "Write an answer." in words(soup(refused).select_one(".esum"))
    stale = recorder.post(link["href"], {"answer": "Kept, too", "version": "7"})
    assert "Look at it again" in stale.content.decode()
    assert "Kept, too" in soup(stale).select_one("textarea").get_text()
    done = recorder.post(link["href"], {"answer": "By its own numbering.", "version": "1"})
    assert done["Location"] == outcome.get_absolute_url()
    page, verify = verify_button(reviewer, outcome)
    assert "By its own numbering." in words(page.select_one(".query"))
    assert press(reviewer, page, verify).status_code == 302
    assert stored(outcome).review_state == ReviewState.VERIFIED


def test_whoever_asked_takes_the_query_back_and_answers_nothing(people, outcome, reviewer):
    page = soup(reviewer.get(where(outcome)))
    whole = page.select('button[value="query"]')[-1]
    press(reviewer, page, whole, text="Is there a second source?")
    page = soup(reviewer.get(where(outcome)))
    assert "Query on the outcome as a whole" in words(page.select_one("#queries"))
    address = page.select_one("#queries .query a")["href"].split("?")[0]
    own = soup(reviewer.get(address))
    assert own.select("textarea") == []
    assert reviewer.post(address, {"answer": "Myself", "version": "1"}).status_code == 403
    back = reviewer.post(address, {"act": "back", "next": where(outcome)})
    assert back["Location"] == where(outcome)
    assert "second source" not in reviewer.get(where(outcome)).content.decode()
    assert reviewer.post(address, {"act": "back", "next": "https://evil.example/"}).status_code == 404


def test_another_reviewers_words_are_not_taken_back(people, outcome, reviewer):
    with acting_as(SYSTEM):
        other = User.objects.create(username="second", role=Role.REVIEWER, clearance=Level.CONFIDENTIAL)
    second = signed_in(other)
    page = soup(second.get(where(outcome)))
    press(second, page, page.select_one("button[data-matches]"))
    with acting_as(SYSTEM):
        check = FieldCheck.objects.of(outcome).get()
    sent = {"act": "back", "field-check": str(check.pk), "version": "1"}
    assert reviewer.post(where(outcome), sent).status_code == 403
    assert stored(check).withdrawn_at is None


def test_somebody_is_asked_and_the_asking_is_taken_back(people, outcome, reviewer):
    page = soup(reviewer.get(where(outcome)))
    button = page.select_one('button[value="assign"]')
    offered = [option["value"] for option in page.select("select[name=to] option")]
    assert offered == ["", "reviewer"]
    refused = press(reviewer, page, button, to="recorder")
    assert refused.status_code == 200
    assert press(reviewer, page, button, to="reviewer").status_code == 302
    page = soup(reviewer.get(where(outcome)))
    assert "asked by reviewer" in words(page.select_one("#people").find_parent("section"))
    back = page.select_one("#people").find_parent("section").select_one('button[value="back"]')
    press(reviewer, page, back)
    assert "Nobody in particular." in reviewer.get(where(outcome)).content.decode()


def test_rubbish_is_answered_in_words(outcome, reviewer):
    for sent in (
        {}, {"act": "x"}, {"act": "matches"}, {"act": "matches", "item": "x", "version": "1"},
        {"act": "matches", "item": f"{uuid.uuid4()}:title", "version": "1"}, {"act": "verify", "version": "x" * 400},
        {"act": "query", "item": "whole", "text": "\u202e" * 5000}, {"act": "back", "query": "x", "version": "-1"},
        {"act": "return", "version": "1", "note": "\0"}, {"act": "assign", "to": "\0"}, {"act": "query", "text": "a\0"},
    ):  # fmt: skip
        answer = reviewer.post(where(outcome), sent)
        assert answer.status_code in (200, 302, 400, 409), (sent, answer.status_code)
    assert stored(outcome).review_state == ReviewState.SUBMITTED


# The author's side ----------------------------------------------------------------------------------------------------


def test_returned_it_says_why_on_its_page_and_in_its_form_and_is_submitted_again(people, world, reviewer, recorder):
    with acting_as(user_principal(people.recorder)) as actor:
        body = add_record(actor, Actor(name="A body", kind_of_actor="ngo"))
    page = soup(reviewer.get(where(body)))
    press(reviewer, page, page.select_one('button[value="query"]'), text="Is this its name?")
    empty = press(reviewer, page, page.select_one('button[value="return"]'))
    assert "Say what is to be mended" in words(soup(empty).select_one(".esum"))
    returned = press(reviewer, page, page.select_one('button[value="return"]'), note="Give its full name.")
    assert returned.status_code == 302
    assert stored(body).review_state == ReviewState.RETURNED

    for address in (body.get_absolute_url(), reverse("desk:actor-edit", args=[body.pk])):
        told = words(soup(recorder.get(address)).select_one(".review-told"))
        assert "Returned to whoever wrote it" in told
        assert "Give its full name." in told
        assert "Is this its name?" in told
    for client in (signed_in(people.analyst), signed_in(None)):
        told = words(soup(client.get(body.get_absolute_url())).select_one(".review-told"))
        assert told == ("Review of this record Returned to whoever wrote it; it is in no figure until it is verified.")
    other = soup(reviewer.get(body.get_absolute_url())).select_one(".review-told")
    assert other.select("button") == []  # submitted by whoever wrote it

    from tests.desk.sending import sent

    mended = sent(recorder, reverse("desk:actor-edit", args=[body.pk]), name="A body in full", draft="1")
    assert mended.status_code == 302
    assert stored(body).review_state == ReviewState.RETURNED
    page = soup(recorder.get(body.get_absolute_url()))
    submitted = press(recorder, page, page.select_one('.review-told button[value="submit"]'))
    assert submitted["Location"] == body.get_absolute_url()
    assert stored(body).review_state == ReviewState.SUBMITTED
    page = soup(reviewer.get(where(body)))
    assert "A body in full" in words(page.main)
    assert "Is this its name?" in words(page.main)


# Hidden is missing ----------------------------------------------------------------------------------------------------


def test_every_kind_that_is_reviewed_has_its_page(people, world, reviewer):
    for model in reviewed_kinds():
        record = next(one for one in vars(world).values() if type(one) is model)
        answer = reviewer.get(where(record))
        assert answer.status_code == 200, model
        assert "does not wait" in answer.content.decode()
        assert reviewer.get(reverse(f"desk:{model.kind_of()}-review", args=[uuid.uuid4()])).status_code == 404


def test_what_is_hidden_from_the_reviewer_waits_for_others(people, world, outcome):
    with acting_as(SYSTEM):
        near = User.objects.create(username="near", role=Role.REVIEWER, clearance=Level.PUBLIC)
    client = signed_in(near)

    def answers() -> list[bytes]:
        pages = (reverse("desk:to-review"), where(outcome), reverse("desk:my-work"), reverse("desk:review-imports"))
        return [without_noise(client.get(page).content) for page in pages]

    before = answers()
    with acting_as(SYSTEM):
        secret = make_world("Zeisig", level=Level.INTERNAL)
        hidden = make(Actor, name="Zeisig body", kind_of_actor="ngo", level=2, review_state="submitted")
        about = {"record_type": secret.query.record_type, "record_id": secret.participant.pk}
        make(Assignment, to=near, **about)
        make(Query, text="Zeisig? @near", level=Level.INTERNAL, record=outcome)
        make(Assignment, to=near, is_mention=True, level=Level.INTERNAL, record=outcome)
    assert answers() == before
    with acting_as(SYSTEM):
        query = Query.objects.of(outcome).get()
    for address in (where(hidden), reverse("records:query", args=[query.pk])):
        assert client.get(address).status_code == 404
        assert client.post(address, {"act": "verify", "answer": "x", "version": "1"}).status_code == 404


def statements(client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_list_and_the_page_cost_the_same_for_few_and_for_many(people, world, outcome, reviewer):
    pages = [reverse("desk:to-review"), where(outcome)]
    for page in pages:
        statements(reviewer, page)
    few = {page: statements(reviewer, page) for page in pages}
    with acting_as(user_principal(people.recorder)) as actor:
        for number in range(15):
            one = add_record(
                actor, Outcome(conflict=world.conflict, outcome_kind="exchange", title=f"No {number}", started_on=DAY)
            )
            for whose in (one, outcome):
                claim = add_record(actor, Claim(outcome=whose, claimant=world.actor, category="women", number=number))
                add_record(actor, Citation(record=claim, source=world.source, quote=f"{number}"))
    assert {page: statements(reviewer, page) for page in pages} == few
    assert max(few.values()) < 90
