"""Administrators' pages: users, their rights, compartments. To everybody else they are not there."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level, Role
from access.models import Compartment, Event, Membership, User
from tests.access.accounts import give_app
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def url(name: str, *args) -> str:
    return reverse(f"access:{name}", args=[getattr(arg, "pk", arg) for arg in args])


def told_of(user: User) -> list[tuple[str, str]]:
    """What the database wrote down about somebody's rights, with the reasons."""
    with acting_as(SYSTEM):
        found = Event.objects.filter(subject=user, kind__startswith="rights.").exclude(reason="")
        return list(found.order_by("id").values_list("kind", "reason"))


def rights(client, person: User, **changes):
    """Open the form of somebody's rights, change some of it and send it."""
    form = client.get(url("user-rights", person)).context["form"]
    data = {**form.initial, "compartments": list(form.initial["compartments"]), "reason": "New post"} | changes
    return client.post(url("user-rights", person), data)


def test_users_are_listed_and_filtered(people):
    client = signed_in(people.administrator)
    text = client.get(url("user-list")).content.decode()
    assert all(url("user-detail", user) in text for user in people.all().values())
    for query, found in {
        "q=rev": {"reviewer"},
        "role=recorder": {"recorder"},
        f"compartment={people.room.pk}": {"member"},
        "clearance=1": {"analyst"},
        "active=no": set(),
        "role=nonsense": set(),
    }.items():
        shown = {user.username for user in client.get(f"{url('user-list')}?{query}").context["users"]}
        assert shown == found, query


def test_rights_change_with_a_reason_and_count_at_once(people):
    open_page = signed_in(people.analyst)
    client = signed_in(people.administrator)
    answer = rights(client, people.analyst, role="recorder", clearance="2", compartments=[people.room.pk])
    assert answer.status_code == 302
    after = client.get(answer.url).content.decode()
    assert "Role: Analyst → Recorder; Clearance: Internal → Restricted; Compartments: none → The room" in after
    assert "administrator changed analyst: role Analyst → Recorder, clearance Internal → Restricted" in after
    assert told_of(people.analyst) == [("rights.user", "New post"), ("rights.membership", "New post")]
    people.analyst.refresh_from_db()
    assert (people.analyst.role, people.analyst.clearance) == (Role.RECORDER, Level.RESTRICTED)
    assert open_page.get(reverse("desk:meeting-add")).status_code == 200
    rights(client, people.analyst, compartments=[])
    with acting_as(user_principal(people.analyst)) as reader:
        assert reader.compartments == ()


def test_rights_need_a_reason_and_keep_what_was_typed(people):
    answer = rights(signed_in(people.administrator), people.analyst, role="reviewer", reason="  ")
    assert answer.status_code == 200
    assert "Say why" in answer.content.decode()
    assert answer.context["form"]["role"].value() == "reviewer"
    people.analyst.refresh_from_db()
    assert people.analyst.role == Role.ANALYST


def test_a_stale_form_shows_both_and_changes_nothing(people):
    first, second = signed_in(people.administrator), signed_in(people.administrator)
    stale = first.get(url("user-rights", people.analyst)).context["form"].initial
    rights(second, people.analyst, clearance="2", reason="Quicker")
    mine = {**stale, "compartments": [], "role": "reviewer", "clearance": "3", "reason": "Slower"}
    answer = first.post(url("user-rights", people.analyst), mine)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert answer.context["conflict"] == [
        {"label": "Role", "yours": "Reviewer", "theirs": "Analyst"},
        {"label": "Clearance", "yours": "Confidential", "theirs": "Restricted"},
    ]
    assert "Theirs, as saved now" in text
    people.analyst.refresh_from_db()
    assert (people.analyst.role, people.analyst.clearance) == (Role.ANALYST, Level.RESTRICTED)
    again = first.post(
        url("user-rights", people.analyst), mine | {"version": answer.context["form"]["version"].value()}
    )
    assert again.status_code == 302
    people.analyst.refresh_from_db()
    assert people.analyst.role == Role.REVIEWER


def test_nobody_changes_their_own_rights(people):
    client = signed_in(people.administrator)
    page = client.get(url("user-detail", people.administrator)).content.decode()
    assert "ask another administrator" in page
    assert url("user-rights", people.administrator) not in page
    for name in ("user-rights", "user-deactivate", "user-reactivate"):
        for answer in (
            client.get(url(name, people.administrator)),
            client.post(url(name, people.administrator), {"reason": "Because", "role": "reviewer", "clearance": 3}),
        ):
            assert answer.status_code == 403
            assert "Ask another administrator" in answer.content.decode()
    with acting_as(SYSTEM):
        own = Membership.objects.create(user=people.administrator, compartment=people.room)
    assert client.post(url("member-remove", own), {"reason": "Because"}).status_code == 403


def test_who_is_deactivated_is_out_at_once_and_may_come_back(people):
    client, shut_out = signed_in(people.administrator), signed_in(people.recorder)
    assert shut_out.get(reverse("mfa_index")).status_code == 200
    assert client.post(url("user-deactivate", people.recorder), {"reason": ""}).status_code == 200
    assert client.post(url("user-deactivate", people.recorder), {"reason": "Left"}).status_code == 302
    assert shut_out.get(reverse("mfa_index")).status_code == 302
    page = client.get(url("user-detail", people.recorder)).content.decode()
    assert "administrator deactivated recorder" in page
    assert client.post(url("user-reactivate", people.recorder), {"reason": "Came back"}).status_code == 302
    assert shut_out.get(reverse("mfa_index")).status_code == 302  # old sessions stay ended
    assert signed_in(people.recorder).get(reverse("mfa_index")).status_code == 200
    assert told_of(people.recorder) == [("rights.user", "Left"), ("rights.user", "Came back")]


def test_compartments_are_made_renamed_and_filled(people):
    client = signed_in(people.administrator)
    made = client.post(url("compartment-add"), {"code": "FERRY", "name": "The ferry"})
    ferry = Compartment.objects.none()
    with acting_as(user_principal(people.administrator)):
        ferry = Compartment.objects.get(code="FERRY")
    assert made.url == url("compartment-detail", ferry)
    twice = client.post(url("compartment-add"), {"code": "FERRY", "name": "Another"})
    assert "already exists" in twice.content.decode()
    page = url("compartment-detail", ferry)
    assert "Say why" in client.post(page, {"user": people.analyst.pk}).content.decode()
    assert client.post(page, {"user": people.analyst.pk, "reason": "Carries letters"}).status_code == 302
    assert "analyst" in client.get(page).content.decode()
    with acting_as(user_principal(people.analyst)) as reader:
        assert reader.compartments == (ferry.pk,)
        membership = Membership.objects.get(compartment=ferry)
    assert client.post(url("compartment-rename", ferry), {"code": "FERRY", "name": "Letters"}).status_code == 302
    assert client.post(url("member-remove", membership), {"reason": ""}).status_code == 200
    assert client.post(url("member-remove", membership), {"reason": "Done"}).status_code == 302
    with acting_as(user_principal(people.analyst)) as reader:
        assert reader.compartments == ()
    assert told_of(people.analyst) == [("rights.membership", "Carries letters"), ("rights.membership", "Done")]


@pytest.mark.parametrize("name", ["outsider", "analyst", "recorder", "reviewer", "member"])
def test_the_pages_are_not_there_for_others(people, name):
    client = signed_in(getattr(people, name))
    for page in ("user-list", "compartment-list", "compartment-add", "emergency"):
        assert client.get(url(page)).status_code == 404, page
        assert client.post(url(page), {"code": "X", "name": "Y", "reason": "Z"}).status_code in {404, 405}, page
    for page, one in (("user-detail", people.analyst), ("user-rights", people.outsider)):
        assert client.get(url(page, one)).status_code == 404
    assert client.post(url("compartment-detail", people.room), {"user": people.outsider.pk}).status_code == 404
    home = client.get("/").content.decode()
    assert url("compartment-list") not in home
    assert (url("access-log") in home) == (name == "reviewer")


def test_a_visitor_is_asked_to_sign_in(people, client):
    for page in ("own-activity", "token-list", "user-list", "access-log", "break-glass"):
        answer = client.get(url(page))
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_login"))


def link_on(answer) -> str:
    """The link that stands on the answer, as a path."""
    assert answer.status_code == 200, answer.status_code
    return urlsplit(answer.context["link"]).path


def test_somebody_is_invited_and_comes_in_by_the_link(people):
    client = signed_in(people.administrator)
    page = client.get(url("user-invite"))
    assert page.status_code == 200
    asked = {"username": "newcomer", "role": "recorder", "clearance": "1", "reason": "Joins the desk"}
    for wrong, told in (
        ({"username": "Analyst"}, "already"),
        ({"reason": ""}, "Say why"),
        ({"clearance": "9"}, "valid"),
    ):
        refused = client.post(url("user-invite"), asked | wrong)
        assert told in refused.content.decode()
        assert refused.context["form"]["role"].value() == "recorder"
    link = link_on(client.post(url("user-invite"), asked))
    listed = client.get(url("user-list") + "?q=newcomer")
    newcomer = listed.context["users"][0]
    assert "invited" in client.get(url("user-detail", newcomer)).content.decode()
    assert link not in client.get(url("user-detail", newcomer)).content.decode()
    own = Client(headers={"origin": "http://testserver"})
    form = own.get(link, follow=True)
    words = "seven unrelated lamps hum"
    fields = dict.fromkeys(form.context["form"].fields, words)
    assert own.post(form.request["PATH_INFO"], fields).status_code == 302
    assert own.post("/sign-in/", {"login": "newcomer", "password": words}).status_code == 302
    assert own.get(reverse("desk:meeting-add")).status_code == 200
    assert ("rights.user", "Joins the desk") in told_of(newcomer)


def test_a_new_link_ends_the_password_and_the_sessions(people):
    give_app(people.recorder)
    client, own = signed_in(people.administrator), signed_in(people.recorder)
    assert "authenticator app" in client.get(url("user-detail", people.recorder)).content.decode()
    assert "Say why" in client.post(url("user-reset", people.recorder), {"reason": ""}).content.decode()
    asked = {"reason": "Lost the phone", "also_second_factors": "on"}
    assert link_on(client.post(url("user-reset", people.recorder), asked)).startswith("/invitations/")
    assert own.get(reverse("mfa_index")).status_code == 302
    with acting_as(SYSTEM):
        assert not people.recorder.authenticator_set.exists()
        assert not User.objects.get(pk=people.recorder.pk).has_usable_password()
    assert client.post(url("user-reset", people.administrator), {"reason": "Mine"}).status_code == 403


def test_somebody_is_signed_out_everywhere(people):
    client, places = signed_in(people.administrator), [signed_in(people.recorder) for _place in range(2)]
    assert "in 2 places" in client.get(url("user-detail", people.recorder)).content.decode()
    assert client.post(url("user-sign-out", people.recorder), {"reason": " "}).status_code == 200
    assert client.post(url("user-sign-out", people.recorder), {"reason": "Left the laptop"}).status_code == 302
    assert [place.get(reverse("mfa_index")).status_code for place in places] == [302, 302]
    assert client.post(url("user-sign-out", people.administrator), {"reason": "Mine"}).status_code == 403
    with acting_as(SYSTEM):
        told = Event.objects.get(kind="sign_out", subject=people.recorder)
    assert (told.reason, told.user_id) == ("Left the laptop", people.administrator.pk)
