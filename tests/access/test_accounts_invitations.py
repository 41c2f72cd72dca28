"""Invitations and passwords: how an account comes to be, is reset, and what is refused."""

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client, override_settings
from django.utils import timezone

from access.context import ANONYMOUS, SYSTEM, acting_as, because, user_principal
from access.models import Invitation, User
from access.services.invitations import accept, invite, invited_user, reset_access, revoke
from tests.access.accounts import attempt, code_at, events, give_app
from tests.people import signed_in

pytestmark = pytest.mark.django_db

NEW = "four other unconnected words"


def invited(people, username: str = "newcomer", **fields):
    given = {"role": "analyst", "clearance": 1, "reason": "Joins the desk"} | fields
    with acting_as(user_principal(people.administrator)):
        return invite(people.administrator, username=username, **given)


def opened(secret: str) -> tuple[Client, object]:
    """Follow the link as a browser does."""
    client = Client()
    first = client.get(f"/invitations/{secret}/")
    assert (first.status_code, first["Location"]) == (302, "/invitations/")
    return client, client.get("/invitations/")


def choose(client: Client, first: str = NEW, second: str | None = None):
    return client.post("/invitations/", {"password1": first, "password2": first if second is None else second})


def test_an_invited_person_sets_a_password_and_is_signed_in(people):
    invitation, secret = invited(people)
    with acting_as(SYSTEM):
        assert secret not in str(Invitation.objects.values())
    assert not User.objects.get(username="newcomer").is_active
    assert attempt(Client(), "newcomer", NEW).status_code == 200
    client, page = opened(secret)
    assert "newcomer" in page.content.decode()
    assert secret not in page.content.decode()
    assert choose(client)["Location"] == "/"
    assert "newcomer" in client.get("/account/").content.decode()
    assert attempt(Client(), "newcomer", NEW).status_code == 302
    with acting_as(SYSTEM):
        invitation.refresh_from_db()
    assert invitation.accepted_at is not None
    assert {event.subject_id for event in events("rights.invitation")} == {invitation.user_id}


@override_settings(SECOND_FACTOR_REQUIRED_FOR=["reviewer"])
def test_who_must_have_a_second_factor_is_led_to_it(people):
    _invitation, secret = invited(people, role="reviewer")
    client, _page = opened(secret)
    choose(client)
    assert client.get("/meetings/")["Location"] == "/account/"
    assert client.get("/account/authenticator-app/").status_code == 200  # without the password once more


def test_a_reset_ends_password_and_sessions_and_keeps_the_second_factor(people):
    give_app(people.analyst)
    before = signed_in(people.analyst)
    with acting_as(user_principal(people.administrator)):
        _invitation, secret = reset_access(people.administrator, people.analyst, "Forgot the password")
    assert before.get("/account/").status_code == 302
    assert attempt(Client(), "analyst").status_code == 200
    client, _page = opened(secret)
    assert choose(client)["Location"] == "/sign-in/second-factor/"
    assert not client.get("/session/").json()["signed_in"]
    client.post("/sign-in/second-factor/", {"code": code_at()})
    assert client.get("/session/").json()["signed_in"]


def test_a_lost_device_is_taken_away_with_the_reset(people):
    give_app(people.analyst)
    with acting_as(user_principal(people.administrator)):
        _invitation, secret = reset_access(
            people.administrator, people.analyst, "Lost the phone", also_second_factors=True
        )
    assert not Authenticator.objects.exists()
    client, _page = opened(secret)
    assert choose(client)["Location"] == "/"


def refusals(people) -> dict[str, str]:
    """Secrets that do not work, each for another reason."""
    administrator = people.administrator
    found = {"unknown": "x" * 43}
    invitation, found["expired"] = invited(people, "late")
    with acting_as(SYSTEM):
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    _invitation, found["used"] = invited(people, "quick")
    with acting_as(ANONYMOUS):
        assert accept(found["used"], NEW).username == "quick"
    invitation, found["revoked"] = invited(people, "gone")
    with acting_as(user_principal(administrator)):
        revoke(administrator, invitation, "Mistyped")
    _invitation, found["replaced"] = invited(people, "again")
    with acting_as(user_principal(administrator)):
        reset_access(administrator, User.objects.get(username="again"), "The first link was lost")
    return found


def test_links_that_do_not_work_are_answered_alike(people):
    pages = {}
    for why, secret in refusals(people).items():
        client, page = opened(secret)
        pages[why] = (page.status_code, page.content)
        assert client.post("/invitations/", {"password1": NEW, "password2": NEW}).status_code == 404, why
    assert len(set(pages.values())) == 1
    status, body = pages["unknown"]
    assert status == 404
    assert "within seven days" in body.decode()
    assert len(events("invitation_refused")) == len(pages)


def test_links_cannot_be_guessed_without_end(people):
    client = Client()
    for number in range(20):
        client.get(f"/invitations/{number}/")
        client.post("/invitations/", {"password1": NEW})
    assert client.post("/invitations/", {"password1": NEW}).status_code == 429


def test_an_expired_link_cannot_be_used_from_an_open_page(people):
    invitation, secret = invited(people)
    client, page = opened(secret)
    assert page.status_code == 200
    with acting_as(SYSTEM):
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())
    assert choose(client).status_code == 404
    assert not User.objects.get(username="newcomer").is_active


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("short", None, "at least 12"),
        ("", "", "required"),
        (NEW, "another", "The two passwords differ"),
        ("newcomer newcomer", None, "among the first that are tried"),
        ("NewComer-2026", None, "too similar|among the first"),
        ("password12345", None, "among the first that are tried"),
        ("Parley2026Istanbul", None, "among the first that are tried"),
        ("aaaaaaaaaaaaaaaa", None, "among the first that are tried"),
        ("12345678901234", None, "entirely numeric|among the first that are tried"),
    ],
)
def test_a_poor_password_is_refused_in_words(people, first, second, words):
    _invitation, secret = invited(people)
    client, _page = opened(secret)
    answer = choose(client, first, second)
    assert answer.status_code == 200
    assert re.search(words, answer.content.decode())
    assert not User.objects.get(username="newcomer").is_active


@pytest.mark.parametrize(
    "password", [NEW, "Zm9vYmFyYmF6cXV4", "довгий пароль українською", "x7#Q!pL2$vN9", "istanbul walnut ferry drum"]
)
def test_a_good_password_needs_no_special_signs(people, password):
    validate_password(password, people.analyst)


# Who may ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["outsider", "analyst", "recorder", "reviewer"])
def test_only_an_administrator_invites_and_resets(people, name):
    user = getattr(people, name)
    with acting_as(user_principal(user)):
        with pytest.raises(PermissionDenied):
            invite(user, username="x", role="analyst", clearance=0, reason="x")
        with pytest.raises(PermissionDenied):
            reset_access(user, people.member, "x")
        for fields in ({"made_by": user}, {}):
            with pytest.raises(ProgrammingError), transaction.atomic(), because("x"):
                Invitation.objects.create(
                    user=people.member, digest="0" * 64, expires_at=timezone.now() + dt.timedelta(days=1), **fields
                )


def test_nobody_resets_themselves_or_invites_in_another_name(people):
    with acting_as(user_principal(people.administrator)):
        with pytest.raises(PermissionDenied):
            reset_access(people.administrator, people.administrator, "x")
        with pytest.raises(PermissionDenied):
            invite(people.reviewer, username="x", role="analyst", clearance=0, reason="x")
        with pytest.raises(ProgrammingError), transaction.atomic(), because("x"):
            Invitation.objects.create(
                user=people.administrator,
                made_by=people.administrator,
                digest="0" * 64,
                expires_at=timezone.now() + dt.timedelta(days=1),
            )


def test_the_database_keeps_invitations_short_and_changes_nothing_but_their_revocation(people):
    invitation, _secret = invited(people)
    with acting_as(user_principal(people.administrator)), because("x"):
        for changes in (
            {"expires_at": timezone.now() + dt.timedelta(days=300)},
            {"user": people.reviewer},
            {"digest": "0" * 64},
            {"activates": False},
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                Invitation.objects.filter(pk=invitation.pk).update(**changes)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Invitation.objects.create(
                user=people.analyst,
                made_by=people.administrator,
                digest="0" * 64,
                expires_at=timezone.now() + dt.timedelta(days=8),
            )


def test_invitations_are_seen_by_administrators_only(people):
    _invitation, secret = invited(people)
    for principal in (ANONYMOUS, user_principal(people.reviewer)):
        with acting_as(principal):
            assert not Invitation.objects.exists()
            assert invited_user(secret).username == "newcomer"  # whoever holds the link


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"username": "analyst"}, "username"),
        ({"username": "ANALYST"}, "username"),
        ({"username": "two words"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"role": "king"}, "role"),
        ({"clearance": 9}, "clearance"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_bad_invitation_is_refused_by_field(people, fields, named):
    with pytest.raises(ValidationError) as refusal:
        invited(people, **{"username": "newcomer"} | fields)
    assert set(refusal.value.message_dict) == {named}


def test_an_account_that_was_switched_off_is_not_opened_by_a_reset(people):
    with acting_as(user_principal(people.administrator)), because("Left"):
        User.objects.filter(pk=people.analyst.pk).update(is_active=False)
    people.analyst.refresh_from_db()
    with acting_as(user_principal(people.administrator)), pytest.raises(ValidationError, match="switched off"):
        reset_access(people.administrator, people.analyst, "x")


def test_switching_an_account_off_closes_its_open_links(people):
    with acting_as(user_principal(people.administrator)):
        _invitation, secret = reset_access(people.administrator, people.analyst, "Forgot")
        with because("Left"):
            User.objects.filter(pk=people.analyst.pk).update(is_active=False)
    _client, page = opened(secret)
    assert page.status_code == 404


def test_the_reason_is_kept(people):
    invited(people, reason="Joins the Istanbul desk")
    assert {event.reason for event in events("rights.invitation")} == {"Joins the Istanbul desk"}
    with acting_as(user_principal(people.administrator)), pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            user=people.analyst,
            made_by=people.administrator,
            digest="0" * 64,
            expires_at=timezone.now() + dt.timedelta(days=1),
        )


# The command --------------------------------------------------------------------------------------------------------


def test_the_command_prints_a_link_that_works(people, capsys):
    call_command(
        "invite", "fromshell", "--role", "recorder", "--clearance", "restricted", "--address", "http://x.example"
    )
    link = capsys.readouterr().out.splitlines()[0]
    assert link.startswith("http://x.example/invitations/")
    user = User.objects.get(username="fromshell")
    assert (user.role, user.clearance, user.is_active) == ("recorder", 2, False)
    client, _page = opened(link.rstrip("/").rsplit("/", 1)[-1])
    assert choose(client).status_code == 302
    call_command("invite", "fromshell", "--reset", "--lost-device")
    assert attempt(Client(), "fromshell", NEW).status_code == 200
    with pytest.raises(CommandError, match="already"):
        call_command("invite", "fromshell")
    with pytest.raises(CommandError, match="no account"):
        call_command("invite", "nobody", "--reset")
