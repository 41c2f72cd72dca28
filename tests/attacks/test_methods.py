"""Changes are made by the method that says so, with the token of the session, by a token that may write."""

import pytest
from django.test import Client
from django.urls import reverse

from access.context import SYSTEM, acting_as
from reports.models import ReportRun
from tests.attacks.answers import refused, send
from tests.people import signed_in
from tests.records.kinds import KINDS
from tests.sweeps.walk import addresses, of_each_view

pytestmark = pytest.mark.django_db
UNSAFE = ("post", "put", "patch", "delete")
WRONG_TOKEN = {"csrfmiddlewaretoken": "a" * 64}


def path_of(address, world) -> str:
    if address.model is None:
        return reverse(address.name)
    if address.is_of_a_run:
        return reverse(address.name, args=["00000000-0000-4000-8000-000000000000"])
    record = next(record for record in vars(world).values() if type(record) is address.model)
    return reverse(address.name, args=[record.pk])


def test_a_session_changes_nothing_without_its_csrf_token(people, world):
    client = signed_in(people.reviewer, enforce_csrf_checks=True, raise_request_exception=False)
    for address in addresses():
        response = send(client, "post", path_of(address, world), {})
        assert response.status_code == 403, (address.name, response.status_code)
    for address in of_each_view(addresses()):
        for method, data in (("post", WRONG_TOKEN), ("put", {}), ("patch", {}), ("delete", {})):
            response = send(client, method, path_of(address, world), data)
            assert response.status_code == 403, (address.name, method, response.status_code)
    foreign = client.post(reverse("theme"), {"theme": "dark"}, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert client.post(reverse("account_logout")).status_code == 403
    assert "_auth_user_id" in client.session


def test_the_method_is_what_the_request_says_and_nothing_else(people, world):
    client = signed_in(people.reviewer, raise_request_exception=False)
    with acting_as(SYSTEM):
        before = world.outcome.version
    for path in (reverse("api:outcome-detail", args=[world.outcome.pk]), world.outcome.get_absolute_url()):
        for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            for method in ("DELETE", "PATCH", "PUT"):
                response = client.post(f"{path}?_method={method}", {"_method": method}, headers={header: method})
                assert response.status_code == 405, (path, header, method)
    with acting_as(SYSTEM):
        world.outcome.refresh_from_db()
        assert world.outcome.version == before
    assert client.get(world.outcome.get_absolute_url()).status_code == 200


def test_a_token_that_only_reads_is_refused_every_change_in_words(cast, world):
    reading = next(asker for asker in cast if asker.name == "read token").client
    for address in addresses():
        # To have a report made is to read: it writes nothing but the request itself.
        # A token that was found is revoked by anybody.
        if not address.is_api or address.name in ("api:schema", "api:revoke-token") or address.listed is ReportRun:
            continue
        for method in UNSAFE:
            error = refused(send(reading, method, path_of(address, world), {"version": 1, "reason": "x"}), 403)
            assert error["code"] == "permission_denied", (address.name, method)


def test_a_token_opens_the_api_and_no_page(people, cast, closed, world):
    """On a page a token counts for nothing: its holder is a visitor there."""
    writing = next(asker for asker in cast if asker.name == "write token").client
    assert writing.get(reverse("reports:report-run-list")).status_code == 302
    assert writing.post(reverse("desk:meeting-add"), {}).status_code == 403
    assert Client().get(reverse("desk:meeting-add")).status_code == 403


def test_every_kind_has_been_asked():
    asked = {address.model for address in addresses() if address.model}
    assert {kind.model for kind in KINDS} <= asked
