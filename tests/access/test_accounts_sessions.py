"""Sessions: how long they last, where one is signed in, and what happens to what was typed when they end."""

import time
from html.parser import HTMLParser

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from access.accounts.devices import device_words
from access.context import SYSTEM, acting_as
from access.models import Session, User
from access.sessions import LAST_SEEN_AT, SIGNED_IN_AT, digest
from tests.access.accounts import attempt, events
from tests.factories import make_world
from tests.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db

OURS = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def age(client: Client, **seconds) -> None:
    """Put the session's moments into the past."""
    session = client.session
    for name, past in seconds.items():
        session[name] = time.time() - past
    session.save()


def test_an_idle_session_ends_and_says_so(people):
    client = signed_in(people.analyst)
    age(client, **{LAST_SEEN_AT: 61 * 60})
    assert client.get("/meetings/?q=x")["Location"] == "/sign-in/?next=/meetings/%3Fq%3Dx"
    page = client.get("/sign-in/?next=/meetings/").content.decode()
    assert "nothing was done for 60 minutes" in page
    assert not Session.objects.filter(user=people.analyst).exists()
    assert client.get("/meetings/").status_code == 200  # a visitor may go on reading what is public
    attempt(client, "analyst")
    client.post("/sign-out/")
    assert "nothing was done" not in client.get("/sign-in/").content.decode()


def test_using_it_keeps_a_session_alive_but_not_beyond_the_working_day(people):
    client = signed_in(people.analyst)
    age(client, **{LAST_SEEN_AT: 50 * 60, SIGNED_IN_AT: 3600})
    assert client.get("/account/").status_code == 200
    assert time.time() - client.session[LAST_SEEN_AT] < 60
    age(client, **{SIGNED_IN_AT: 12 * 3600 + 1})
    assert client.get("/account/").status_code == 302
    assert "after 12 hours" in client.get("/sign-in/").content.decode()


def test_a_session_is_not_written_for_every_page(people):
    client = signed_in(people.analyst)
    age(client, **{LAST_SEEN_AT: 200})
    before = Session.objects.get(user=people.analyst).last_seen_at
    client.get("/account/")
    assert Session.objects.get(user=people.analyst).last_seen_at == before


def test_the_idle_limit_is_a_setting(people):
    client = signed_in(people.analyst)
    age(client, **{LAST_SEEN_AT: 61 * 60})
    with override_settings(SESSION_IDLE_MINUTES=90):
        assert client.get("/account/").status_code == 200


def test_somebody_switched_off_is_signed_out_with_an_explanation(people):
    client = signed_in(people.analyst)
    with acting_as(SYSTEM):
        User.objects.filter(pk=people.analyst.pk).update(is_active=False)
    assert client.get("/meetings/")["Location"].startswith("/sign-in/")
    assert "switched off" in client.get("/sign-in/").content.decode()
    assert client.get("/api/v1/meetings/").status_code == 200  # now a visitor, as anybody is


def test_the_api_says_that_a_session_has_ended_instead_of_showing_less(people):
    client = signed_in(people.analyst)
    age(client, **{LAST_SEEN_AT: 61 * 60})
    assert client.get("/api/v1/meetings/").status_code == 401


@pytest.mark.parametrize(("key", "status"), [("a" * 32, 302), ("x" * 5000, 200), ("", 200), ("A" * 32, 200)])
def test_only_what_may_have_been_a_session_has_ended(key, status):
    client = Client()
    client.cookies["sessionid"] = key
    assert client.get("/meetings/").status_code == status
    assert client.get("/meetings/").status_code == 200  # said once


def test_a_changed_password_ends_the_other_sessions(people):
    client, other = signed_in(people.analyst), signed_in(people.analyst)
    new = "four other unconnected words"
    answer = client.post(
        "/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}, follow=True
    )
    assert "signed out everywhere else" in answer.content.decode()
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert "ended elsewhere, or the password was changed" in other.get("/sign-in/").content.decode()
    assert attempt(Client(), "analyst").status_code == 200
    assert attempt(Client(), "analyst", new).status_code == 302
    assert events("password_changed")[-1].subject_id == people.analyst.pk


def test_the_password_is_not_changed_without_the_current_one(people):
    client = signed_in(people.analyst)
    new = "four other unconnected words"
    answer = client.post("/account/password/", {"oldpassword": "wrong", "password1": new, "password2": new})
    assert "current password is not right" in answer.content.decode()
    assert new not in answer.content.decode()
    assert attempt(Client(), "analyst").status_code == 302


def test_one_sees_and_ends_ones_own_sessions_only(people):
    client = Client(headers={"user-agent": FIREFOX})
    attempt(client, "analyst")
    away, third, strangers = signed_in(people.analyst), signed_in(people.analyst), signed_in(people.recorder)
    page = client.get("/account/sessions/").content.decode()
    assert page.count("Sign out<span") == 2
    assert "Firefox on Linux" in page
    assert "127.0.0.1" in page
    theirs = Session.objects.get(user=people.recorder).pk
    client.post("/account/sessions/", {"end": theirs})
    assert strangers.get("/account/").status_code == 200
    client.post("/account/sessions/", {"end": Session.objects.get(user_agent="", pk=key_of(away)).pk})
    assert away.get("/account/").status_code == 302
    assert third.get("/account/").status_code == 200
    client.post("/account/sessions/", {"end": "others"})
    assert third.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200
    assert "ended already" in client.post("/account/sessions/", {"end": "\x00"}, follow=True).content.decode()


def test_what_has_run_out_is_listed_nowhere_and_swept_away(people):
    client, idle, old = (signed_in(people.analyst) for _number in range(3))
    age(idle, **{LAST_SEEN_AT: 61 * 60})
    Session.objects.filter(pk=key_of(old)).update(expire_date=timezone.now())
    listed = client.get("/account/sessions/").context["rows"]
    assert [row["is_here"] for row in listed] == [True]
    attempt(Client(), "recorder")
    kept = set(Session.objects.values_list("pk", flat=True))
    assert key_of(old) not in kept
    assert {key_of(client), key_of(idle)} <= kept


def key_of(client: Client) -> str:
    return digest(client.cookies["sessionid"].value)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.0", "Another program"),
        ("", "Another program"),
    ],
)
def test_a_browser_is_called_by_its_name(told, words):
    assert device_words(told) == words


# What was typed ---------------------------------------------------------------------------------------------------

TYPED = {"title": ["Talks & <words>"], "topics": ["prisoners", "remains"], "summary": ["line one\r\nline two"]}


def ended(people) -> Client:
    client = signed_in(people.recorder, enforce_csrf_checks=True)
    age(client, **{LAST_SEEN_AT: 61 * 60})
    return client


def held(answer) -> dict[str, list[str]]:
    """Return the fields a page holds, as a browser would send them."""
    found: dict[str, list[str]] = {}

    class Fields(HTMLParser):
        def handle_starttag(self, tag, attrs):
            given = dict(attrs)
            if tag == "input" and given.get("type") == "hidden" and given["name"] != "csrfmiddlewaretoken":
                found.setdefault(given["name"], []).append(given["value"])

    Fields().feed(answer.content.decode())
    return found


def all_of(answer) -> dict:
    """Return what pressing the page's button sends: the fields held and the page's token."""
    return held(answer) | {"csrfmiddlewaretoken": str(answer.context["csrf_token"])}


def test_a_form_sent_after_the_end_of_a_session_is_held(people):
    client = ended(people)
    answer = client.post("/meetings/add/?x=1", TYPED, **OURS)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert held(answer) == TYPED
    assert 'action="/meetings/add/?x=1"' in page
    assert "nothing was done for 60 minutes" in page
    assert "1. Sign in (opens a new tab)" in page


def test_the_same_where_the_cookie_itself_is_gone(people):
    client = Client()
    assert held(client.post("/meetings/add/", TYPED, **OURS)) == TYPED
    with override_settings(SIGN_IN_REQUIRED=True):
        assert held(client.post("/meetings/add/", TYPED, **OURS)) == TYPED


def test_hidden_and_missing_records_are_held_alike(people):
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", level=3).meeting
    pages = []
    for pk in (hidden.pk, "00000000-0000-4000-8000-000000000000"):
        answer = Client().post(f"/meetings/{pk}/edit/", TYPED, **OURS)
        pages.append((answer.status_code, held(answer)))
    assert pages[0] == pages[1] == (403, TYPED)


def test_continuing_sends_what_was_typed_again(people):
    client = ended(people)
    answer = client.post("/meetings/add/", TYPED, **OURS)
    sign_in = client.get("/sign-in/")
    token = sign_in.context["csrf_token"]
    client.post("/sign-in/", {"login": "recorder", "password": PASSWORD, "csrfmiddlewaretoken": str(token)}, **OURS)
    # Signing in has renewed the token: the page is shown once more, now only to be sent.
    again = client.post(
        "/meetings/add/", held(answer) | {"csrfmiddlewaretoken": str(answer.context["csrf_token"])}, **OURS
    )
    assert again.status_code == 403
    assert "Send it again" in again.content.decode()
    assert held(again) == TYPED
    sent = client.post(
        "/meetings/add/", held(again) | {"csrfmiddlewaretoken": str(again.context["csrf_token"])}, **OURS
    )
    assert sent.status_code == 200
    assert "There is a problem" in sent.content.decode()  # the form itself has read it
    assert "line one\nline two" in sent.content.decode().replace("\r", "")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_ORIGIN": "http://testserver.evil.example"},
        {"HTTP_REFERER": "http://evil.example/http://testserver/"},
    ],
)
def test_nobody_elses_words_are_put_into_a_page(people, headers):
    for client in (ended(people), Client(), signed_in(people.recorder, enforce_csrf_checks=True)):
        answer = client.post("/meetings/add/", {"title": "planted words"}, **headers)
        assert answer.status_code in {302, 403}
        assert b"planted words" not in answer.content


def test_a_page_without_origin_is_known_by_its_referer(people):
    assert held(ended(people).post("/meetings/add/", TYPED, HTTP_REFERER="http://testserver/meetings/add/")) == TYPED


def test_passwords_and_what_is_too_long_are_never_held(people):
    for fields in ({"new_password": "s3cret words"}, {"client_secret": "s3cret words"}, {"title": "s3cret" * 200_000}):
        answer = ended(people).post("/meetings/add/", fields, **OURS)
        assert answer.status_code == 403
        assert b"s3cret" not in answer.content
        assert "Nothing has been saved" in answer.content.decode()
    for path in ("/account/password/", "/sign-in/", "/invitations/"):
        assert b"s3cret" not in ended(people).post(path, {"note": "s3cret words"}, **OURS).content


def test_a_part_of_a_page_is_not_filled_with_the_sign_in_page(people):
    client = ended(people)
    answer = client.get(
        "/meetings/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/meetings/?format=call"
    )
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fmeetings%2F%3Fformat%3Dcall"


def test_a_page_may_ask_whether_its_reader_is_signed_in(people):
    told = Client().get("/session/").json()
    assert (told["signed_in"], told["seconds_left"]) == (False, 0)
    client = signed_in(people.recorder)
    told = client.get("/session/").json()
    assert told["signed_in"]
    assert 3500 < told["seconds_left"] <= 3600
    age(client, **{SIGNED_IN_AT: 12 * 3600 - 60})
    assert client.get("/session/").json()["seconds_left"] <= 60
