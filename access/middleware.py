"""Names the reader of every request before anything else touches a classified table."""

import uuid

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from access import second_factor
from access.accounts import arrival, signed_out
from access.context import ANONYMOUS, Reader, acting_as, token_principal
from access.events import note
from access.house import ALWAYS, answer_closed, answer_read_only
from access.models import ApiToken
from access.reach import address_of
from access.refusals import refusal

# What visitors reach even where the house is closed to them, and what a session's end does not interrupt.
OPEN_PATHS = (*ALWAYS, "/invitations/", "/static/", "/healthz", "/readyz")
# What is left to somebody who must set up a second factor first.
ENTRY_PATHS = (
    *OPEN_PATHS,
    "/account/confirm/",
    "/account/authenticator-app/",
    "/account/passkeys/",
    "/account/recovery-codes/",
)


class ReadingDoorMiddleware:
    """Resolves session or token to one principal and runs view and rendering as that reader, in one transaction.

    Sets ``request.user`` and ``request.api_token`` (None for a session). An unknown, expired or revoked token is
    answered 401. ``access/headers.py`` keeps answers out of every cache. A server error rolls the whole transaction
    back.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.api_token, request.signed_out_because = None, ""
        is_api = request.path.startswith("/api/")
        is_open = request.path.startswith(OPEN_PATHS)
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if is_api and kind.lower() in {"token", "bearer"}:
            token = usable_token(secret.strip(), address_of(request))
            if token is None:
                return refuse_token(request)
            request.user, request.api_token, principal = token.user, token, token_principal(token)
        else:
            arrival.resume(request)
            principal = arrival.principal_of(request.user)
        must_sign_in = principal == ANONYMOUS and (settings.SIGN_IN_REQUIRED or request.signed_out_because)
        with acting_as(principal, **way_in(request)) as reader:
            request.reader = reader
            if request.api_token is not None:
                note_use(request.api_token)
            closed = answer_closed(request, reader)
            if closed is not None:
                response = closed
            elif must_sign_in and not is_open:
                response = not_signed_in() if is_api else signed_out.answer(request)
            elif lacks_second_factor(request, reader):
                response = second_factor_first(is_api)
            else:
                response = self.get_response(request)
            if principal == ANONYMOUS and not is_api and not is_open:
                response = signed_out.instead_of(request, response)
            if response.streaming:
                raise RuntimeError("A streamed answer must open its own acting_as.")
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if response.status_code == 403 and request.user.is_authenticated:
            note_refusal(request, principal)
        return response

    def process_view(self, request: HttpRequest, *view) -> HttpResponse | None:
        """Runs after the CSRF check, inside the door."""
        return answer_read_only(request, request.reader)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer two exceptions of the account pages: confirm that it is you, and the counters of attempts are away.

        allauth would keep a suspended request, cookies and all, in the session; here the page is just asked for again.
        """
        if isinstance(exception, ReauthenticationRequired):
            methods = get_adapter(request).get_reauthentication_methods(request.user)
            return redirect_to_login(request.path, methods[0]["url"] if methods else None)
        if isinstance(exception, RedisError) and request.path.startswith((*OPEN_PATHS, "/account/")):
            return render(request, "503.html", status=503)
        return None


def lacks_second_factor(request: HttpRequest, reader: Reader) -> bool:
    """Return whether a required second factor is missing, and the path is none of those on which it is set up."""
    if request.api_token is not None:
        return second_factor.is_missing(request.user)
    return reader.role == "entering" and request.path != "/account/" and not request.path.startswith(ENTRY_PATHS)


def second_factor_first(is_api: bool) -> HttpResponse:
    """Whoever must have a second factor and has none does nothing else before it is set up."""
    if is_api:
        told = _("Your account needs a second factor. Sign in on the website and set one up; then try again.")
        return JsonResponse({"error": {"code": "second_factor_required", "message": told, "fields": {}}}, status=403)
    return redirect("mfa_index")


def way_in(request: HttpRequest) -> dict[str, str]:
    """Return what ``acting_as`` keeps of a request: door, request id and address."""
    if not hasattr(request, "request_id"):
        request.request_id = uuid.uuid4().hex
    door = "api" if request.path.startswith("/api/") else "page"
    return {"door": door, "request_id": request.request_id, "address": address_of(request)}


def usable_token(secret: str, address: str) -> ApiToken | None:
    """Return the token of this secret if it is in force and may be used from this address."""
    token = ApiToken.objects.usable().select_related("user").filter(digest=ApiToken.digest_of(secret)).first()
    return token if token is not None and token.allows_address(address) else None


def refuse_token(request: HttpRequest) -> JsonResponse:
    """Write down that a token was refused, never which it claimed to be, and answer like any missing one."""
    with acting_as(ANONYMOUS, **way_in(request)):
        note("token_refused")
    return not_signed_in()


def note_refusal(request: HttpRequest, principal: str) -> None:
    """Write down what somebody signed in was refused: the route's name and the method, never what stood in either.

    In a transaction of its own: what was refused may have left the request's unusable.
    """
    route = request.resolver_match.view_name if request.resolver_match else ""
    with acting_as(principal, **way_in(request)):
        note("refused", route=route, method=request.method)


def not_signed_in() -> JsonResponse:
    """The API's answer to a missing or unusable token; the shape of every API error."""
    detail = _("Sign in, or send a token that is neither expired nor revoked: Authorization: Token <token>.")
    return refusal("not_authenticated", detail, 401, **{"WWW-Authenticate": "Token"})


def note_use(token: ApiToken) -> None:
    """Keep the day and hour of a token's last use, at most once in five minutes."""
    now = timezone.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 300:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
