"""Where an answer sends its reader is always inside Parley."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import signed_in

pytestmark = pytest.mark.django_db
OUTSIDE = [
    "https://evil.example/", "http://evil.example", "//evil.example", "///evil.example", "////evil.example/%2f..",
    "\\\\evil.example", "/\\evil.example", "/\t/evil.example", "\t//evil.example", " https://evil.example",
    "https:evil.example", "https:///evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x", "vbscript:x", "//testserver@evil.example", "https://testserver.evil.example",
    "//evil。example",
    "https://testserver@evil.example/", "http:\\\\evil.example", "\x00//evil.example", "//\x08evil.example", "ftp://x",
    "/a\r\nSet-Cookie: x=y", "https://evil.example\\@testserver", "\u2028//evil.example",
]  # fmt: skip


def is_inside(location: str) -> bool:
    """Whether a browser that reads this stays where it is: one slash, then a path."""
    return location.startswith("/") and location[1:2] not in ("/", "\\") and not set(location) & set("\t\r\n\\")


@pytest.mark.parametrize("outside", OUTSIDE)
@pytest.mark.parametrize("name", ["theme", "account_logout"])
def test_next_leads_nowhere_outside(people, name, outside):
    for client in (Client(raise_request_exception=False), signed_in(people.analyst, raise_request_exception=False)):
        told = {"next": outside, "theme": "dark", "redirect": outside, "redirect_to": outside, "url": outside}
        path = reverse(name)
        for response in (
            client.post(path, told),
            client.post(path, {"theme": "dark"} | told, QUERY_STRING=f"next={outside}".encode().decode("latin-1")),
            client.post(path, {"theme": "dark"}, headers={"referer": "https://evil.example/"}),
        ):
            assert response.status_code == 302, outside
            assert is_inside(response.headers["Location"]), (outside, response.headers["Location"])
            assert "evil" not in response.headers["Location"]


def test_next_leads_back_inside():
    back = reverse("exchanges:outcome-list") + "?page=2"
    assert Client().post(reverse("theme"), {"theme": "dark", "next": back}).headers["Location"] == back


def test_the_way_to_the_sign_in_page_keeps_its_reader_inside(settings):
    settings.SIGN_IN_REQUIRED = True
    for path in ("//evil.example/", "/\\evil.example", "/%5cevil.example", "/outcomes/?next=//evil.example"):
        response = Client(raise_request_exception=False).get(path)
        if response.status_code in (301, 302):
            assert is_inside(response.headers["Location"]), (path, response.headers["Location"])


def test_a_missing_slash_is_put_there_without_leaving(world):
    for path in ("//evil.example/outcomes", "/outcomes", "///outcomes"):
        response = Client(raise_request_exception=False).get(path)
        assert response.status_code in (301, 404), path
        if response.status_code == 301:
            assert is_inside(response.headers["Location"]), (path, response.headers["Location"])


def test_a_theme_is_one_of_three_and_its_cookie_is_not_for_scripts():
    for theme in ("pink", "", "dark; Domain=evil.example", "x" * 5000):
        assert "theme" not in Client().post(reverse("theme"), {"theme": theme}).cookies
    kept = Client().post(reverse("theme"), {"theme": "dark"}).cookies["theme"]
    assert (kept.value, kept["httponly"], kept["samesite"]) == ("dark", True, "Lax")
