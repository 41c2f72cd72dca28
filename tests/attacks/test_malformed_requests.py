"""Rubbish in addresses, query strings and headers: refused by name in the API, put up with on pages, never an error."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from records.models import Record
from tests.attacks.answers import refused
from tests.sweeps.walk import addresses

pytestmark = pytest.mark.django_db
LISTS = [address for address in addresses() if address.is_list]
RUBBISH = (
    "", " ", "\0", "x", "-1", "0", "1.5", "9" * 5000, str(10**30), "null", "true", "[]", "{}", "'", '"', "%", "_", "\\",
    "' OR 1=1 --", "<script>", "\u202e", "x" * 5000, "()", "&|!",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "2025-13-45", "00000000-0000-4000-8000-000000000000",
)  # fmt: skip


def query(path: str, **parameters: str) -> str:
    return f"{path}?{urlencode(parameters)}"


@pytest.mark.parametrize("address", LISTS, ids=lambda address: address.name)
def test_rubbish_in_every_filter_at_once_breaks_nothing(cast, world, address):
    client = next(asker for asker in cast if asker.name == ("write token" if address.is_api else "recorder")).client
    names = [*address.filters, "ordering", "page", *(["page_size"] if address.is_api else [])]
    path = reverse(address.name)
    # A page and a resource filter by the same rules: each is sent one half.
    for rubbish in RUBBISH[address.is_api :: 2]:
        response = client.get(query(path, **dict.fromkeys(names, rubbish)))
        assert response.status_code in ((200, 400) if address.is_api else (200,)), (rubbish, response.status_code)
        if response.status_code == 400:
            assert set(refused(response, 400)["fields"]) <= set(names)


def test_rubbish_in_each_parameter_of_the_api_is_refused_by_name(api, world):
    path = reverse("api:outcome-list")
    for name, values in {
        "page": ("-1", "0", "x", str(10**30), "9" * 5000, "1.5"),
        "page_size": ("0", "-1", "201", "x", "9" * 5000),
        "ordering": ("foo", "-", "author__password", "pk;drop", "?"),
        "level": ("x", "9"),
        "since": ("x", "2025-13-45"),
        "conflict": ("x", "00000000-0000-4000-8000-000000000000"),
        "nonsense": ("1",),
        "author__username": ("recorder",),
        "label__level__gte": ("1",),
    }.items():
        for value in values:
            assert set(refused(api.get(query(path, **{name: value})), 400)["fields"]) == {name}, (name, value)


def test_bytes_that_are_no_text_in_a_query_string_break_nothing(cast, world):
    for raw in (b"q=%ff%fe", b"q=\xff", b"%00=%00", b"&&&===", b"q=%ED%A0%80", b"page=%f0%28%8c%28", b"q" * 3000):
        for asker in (cast[0], cast[-1]):
            for name in ("exchanges:outcome-list", "reports:search", "reports:overview", "api:outcome-list"):
                status = asker.client.get(reverse(name), QUERY_STRING=raw.decode("latin-1")).status_code
                assert status in (200, 400, 404), (raw, name, status)


def test_addresses_that_name_no_record_are_not_found(cast, world):
    clients = {asker.name: asker.client for asker in cast}
    wrongs = ("x", "%00", "..%2f..%2f", "00000000-0000-0000-0000-00000000000", "%ff", "'")
    for address in addresses():
        if address.model is None or not issubclass(address.model, Record):
            continue
        path = reverse(address.name, args=[world.actor.pk]).replace(str(world.actor.pk), "{}")
        of_kinds = wrongs if address.model.kind_of() in ("actor", "outcome") else wrongs[:1]
        for wrong in of_kinds:
            response = clients["write token" if address.is_api else "anonymous"].get(path.format(wrong))
            assert response.status_code in (404, 405), (address.name, wrong, response.status_code)


@pytest.mark.parametrize(
    "told", ["", " ", "*", '"', "x", '"x"', "W/", "-1", '"-1"', "1.0", "9" * 5000, "1,2", '"1", "2"', '"1-"', '"1-zz"',
             '"1-0123456789ab" x', "\xff", "٣"],
)  # fmt: skip
def test_a_malformed_if_match_is_refused_by_name(api, world, told):
    path = reverse("api:actor-detail", args=[world.actor.pk])
    for method, url, body in (
        ("PATCH", path, '{"notes": "x"}'),
        ("POST", f"{path}withdraw/", '{"reason": "x"}'),
    ):
        response = api.generic(method, url, body, content_type="application/json", HTTP_IF_MATCH=told)
        assert set(refused(response, 400)["fields"]) == {"version"}


@pytest.mark.parametrize("told", ['"1"', "1", 'W/"1"', "etag"])
def test_an_etag_is_taken_back_as_it_was_given(api, world, told):
    path = reverse("api:actor-detail", args=[world.actor.pk])
    told = api.get(path).headers["ETag"] if told == "etag" else told
    changed = api.patch(path, {"notes": "changed"}, format="json", headers={"If-Match": told})
    assert changed.status_code == 200, changed.content
    again = api.patch(path, {"notes": "twice"}, format="json", headers={"If-Match": told})
    assert again.status_code == 412


def test_a_malformed_authorization_is_refused_or_counts_for_nothing(world):
    client, path = Client(raise_request_exception=False), reverse("api:outcome-list")
    for told in (
        "Token",
        "Token ",
        "Token x",
        "Bearer",
        "Bearer \xff\xfe",
        "token " + "x" * 8000,
        "Token a b",
        "Token \0",
    ):
        error = refused(client.get(path, headers={"authorization": told}), 401)
        assert error["code"] == "not_authenticated"
        assert client.get(path, headers={"authorization": told}).headers["WWW-Authenticate"] == "Token"
    for told in ("", "Basic eDp5", "Negotiate x", "\xff", ":" * 100):
        assert client.get(path, headers={"authorization": told}).status_code == 200
    for cookie in ("sessionid=\xff", "sessionid=" + "x" * 5000, "sessionid='", "csrftoken=\0", "theme=<b>", ";;;=="):
        for url in (path, reverse("reports:overview")):
            assert client.get(url, headers={"cookie": cookie}).status_code == 200, cookie


def test_a_host_that_is_not_ours_is_refused(world):
    client = Client(raise_request_exception=False)
    for host in ("evil.example", "localhost.evil.example", "x y", "", "[::1", "localhost:port", "a" * 300, "@", "\xff"):
        page = client.get(reverse("exchanges:outcome-list"), headers={"host": host})
        assert page.status_code == 400, host
        assert b"evil" not in page.content
        assert refused(client.get(reverse("api:outcome-list"), headers={"host": host}), 400)["code"] == "bad_request"
    for header in ("X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-URL"):
        answer = client.get(reverse("api:outcome-list"), headers={header.lower(): "evil.example"})
        assert answer.status_code == 200
        assert b"evil" not in answer.content
