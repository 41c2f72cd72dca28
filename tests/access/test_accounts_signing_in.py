"""Signing in with name and password: who comes in, who does not, and what the answers give away."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.models import Session, User
from access.sessions import digest
from tests.access.accounts import attempt, events
from tests.people import PASSWORD, signed_in
from tests.sweeps.walk import without_noise

pytestmark = pytest.mark.django_db

SIGN_IN = "/sign-in/"


def test_name_and_password_open_the_house(client, people):
    answer = attempt(client, "analyst")
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert "analyst" in client.get("/").content.decode()
    event = events("sign_in")[-1]
    assert (event.user_id, event.subject_id, event.principal) == (
        people.analyst.pk,
        people.analyst.pk,
        f"entry:{people.analyst.pk}",
    )
    assert event.detail == {"how": "password"}
    people.analyst.refresh_from_db()
    assert people.analyst.last_login is not None


def test_known_and_unknown_names_are_refused_alike(client, people):
    bodies = []
    for name in ("analyst", "nobody-at-all"):
        answer = attempt(client, name, "wrong password here")
        assert answer.status_code == 200
        bodies.append(without_noise(answer.content).replace(name.encode(), b"NAME"))
    assert bodies[0] == bodies[1]
    assert b"Check both and try again" in bodies[0]
    failed = events("sign_in_failed")
    assert [event.subject_id for event in failed[-2:]] == [people.analyst.pk, None]
    assert "nobody-at-all" not in str([event.detail for event in failed])


def test_a_switched_off_account_is_refused_like_a_wrong_password(client, people):
    with acting_as(SYSTEM):
        User.objects.filter(pk=people.analyst.pk).update(is_active=False)
    answer = attempt(client, "analyst")
    assert answer.status_code == 200
    assert "Check both and try again" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_unknown_name_costs_as_much_as_a_known_one(client, people, monkeypatch):
    from django.contrib.auth import hashers

    hashed = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, *args: hashed.append(1) or encode(self, *args)
    )
    costs = []
    for name in ("analyst", "nobody-at-all"):
        hashed.clear()
        attempt(client, name, "wrong password here")
        costs.append(len(hashed))
    assert costs[0] == costs[1] == 1


def test_the_key_of_the_session_changes_and_only_its_digest_is_kept(client, people):
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    attempt(client, "analyst")
    key = client.cookies["sessionid"].value
    assert key != planted
    kept = set(Session.objects.values_list("pk", flat=True))
    assert digest(key) in kept
    assert not {key, planted, digest(planted)} & kept
    client.cookies["sessionid"] = planted
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "http:///evil.example", "\\\\evil.example"],
)
def test_no_sign_in_leads_out_of_the_house(client, people, address):
    assert attempt(client, "analyst", next=address)["Location"] == "/"
    assert signed_in(people.analyst).get(SIGN_IN, {"next": address})["Location"] == "/"


def test_the_page_asked_for_comes_after_signing_in(client, people):
    assert client.get("/account/")["Location"] == "/sign-in/?next=/account/"
    assert attempt(client, "analyst", next="/meetings/")["Location"] == "/meetings/"


def test_nine_failures_close_an_account_to_guessing_whoever_has_it(client, people):
    for name in ("analyst", "nobody-at-all"):
        cache.clear()
        statuses = [attempt(client, name, f"wrong {number}").status_code for number in range(10)]
        assert statuses == [200] * 9 + [429], name
        refused = attempt(client, name)  # even with the right password
        assert (refused.status_code, refused["Retry-After"]) == (429, "900")
        assert "Wait 15 minutes" in refused.content.decode()


def test_one_address_cannot_try_many_names(client, people):
    statuses = [attempt(client, f"name{number}", "wrong").status_code for number in range(10)]
    assert statuses[-1] == 429
    other = client.post(SIGN_IN, {"login": "analyst", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 302


def test_right_passwords_are_not_counted(client, people):
    for _number in range(12):
        assert attempt(client, "analyst").status_code == 302
        client.post("/sign-out/")


def test_signing_out_is_a_post_and_ends_the_session(people):
    client = signed_in(people.analyst)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == SIGN_IN
    assert client.get("/account/").status_code == 302
    assert not Session.objects.filter(user=people.analyst).exists()
    assert events("sign_out")[-1].subject_id == people.analyst.pk


def test_there_is_no_sign_up_no_mail_and_no_reset_without_an_administrator(client):
    for path in ("/signup/", "/accounts/signup/", "/accounts/login/", "/account/email/", "/password/reset/"):
        assert client.get(path).status_code == 404, path
    assert "administrator" in client.get(reverse("account_help")).content.decode()


def test_secrets_never_stand_in_an_answer(client, people):
    answer = attempt(client, "analyst", "a very wrong password")
    assert "a very wrong password" not in answer.content.decode()
