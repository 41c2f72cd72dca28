"""Where a request comes from: its address, and whether one of our own pages sent it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Return the client's IP address: the proxy's last hop where Parley is told that it stands behind one."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()[:45]
    return request.META.get("REMOTE_ADDR", "")[:45]


def is_from_our_page(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of this very house sent the request.

    ``Sec-Fetch-Site`` where it is sent, and ``Origin`` (or, without it, ``Referer``) must agree; with neither of the
    latter nobody says so. Source: the Fetch standard's metadata headers.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    said = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    origin = f"{said.scheme}://{said.netloc}"
    return origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS
