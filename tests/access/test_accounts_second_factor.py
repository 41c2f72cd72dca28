"""Second factors: at sign-in, set up and removed, required, and guarded in the database."""

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import ProgrammingError, connection, transaction
from django.test import Client, override_settings

from access.context import ANONYMOUS, SYSTEM, acting_as, because, entry_principal, user_principal
from access.models import Session, User
from access.sessions import SessionStore
from tests.access.accounts import APP_KEY, attempt, code_at, events, give_app, recovery_codes_of
from tests.factories import make_world
from tests.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db

SECOND_STEP = "/sign-in/second-factor/"
SET_UP_APP = "/account/authenticator-app/"


def is_signed_in(client: Client) -> bool:
    return client.get("/session/").json()["signed_in"]


def confirmed(user) -> Client:
    """A client that has just signed in with the password, and so has proved who it is."""
    client = Client()
    assert attempt(client, user.username).status_code == 302
    return client


def test_the_password_alone_opens_nothing_where_there_is_a_second_factor(client, people):
    give_app(people.analyst)
    with acting_as(SYSTEM):
        make_world("Inside", level=1)
    assert attempt(client, "analyst", next="/meetings/")["Location"] == SECOND_STEP
    assert not is_signed_in(client)
    assert client.get("/account/").status_code == 302
    assert "Inside" not in client.get("/meetings/").content.decode()
    answer = client.post(SECOND_STEP, {"code": code_at()})
    assert answer["Location"] == "/meetings/"
    assert is_signed_in(client)
    assert "Inside" in client.get("/meetings/").content.decode()
    assert events("sign_in")[-1].detail == {"how": "password, totp"}


def test_a_house_closed_to_visitors_stays_closed_between_the_steps(client, people):
    give_app(people.analyst)
    attempt(client, "analyst")
    with override_settings(SIGN_IN_REQUIRED=True):
        assert client.get("/meetings/")["Location"].startswith("/sign-in/")
        assert client.get(SECOND_STEP).status_code == 200


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_code_works_once(client, people, step):
    give_app(people.analyst)
    code = code_at(step)
    attempt(client, "analyst")
    assert client.post(SECOND_STEP, {"code": code}).status_code == 302
    other = Client()
    attempt(other, "analyst")
    # allauth's own memory of used codes lasts 30 seconds; ours as long as the code is accepted.
    for key in cache._cache.get_client().keys("*allauth.mfa.totp.used*"):
        cache._cache.get_client().delete(key)
    answer = other.post(SECOND_STEP, {"code": code})
    assert answer.status_code == 200
    assert "used before" in answer.content.decode()
    assert not is_signed_in(other)


@pytest.mark.parametrize("code", ["000000", "", "abc", "1" * 500, "\x00", "１２３４５６"])
def test_a_wrong_code_is_refused_in_words(client, people, code):
    give_app(people.analyst)
    attempt(client, "analyst")
    answer = client.post(SECOND_STEP, {"code": code})
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not is_signed_in(client)


def test_codes_cannot_be_guessed(client, people):
    give_app(people.analyst)
    attempt(client, "analyst")
    wrong = code_at(50)
    answers = [client.post(SECOND_STEP, {"code": wrong}).content.decode() for _number in range(10)]
    assert "Wait 15 minutes" in answers[-1]
    assert "Wait 15 minutes" in client.post(SECOND_STEP, {"code": code_at()}).content.decode()
    assert not is_signed_in(client)
    assert events("sign_in_failed")[-1].subject_id == people.analyst.pk


def test_a_recovery_code_works_once(client, people):
    give_app(people.analyst)
    code = recovery_codes_of(people.analyst)[3]
    attempt(client, "analyst")
    assert client.post(SECOND_STEP, {"code": code}).status_code == 302
    assert is_signed_in(client)
    assert code not in recovery_codes_of(people.analyst)
    other = Client()
    attempt(other, "analyst")
    assert other.post(SECOND_STEP, {"code": code}).status_code == 200
    assert not is_signed_in(other)


def test_a_sign_in_that_waits_ends_when_one_starts_again_or_is_switched_off(client, people):
    give_app(people.analyst)
    attempt(client, "analyst")
    client.post("/sign-out/")
    assert client.get(SECOND_STEP)["Location"] == "/sign-in/"
    attempt(client, "analyst")
    with acting_as(SYSTEM):
        User.objects.filter(pk=people.analyst.pk).update(is_active=False)
    assert client.post(SECOND_STEP, {"code": code_at()})["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def set_up(client: Client):
    """Go through the page that sets up an app; return the answer to the code."""
    page = client.get(SET_UP_APP)
    assert page.status_code == 200
    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode()
    return client.post(SET_UP_APP, {"code": code_at(key=page.context["form"].secret)})


def test_an_app_is_set_up_with_recovery_codes_shown_once(people):
    client = confirmed(people.analyst)
    assert set_up(client)["Location"] == "/account/recovery-codes/"
    codes = recovery_codes_of(people.analyst)
    page = client.get("/account/recovery-codes/")
    assert all(code in page.content.decode() for code in codes)
    download = client.get("/account/recovery-codes/download/")
    assert download["Content-Type"].startswith("text/plain")
    assert [line for line in download.content.decode().split() if line.isdecimal()] == codes
    client.post("/account/recovery-codes/")
    for path in ("/account/recovery-codes/", "/account/recovery-codes/download/"):
        assert client.get(path)["Location"] == "/account/"
    assert client.post("/account/recovery-codes/new/")["Location"] == "/account/recovery-codes/"
    assert not set(codes) & set(recovery_codes_of(people.analyst))
    assert [event.detail["factor"] for event in events("factor_added")] == ["totp", "recovery_codes"]


def test_secrets_are_encrypted_in_the_table(people):
    give_app(people.analyst)
    seed = Authenticator.objects.get(type="recovery_codes").wrap()
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert APP_KEY not in kept
    assert len(seed.get_unused_codes()) == 10
    assert not [code for code in seed.get_unused_codes() if code in kept]


def test_another_secret_key_closes_the_factor_instead_of_opening_it(client, people):
    give_app(people.analyst)
    Authenticator.objects.filter(type="totp").first()
    with acting_as(SYSTEM):
        one = Authenticator.objects.get(type="totp")
        one.data = {"secret": "gAAAAABnoToken"}
        one.save()
    attempt(client, "analyst")
    answer = client.post(SECOND_STEP, {"code": code_at()})
    assert "Ask an administrator" in answer.content.decode()
    assert not is_signed_in(client)


def test_changing_factors_asks_for_proof_and_keeps_no_form_in_the_session(people):
    client = signed_in(people.analyst)
    for path in (SET_UP_APP, "/account/passkeys/add/", "/account/recovery-codes/new/"):
        for method in (client.get, client.post):
            answer = method(path, {"code": "123456"})
            assert answer["Location"] == f"/account/confirm/?next={path}"
    assert "HTTP_COOKIE" not in json.dumps(dict(client.session))
    assert client.post("/account/confirm/", {"password": "wrong", "next": SET_UP_APP}).status_code == 200
    assert client.post("/account/confirm/", {"password": PASSWORD, "next": SET_UP_APP})["Location"] == SET_UP_APP
    assert client.get(SET_UP_APP).status_code == 200
    session = client.session
    session["account_authentication_methods"] = [
        record | {"at": record["at"] - 3600} for record in session["account_authentication_methods"]
    ]
    session.save()
    assert client.get(SET_UP_APP).status_code == 302


def test_proof_is_given_no_more_than_nine_times(people):
    client = signed_in(people.analyst)
    statuses = [client.post("/account/confirm/", {"password": "wrong"}).status_code for _number in range(11)]
    assert statuses[-1] == 429


def test_a_new_factor_ends_the_other_sessions(people):
    thief = confirmed(people.analyst)
    client = confirmed(people.analyst)
    set_up(client)
    assert is_signed_in(client)
    assert not is_signed_in(thief)


def test_an_app_is_removed(people):
    client = confirmed(people.analyst)
    set_up(client)
    assert client.get("/account/authenticator-app/remove/").status_code == 200
    assert client.post("/account/authenticator-app/remove/")["Location"] == "/account/"
    assert not Authenticator.objects.filter(user=people.analyst).exists()
    assert events("factor_removed")[-1].subject_id == people.analyst.pk


REQUIRED = override_settings(SECOND_FACTOR_REQUIRED_FOR=["reviewer", "administrator", "confidential"])


@REQUIRED
@pytest.mark.parametrize("name", ["reviewer", "administrator", "recorder", "member"])
def test_who_must_have_a_second_factor_does_nothing_before(people, name):
    with acting_as(SYSTEM):
        make_world("Inside", level=1)
    client = confirmed(getattr(people, name))
    for path in ("/", "/meetings/", "/meetings/add/", "/account/password/", "/reports/", "/nowhere/"):
        assert client.get(path)["Location"] == "/account/", path
    assert client.post("/meetings/add/", {"title": "x"})["Location"] == "/account/"
    refused = client.get("/api/v1/meetings/")
    assert refused.status_code == 403
    assert "second factor" in refused.json()["error"]["message"]
    assert "Set up a second factor to go on" in client.get("/account/").content.decode()
    assert client.post("/theme/", {"theme": "dark", "next": "/"}).status_code == 302
    assert set_up(client)["Location"] == "/account/recovery-codes/"
    assert client.get("/meetings/").status_code == 200
    assert ("Inside" in client.get("/meetings/").content.decode()) == (name != "administrator")


@REQUIRED
@pytest.mark.parametrize("name", ["analyst", "outsider"])
def test_nobody_else_must(people, name):
    assert confirmed(getattr(people, name)).get("/meetings/").status_code == 200


@REQUIRED
def test_without_it_one_signs_out(people):
    client = confirmed(people.reviewer)
    assert client.post("/sign-out/").status_code == 302
    assert not is_signed_in(client)


def test_the_setting_names_roles_and_clearance(people):
    def asked(setting: list[str]) -> set[str]:
        with override_settings(SECOND_FACTOR_REQUIRED_FOR=setting):
            return {name for name, user in people.all().items() if signed_in(user).get("/meetings/").status_code == 302}

    assert asked([]) == set()
    assert asked(["confidential"]) == {"recorder", "reviewer", "member"}
    assert asked(["administrator"]) == {"administrator"}


# The guard in the database ---------------------------------------------------------------------------------------


def add(user, kind: str = "totp", **fields) -> Authenticator:
    return Authenticator.objects.create(user=user, type=kind, data={"secret": "x"}, **fields)


def refused(principal: str, change) -> None:
    with (
        acting_as(principal),
        pytest.raises(ProgrammingError, match="not yours"),
        transaction.atomic(),
    ):
        change()


def test_only_ones_own_factors_are_written(people):
    with acting_as(user_principal(people.analyst)):
        own = add(people.analyst)
        Authenticator.objects.filter(pk=own.pk).update(last_used_at=None)
    for principal in (ANONYMOUS, user_principal(people.recorder), entry_principal(people.recorder)):
        refused(principal, lambda: add(people.analyst, "webauthn"))
        refused(principal, lambda: Authenticator.objects.filter(pk=own.pk).update(data={}))
        refused(principal, lambda: Authenticator.objects.filter(pk=own.pk).delete())
    refused(
        user_principal(people.analyst), lambda: Authenticator.objects.filter(pk=own.pk).update(user=people.recorder)
    )


def test_whoever_is_entering_adds_no_factor_beside_one(people):
    entering = entry_principal(people.analyst)
    with acting_as(entering):
        first = add(people.analyst)
        add(people.analyst, "recovery_codes")
    refused(entering, lambda: add(people.analyst, "webauthn"))
    refused(entering, lambda: Authenticator.objects.filter(pk=first.pk).delete())
    with acting_as(SYSTEM):
        Authenticator.objects.filter(type="recovery_codes").delete()
        first.record_usage()
    refused(entering, lambda: add(people.analyst, "recovery_codes"))
    with acting_as(entering):
        first.record_usage()


def test_an_administrator_takes_factors_away_for_a_reason_and_adds_none(people):
    give_app(people.analyst)
    administrator = user_principal(people.administrator)
    refused(administrator, lambda: add(people.analyst, "webauthn"))
    refused(administrator, lambda: Authenticator.objects.update(data={}))
    with acting_as(administrator), because("Lost the phone"):
        Authenticator.objects.filter(user=people.analyst).delete()
    assert not Authenticator.objects.exists()


def test_sessions_hold_no_key_that_opens_them(people):
    client = confirmed(people.analyst)
    key = client.cookies["sessionid"].value
    set_up(client)
    held = dict(SessionStore(key).items())
    assert held["_auth_user_id"] == str(people.analyst.pk)
    assert key not in str(held)
    assert key not in str(list(Session.objects.values()))
    assert time.time() - Session.objects.get(user=people.analyst).last_seen_at.timestamp() < 60
