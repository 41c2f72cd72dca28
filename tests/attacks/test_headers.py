"""What every answer says to browsers and caches: pages, the API, refusals, errors, static files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.people import signed_in
from tests.records.kinds import api_of
from tests.sweeps.walk import addresses, of_each_view

pytestmark = pytest.mark.django_db
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def check(response, what) -> None:
    """Check what every answer carries, whatever it is."""
    told = response.headers
    for name, value in ALWAYS.items():
        assert told.get(name) == value, (what, name)
    policy = dict(part.strip().partition(" ")[::2] for part in told["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'", what
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'", what
    assert "unsafe" not in told["Content-Security-Policy"], what
    for feature in ("camera", "microphone", "geolocation", "browsing-topics"):
        assert f"{feature}=()" in told["Permissions-Policy"], what


def check_kept_by_nobody(response, what) -> None:
    assert "no-store" in response.headers["Cache-Control"], what
    assert "public" not in response.headers["Cache-Control"], what
    assert {"Cookie", "Authorization"} <= {name.strip() for name in response.headers["Vary"].split(",")}, what


def test_every_answer_of_every_address(people, world):
    clients = {
        "anonymous": Client(raise_request_exception=False),
        "reviewer": signed_in(people.reviewer, raise_request_exception=False),
        "token": api_of(people.reviewer, raise_request_exception=False),
    }
    each_view = of_each_view(addresses())
    for address in addresses():
        record = next((one for one in vars(world).values() if type(one) is address.model), None)
        known = [record.pk] if record else ["00000000-0000-4000-8000-000000000000"] if address.model else []
        assert record or address.model is None or address.is_of_a_run
        for name, client in clients.items():
            if (name == "token" and not address.is_api) or (name == "reviewer" and address not in each_view):
                continue
            # What a visitor is refused to do, and what the others are shown.
            response = getattr(client, "post" if name == "anonymous" else "get")(reverse(address.name, args=known))
            check(response, (address.name, name))
            check_kept_by_nobody(response, (address.name, name))


def test_refusals_that_reach_no_view(world, settings):
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    outcomes = reverse("api:outcome-list")
    refusals = {
        "not found": client.get("/nowhere/"),
        "not found in the API": client.get("/api/v1/nowhere/"),
        "without the slash": client.get(outcomes.rstrip("/")),
        "another host": client.get("/", headers={"host": "evil.example"}),
        "a token that is none": client.get(outcomes, headers={"authorization": "Token x"}),
        "without CSRF": client.post(reverse("theme"), {"theme": "dark"}),
        "a broken body": client.generic("POST", reverse("theme"), b"x", content_type="multipart/form-data; boundary="),
    }
    settings.SIGN_IN_REQUIRED = True
    refusals |= {"sign in first": client.get("/"), "sign in first, API": client.get(outcomes)}
    statuses = {what: response.status_code for what, response in refusals.items()}
    assert statuses == {
        "not found": 404,
        "not found in the API": 404,
        "without the slash": 301,
        "another host": 400,
        "a token that is none": 401,
        "without CSRF": 403,
        "a broken body": 400,
        "sign in first": 302,
        "sign in first, API": 401,
    }
    for what, response in refusals.items():
        check(response, what)
        check_kept_by_nobody(response, what)


def test_an_error_of_the_server_tells_nothing_and_carries_the_same(people, world, monkeypatch):
    from reports.selectors import overview

    def broken(*_args):
        raise RuntimeError("Zeisig")

    monkeypatch.setattr(overview, "events_of", broken)
    response = signed_in(people.reviewer, raise_request_exception=False).get(reverse("reports:overview"))
    assert response.status_code == 500
    assert b"Zeisig" not in response.content
    assert b"Traceback" not in response.content
    check(response, "server error")
    check_kept_by_nobody(response, "server error")


def test_health_is_kept_by_nobody():
    for path in ("/healthz", "/readyz"):
        response = Client().get(path)
        check(response, path)
        assert "no-store" in response.headers["Cache-Control"]


def test_static_files_in_the_running_house(house):
    page = house.visitor().get("/")
    check(page, "page")
    css = next(part for part in page.text.split('"') if part.startswith("/static/") and part.endswith(".css"))
    served = house.visitor().get(css)
    assert served.status == 200
    check(served, css)
    assert "public" in served.headers["Cache-Control"]
    gone = house.visitor().get("/static/nothing.css")
    assert gone.status == 404
    check(gone, "no such static file")


def test_an_etag_differs_between_readers_who_may_see_different_parts(people, world):
    path = reverse("api:outcome-detail", args=[world.outcome.pk])
    clients = [Client(), *(signed_in(user) for user in people.all().values()), api_of(people.reviewer, level=0)]
    tags = [client.get(path).headers["ETag"] for client in clients]
    assert len(set(tags)) == len(tags)
    assert all(tag.startswith('"1-') for tag in tags)
    assert [client.get(path).headers["ETag"] for client in clients] == tags
    assert "Last-Modified" not in Client().get(path).headers


SHOW = """
import django; django.setup()
from django.conf import settings
from django.test import Client
secure = Client().get("/healthz", secure=True)
sent = Client().get("/theme/", secure=False)
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.DEBUG)
print(secure.headers["Strict-Transport-Security"])
print(sent.status_code, sent.headers["Location"], sent.headers["Content-Security-Policy"] != "")
"""


def test_under_https_cookies_are_secure_and_browsers_are_told_to_stay(db):
    """A process with the settings of production, which is what they are where nobody says otherwise."""
    root = Path(__file__).resolve().parents[2]
    told = {name: value for name, value in os.environ.items() if name != "PARLEY_HTTP"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=root, env=told | {"ALLOWED_HOSTS": "testserver"}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    flags, hsts, redirect = done.stdout.strip().splitlines()[-3:]
    assert flags == "True True True False"
    assert hsts == "max-age=31536000; includeSubDomains; preload"
    assert redirect == "301 https://testserver/theme/ True"
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
