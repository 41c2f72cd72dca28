"""What a browser is told: cookies no script reads, pages nobody keeps, code from nowhere else."""

import datetime as dt

import pytest
from django.conf import settings

from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(people, client):
    client.get("/sign-in/")
    answer = client.post("/sign-in/", {"login": people.recorder.username, "password": PASSWORD})
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", settings.HTTPS)
    assert int(cookie["max-age"]) <= dt.timedelta(hours=12).total_seconds()


def test_a_page_is_kept_by_nobody_and_runs_no_code_of_others(people, client):
    answer = client.get("/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
