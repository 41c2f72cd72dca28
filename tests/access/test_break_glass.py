"""Broken glass on pages: a reason, a time, everybody who keeps watch is told and says that they have seen it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level
from access.models import BreakGlass, BreakGlassNotice, Event
from intermediaries.models import Actor
from tests.access.accounts import code_at, give_app
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/break-glass/"
REASON = "The ambulance waits at the crossing for a name"


def with_factor(user):
    """Sign in, and show a second factor as one does before the glass can be broken."""
    give_app(user)
    client = signed_in(user)
    asked = client.get(PAGE)
    assert asked.url == f"/account/confirm/code/?next={PAGE}"
    assert client.post(asked.url, {"code": code_at()}).url == PAGE
    return client


def test_without_a_second_factor_just_shown_nothing_breaks(people, settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 60
    asked = {"reason": REASON, "minutes": 15}
    without = signed_in(people.analyst)
    page = without.get(PAGE).content.decode()
    assert "Set one up" in page
    assert 'name="minutes"' not in page
    assert "Show your second factor" in without.post(PAGE, asked).content.decode()
    client = with_factor(people.recorder)
    session = client.session
    shown = session["account_authentication_methods"][-1]
    assert shown["method"] == "mfa"
    session["account_authentication_methods"] = [shown | {"at": shown["at"] - 61}]  # a minute ago
    session.save()
    late = client.post(PAGE, asked)
    assert "Show your second factor" in late.content.decode()
    assert REASON in late.content.decode()
    assert client.get(PAGE).status_code == 302
    with acting_as(SYSTEM):
        assert not BreakGlass.objects.exists()


def test_the_glass_is_broken_seen_and_ended(people):
    with acting_as(SYSTEM):
        secret = Actor.objects.create(name="Hidden body", kind_of_actor="ngo", level=Level.CONFIDENTIAL)
    page = secret.get_absolute_url()
    client = with_factor(people.analyst)
    assert client.get(page).status_code == 404
    answer = client.post(PAGE, {"reason": REASON, "minutes": 30})
    assert answer.status_code == 302, answer.context["form"].errors
    shown = client.get(page).content.decode()
    assert "Hidden body" in shown
    assert "30 minutes left" in shown
    reviewer, administrator = signed_in(people.reviewer), signed_in(people.administrator)
    for watch in (reviewer, administrator):
        for path in ("/", reverse("exchanges:outcome-list"), "/account/"):
            told = watch.get(path).content.decode()
            assert "analyst has broken the glass" in told, path
            assert REASON in told
    assert "has broken the glass" not in signed_in(people.recorder).get("/").content.decode()
    with acting_as(user_principal(people.analyst)):
        glass = BreakGlass.objects.get()
    assert reviewer.post(f"/broken-glass/{glass.pk}/seen/", {"next": "/method/"}).url == "/method/"
    assert "has broken the glass" not in reviewer.get("/").content.decode()
    assert "has broken the glass" in administrator.get("/").content.decode()  # each says so alone
    history = administrator.get("/broken-glass/").content.decode()
    assert "reviewer: seen" in " ".join(history.split())
    assert "administrator: not seen yet" in " ".join(history.split())
    assert client.post(f"/broken-glass/{glass.pk}/end/", {"next": "https://elsewhere.example/"}).url == "/"
    assert client.get(page).status_code == 404
    assert "minutes left" not in client.get("/").content.decode()
    with acting_as(user_principal(people.reviewer)):
        kinds = Event.objects.filter(subject=people.analyst, kind="rights.breakglass").values_list("detail", flat=True)
        assert [detail["operation"] for detail in kinds] == ["update", "insert"]


def test_whoever_keeps_watch_ends_it_and_nobody_else_knows_of_it(people):
    with_factor(people.analyst).post(PAGE, {"reason": REASON, "minutes": 15})
    with acting_as(SYSTEM):
        glass = BreakGlass.objects.get()
    for verb in ("end", "seen"):
        assert signed_in(people.recorder).post(f"/broken-glass/{glass.pk}/{verb}/").status_code == 404
    assert signed_in(people.recorder).get("/broken-glass/").status_code == 404
    assert signed_in(people.reviewer).post(f"/broken-glass/{glass.pk}/end/").status_code == 302
    signed_in(people.analyst).post(f"/broken-glass/{glass.pk}/end/")  # twice is once
    with acting_as(user_principal(people.reviewer)):
        assert not BreakGlass.objects.get().is_open
        assert Event.objects.filter(kind="rights.breakglass").count() == 2


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reason": "Please"}, "at least 20 characters"),
        ({"reason": ""}, "required"),
        ({"minutes": 600}, "Select a valid choice"),
        ({"reason": " " * 30}, "required"),
    ],
)
def test_what_is_missing_is_said_and_nothing_breaks(people, fields, told):
    answer = with_factor(people.analyst).post(PAGE, {"reason": REASON, "minutes": 15} | fields)
    assert answer.status_code == 200
    assert told in answer.content.decode()
    with acting_as(SYSTEM):
        assert not BreakGlass.objects.exists()


def test_it_is_broken_once_at_a_time_and_by_no_administrator(people):
    client = with_factor(people.recorder)
    assert client.post(PAGE, {"reason": REASON, "minutes": 15}).status_code == 302
    assert "already" in client.post(PAGE, {"reason": REASON, "minutes": 15}).content.decode()
    assert 'name="minutes"' not in client.get(PAGE).content.decode()
    with acting_as(SYSTEM):
        assert BreakGlass.objects.count() == 1
    administrator = signed_in(people.administrator)
    assert administrator.get(PAGE).status_code == 404
    assert administrator.post(PAGE, {"reason": REASON, "minutes": 15}).status_code == 404
    assert PAGE not in administrator.get("/account/").content.decode()


def test_glass_that_mended_itself_leaves_no_banner_but_still_wants_to_be_seen(people):
    with acting_as(user_principal(people.analyst)):
        soon = timezone.now() + dt.timedelta(milliseconds=200)
        glass = BreakGlass.objects.create(user=people.analyst, reason=REASON, until=soon)
    with acting_as(SYSTEM):
        assert BreakGlassNotice.objects.filter(break_glass=glass).count() == 2
    while glass.is_open:
        pass
    assert "You have broken the glass" not in signed_in(people.analyst).get("/").content.decode()
    told = signed_in(people.reviewer).get("/").content.decode()
    assert "analyst has broken the glass" in told
    assert "(ended)" in told
