"""When a session has ended: nobody loses what they typed.

A form sent by one of our own pages after the end of a session is answered with a page that holds what was sent, asks
to sign in in a new tab and sends it again. The same where the CSRF token no longer fits, because signing in renews it.
"""

import re

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from access.accounts import arrival
from access.reach import is_from_our_page

LARGEST = 2**20  # bytes that are held; more is refused
SECRET_FIELD = re.compile("password|secret|credential", re.IGNORECASE)
# Forms about the account itself hold passwords and codes; they are short and typed again.
NEVER_HELD = ("/sign-in/", "/sign-out/", "/session/", "/invitations/", "/account/", "/theme/")


def answer(request: HttpRequest) -> HttpResponse:
    """Return the answer to a page request of somebody who is not signed in and must be."""
    if request.method not in {"GET", "HEAD"}:
        return keep(request)
    if request.headers.get("HX-Request"):
        # A part of a page would be filled with the sign-in page; htmx goes to the address instead.
        here = request.headers.get("HX-Current-URL", "/").removeprefix(f"{request.scheme}://{request.get_host()}")
        address = f"{resolve_url('account_login')}?{urlencode({'next': here})}"
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect_to_login(request.get_full_path())


def instead_of(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return ``response``, or, where a visitor's form was refused for want of a session, the page that holds it.

    Hidden and missing records are answered alike: the page shows nothing but what was sent.
    """
    sent_away = isinstance(response, HttpResponseRedirect) and response.url.startswith(resolve_url("account_login"))
    refused = response.status_code in {401, 403, 404} or sent_away
    if request.method == "POST" and refused and fields_to_hold(request) is not None:
        return keep(request)
    return response


def keep(request: HttpRequest) -> HttpResponse:
    """Return the page that holds what was sent; 403, because nothing was done with it."""
    fields = fields_to_hold(request)
    context = {
        "fields": fields,
        "has_files": bool(fields is not None and request.FILES),
        "is_signed_in": request.user.is_authenticated,
        "why": arrival.words_for(request.signed_out_because),
        "address": request.get_full_path(),
    }
    return render(request, "account/signed_out.html", context, status=403)


def fields_to_hold(request: HttpRequest) -> list[tuple[str, str]] | None:
    """Return every field sent, in order; None where they must not be shown again.

    That is: a form from elsewhere, which would put its words into a reader's mouth, one above a megabyte, and one
    with a password or a code in it.
    """
    if request.path.startswith(NEVER_HELD):
        return None
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method != "POST" or not is_from_our_page(request) or not length.isdecimal() or int(length) > LARGEST:
        return None
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    fields = [(name, value) for name, value in sent if name != "csrfmiddlewaretoken"]
    return None if any(SECRET_FIELD.search(name) for name, _value in fields) else fields


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view for a form whose token does not fit."""
    if request.path.startswith("/api/"):
        told = _("Send the CSRF token of your session, or use an API token.")
        return JsonResponse({"error": {"code": "permission_denied", "message": told, "fields": {}}}, status=403)
    if fields_to_hold(request) is not None:
        return keep(request)
    return render(request, "403_csrf.html", status=403)
