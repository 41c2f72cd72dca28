"""API tokens: made and revoked by people, narrower than they are, refused in one shape."""

import datetime as dt
import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, user_principal
from access.models import ApiToken, Event, Membership
from access.views.tokens import FOUND_MOST
from intermediaries.models import Actor
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PLAIN = {"name": "figures", "reading": "all", "writing": "nothing", "max_level": 0, "days": 90}
ADD = "/account/tokens/add/"
FOUND = "/revoke-token/"


def made(client: Client, **fields) -> tuple[ApiToken, str]:
    """Make a token on the page and return it with the secret that stands there."""
    answer = client.post(ADD, PLAIN | fields)
    assert answer.status_code == 200, answer.status_code
    assert "token" in answer.context, answer.context["form"].errors
    return answer.context["token"], re.search(rb"<code>(parley_[\w-]+)</code>", answer.content)[1].decode()


def by(secret: str, path: str = "/api/v1/actors/", **options):
    return Client(headers={"Authorization": f"Token {secret}"}).get(path, **options)


def test_a_token_is_shown_once_and_kept_as_a_digest(people):
    client = signed_in(people.analyst)
    token, secret = made(client)
    assert token.digest == ApiToken.digest_of(secret)
    assert by(secret).status_code == 200
    page = client.get(reverse("access:token-list")).content.decode()
    assert token.prefix in page
    assert secret not in page
    assert "Reads every kind. Writes nothing. Up to Public." in page
    left = token.expires_at - timezone.now()
    assert dt.timedelta(days=89) < left <= dt.timedelta(days=90)


def test_a_token_does_what_its_scope_says_and_no_more(people):
    client = signed_in(people.recorder)
    chosen = {"reading": "chosen", "reads": ["sources.source"], "writing": "chosen", "writes": ["intermediaries.actor"]}
    token, secret = made(client, **chosen)
    assert token.reads == ["intermediaries.actor", "sources.source"]  # what may be written may be read
    script = Client(headers={"Authorization": f"Token {secret}"})
    body = {"name": "Sample body", "kind_of_actor": "ngo"}
    assert script.post("/api/v1/actors/", body, content_type="application/json").status_code == 201
    assert script.get("/api/v1/sources/").status_code == 200
    for path, method in (("/api/v1/meetings/", "get"), ("/api/v1/sources/", "post"), ("/api/v1/meetings/", "post")):
        refused = getattr(script, method)(path, *([{}] if method == "post" else []), content_type="application/json")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied"), (method, path)
    with acting_as(user_principal(people.recorder)):
        assert Event.objects.filter(kind="refused", principal=f"token:{token.pk}").count() == 3


def test_a_token_sees_no_more_than_its_level_and_compartments(people):
    with acting_as(SYSTEM):
        for name, marking in {"open": {}, "inner": {"level": 1}, "room": {"compartments": [people.room.pk]}}.items():
            Actor.objects.create(name=name, kind_of_actor="state", **marking)
    client = signed_in(people.member)
    seen = {}
    for case, fields in {
        "public": {"all_compartments": "chosen"},
        "internal": {"all_compartments": "chosen", "max_level": 1},
        "room": {"all_compartments": "chosen", "compartments": [people.room.pk]},
        "all": {"all_compartments": "all", "max_level": 3},
    }.items():
        _token, secret = made(client, **fields)
        seen[case] = {actor["name"] for actor in by(secret).json()["results"]}
    assert seen == {
        "public": {"open"},
        "internal": {"open", "inner"},
        "room": {"open", "room"},
        "all": {"open", "inner", "room"},
    }


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": ""}, "required"),
        ({"max_level": 3}, "Select a valid choice"),
        ({"days": 366}, "less than or equal to 365"),
        ({"days": "soon"}, "whole number"),
        ({"networks": "192.0.2.0/24\nthe office"}, "the office is no network"),
        ({"reading": "chosen"}, "Choose at least one kind"),
        ({"reading": "chosen", "reads": ["auth.user"]}, "Select a valid choice"),
    ],
)
def test_a_refused_token_says_what_is_wrong_and_keeps_the_rest(people, fields, told):
    answer = signed_in(people.analyst).post(ADD, PLAIN | {"networks": "198.51.100.0/24"} | fields)
    assert told in answer.content.decode()
    assert "token" not in answer.context
    assert answer.context["form"]["networks"].value() == fields.get("networks", "198.51.100.0/24")
    with acting_as(SYSTEM):
        assert not ApiToken.objects.exists()


def test_an_analyst_is_offered_no_writing_and_nobody_a_room_of_others(people):
    page = signed_in(people.analyst).get(ADD).content.decode()
    assert 'name="writes"' not in page
    assert "The room" not in page
    assert "The room" in signed_in(people.member).get(ADD).content.decode()
    forged = signed_in(people.analyst).post(
        ADD, PLAIN | {"writing": "all", "writes": ["sources.source"], "compartments": [people.room.pk]}
    )
    assert (forged.context["token"].writes, forged.context["token"].compartments) == ([], [])


def test_a_token_works_only_from_its_networks(people):
    _token, secret = made(signed_in(people.analyst), networks="192.0.2.0/24\n2001:db8::/32")
    assert by(secret, REMOTE_ADDR="192.0.2.77").status_code == 200
    assert by(secret, REMOTE_ADDR="2001:db8::7").status_code == 200
    refused = by(secret, REMOTE_ADDR="198.51.100.1")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "not_authenticated")
    with acting_as(user_principal(people.reviewer)):
        told = Event.objects.get(kind="token_refused")
        assert (told.address, told.detail) == ("198.51.100.1", {})


def test_a_token_does_nothing_while_its_user_lacks_a_required_second_factor(people, settings):
    _token, secret = made(signed_in(people.reviewer))
    assert by(secret).status_code == 200
    settings.SECOND_FACTOR_REQUIRED_FOR = ["reviewer"]
    refused = by(secret)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "second_factor_required")
    with acting_as(user_principal(people.reviewer)):
        Authenticator.objects.create(user=people.reviewer, type=Authenticator.Type.TOTP, data={"secret": "encrypted"})
    assert by(secret).status_code == 200


def test_expired_revoked_and_unknown_tokens_are_refused_alike(people):
    client = signed_in(people.analyst)
    token, secret = made(client)
    with acting_as(SYSTEM):
        _old, expired = ApiToken.issue(people.analyst, "old", expires_at=timezone.now() - dt.timedelta(seconds=1))
    page = reverse("access:token-revoke", args=[token.pk])
    assert "cannot be woken" in client.get(page).content.decode()
    assert client.post(page).status_code == 302
    bodies = {by(found).content for found in (secret, expired, "parley_nonsense")}
    assert len(bodies) == 1
    assert json.loads(bodies.pop())["error"].keys() == {"code", "message", "fields"}
    assert client.get(page).status_code == 404  # revoked once is enough
    shown = client.get(reverse("access:token-list")).content.decode()
    assert "Revoked" in shown
    assert "Expired" in shown
    assert "Expires soon" not in shown
    made(client, days=5)
    assert "Expires soon" in client.get(reverse("access:token-list")).content.decode()


def test_tokens_of_others_are_not_there_except_for_administrators(people):
    token, secret = made(signed_in(people.recorder))
    page = reverse("access:token-revoke", args=[token.pk])
    for other in (people.analyst, people.reviewer):
        assert signed_in(other).post(page).status_code == 404
    assert by(secret).status_code == 200
    client = signed_in(people.administrator)
    assert page in client.get(reverse("access:user-detail", args=[people.recorder.pk])).content.decode()
    assert client.post(page).url == reverse("access:user-detail", args=[people.recorder.pk])
    assert by(secret).status_code == 401


def test_whoever_finds_a_token_revokes_it_and_learns_nothing(people, settings):
    settings.SIGN_IN_REQUIRED = True
    _token, secret = made(signed_in(people.analyst))
    visitor = Client()
    assert visitor.get(FOUND).status_code == 200
    answers = [visitor.post(FOUND, {"token": found}).content.decode() for found in (secret, secret, "parley_x" * 6)]
    assert {re.sub(r'value="[^"]*"', "", answer) for answer in answers[1:]} == {
        re.sub(r'value="[^"]*"', "", answers[0])
    }
    assert "If this token was in force, it is no longer." in answers[0]
    assert by(secret).status_code == 401
    _token, second = made(signed_in(people.analyst))
    told = [visitor.post("/api/v1/revoke-token/", {"token": one}, "application/json") for one in (second, "x", second)]
    assert {(answer.status_code, answer.content) for answer in told} == {(200, told[0].content)}
    assert by(second).status_code == 401
    empty = visitor.post("/api/v1/revoke-token/", {}, "application/json")
    assert (empty.status_code, list(empty.json()["error"]["fields"])) == (400, ["token"])


def test_finding_tokens_is_slowed_down(people):
    _token, secret = made(signed_in(people.analyst))
    visitor = Client(REMOTE_ADDR="203.0.113.9")
    for _number in range(FOUND_MOST):
        assert visitor.post(FOUND, {"token": "parley_x"}).status_code == 200
    slowed = visitor.post(FOUND, {"token": secret})
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "600")
    assert secret in slowed.content.decode()  # what was pasted stays in the field
    program = visitor.post("/api/v1/revoke-token/", {"token": secret}, "application/json")
    assert (program.status_code, program.json()["error"]["code"]) == (429, "throttled")
    assert by(secret).status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.10").post(FOUND, {"token": secret}).status_code == 200
    assert by(secret).status_code == 401


def test_the_command_makes_narrow_tokens(people, capsys):
    with acting_as(SYSTEM):
        Membership.objects.create(user=people.recorder, compartment=people.room)
    call_command(
        "create_token", "recorder", reads=["sources.source"], writes=["intermediaries.actor"], level=2,
        compartment=["ROOM"], network=["192.0.2.9/24"], days=7,
    )  # fmt: skip
    secret = capsys.readouterr().out.strip()
    with acting_as(SYSTEM):
        token = ApiToken.objects.get(digest=ApiToken.digest_of(secret))
    assert (token.reads, token.writes) == (["intermediaries.actor", "sources.source"], ["intermediaries.actor"])
    assert (token.max_level, token.compartments, token.networks) == (2, [people.room.pk], ["192.0.2.0/24"])
    for options, told in {
        "level": ({"level": 3, "username": "analyst"}, "no higher"),
        "kind": ({"reads": ["auth.user"]}, "auth.user"),
        "role": ({"write": True, "username": "analyst"}, "writes no records"),
        "days": ({"days": 0}, "1 to 365"),
        "network": ({"network": ["office"]}, "office"),
        "compartment": ({"compartment": ["NONE"]}, "NONE"),
        "of others": ({"compartment": ["ROOM"], "username": "analyst"}, "compartments of the account"),
        "nobody": ({"username": "nobody"}, "no active account"),
    }.values():
        with pytest.raises(CommandError, match=told):
            call_command("create_token", options.pop("username", "recorder"), **options)
