"""Where somebody is reminded by mail is their own and the administrators' business."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from access.context import ANONYMOUS, SYSTEM, acting_as, entry_principal, token_principal, user_principal
from access.models import ApiToken, MailAddress
from tests.people import signed_in

pytestmark = pytest.mark.django_db
OWN = "/account/mail/"
END = timezone.now() + dt.timedelta(days=1)


@pytest.fixture
def address(people) -> MailAddress:
    with acting_as(user_principal(people.recorder)):
        return MailAddress.objects.create(user=people.recorder, address="anna@example.org")


def of(person) -> str:
    return reverse("access:user-mail", args=[person.pk])


def test_its_owner_gives_changes_and_takes_it_back(people):
    client = signed_in(people.recorder)
    assert "No address: you are reminded in Parley alone." in client.get("/account/").content.decode()
    for wrong in ("anna", "anna@", "a b@example.org", "\0@example.org", "x" * 300 + "@example.org"):
        refused = client.post(OWN, {"address": wrong})
        assert refused.status_code == 200
        assert "errorlist" in refused.content.decode() or "fmsg" in refused.content.decode()
    for given in ("anna@example.org", "anna@example.net"):
        assert client.post(OWN, {"address": given})["Location"] == "/account/"
        assert given in client.get("/account/").content.decode()
        assert given in client.get(OWN).content.decode()
    assert client.post(OWN, {"address": ""}).status_code == 302
    with acting_as(user_principal(people.recorder)):
        assert not MailAddress.objects.exists()


def test_administrators_see_and_change_it(people, address):
    admin = signed_in(people.administrator)
    page = reverse("access:user-detail", args=[people.recorder.pk])
    assert "anna@example.org" in admin.get(page).content.decode()
    assert admin.post(of(people.recorder), {"address": "anna@example.net"})["Location"] == page
    assert "anna@example.net" in admin.get(page).content.decode()


@pytest.mark.parametrize("name", ["outsider", "analyst", "reviewer", "member", None])
def test_nobody_else_reaches_it(people, address, name):
    client = signed_in(getattr(people, name) if name else None)
    assert client.get(of(people.recorder)).status_code == (404 if name else 302)
    assert client.post(of(people.recorder), {"address": "x@example.org"}).status_code in (302, 404)
    assert b"anna@example.org" not in client.get(OWN).content
    with acting_as(user_principal(people.recorder)):
        assert MailAddress.objects.get().address == "anna@example.org"


def test_nor_in_the_database(people, address):
    with acting_as(SYSTEM):
        token, _secret = ApiToken.issue(people.recorder, "own", writes=None, max_level=3, expires_at=END)
        other, _secret = ApiToken.issue(people.administrator, "own", writes=None, max_level=0, expires_at=END)
    principals = [user_principal(people.reviewer), user_principal(people.analyst), SYSTEM, ANONYMOUS,
                  entry_principal(people.recorder), token_principal(token), token_principal(other)]  # fmt: skip
    for principal in principals:
        with acting_as(principal):
            assert not MailAddress.objects.exists(), principal
            assert MailAddress.objects.update(address="x@example.org") == 0
            assert MailAddress.objects.all().delete()[0] == 0
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                MailAddress.objects.create(user=people.member, address="x@example.org")
    with acting_as(user_principal(people.recorder)):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            MailAddress.objects.create(user=people.member, address="x@example.org")
        assert MailAddress.objects.get().address == "anna@example.org"
