"""Names the reader of every request before anything else touches a classified table."""

import uuid

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from access.context import ANONYMOUS, acting_as, token_principal, user_principal
from access.events import note
from access.house import answer_closed, answer_read_only
from access.models import ApiToken
from access.refusals import refusal

OPEN_PATHS = ("/sign-in/", "/static/", "/healthz", "/readyz", "/theme/", "/revoke-token/", "/api/v1/revoke-token/")


class ReadingDoorMiddleware:
    """Resolves session or token to one principal and runs view and rendering as that reader, in one transaction.

    Sets ``request.user`` and ``request.api_token`` (None for a session). An unknown, expired or revoked token is
    answered 401. Answers are never cached by anyone. A server error rolls the whole transaction back.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.api_token = None
        is_api = request.path.startswith("/api/")
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if is_api and kind.lower() in {"token", "bearer"}:
            token = usable_token(secret.strip(), address_of(request))
            if token is None:
                return refuse_token(request)
            request.user, request.api_token, principal = token.user, token, token_principal(token)
        else:
            request.user = get_user(request)
            principal = user_principal(request.user) if request.user.is_authenticated else ANONYMOUS
        if principal == ANONYMOUS and settings.SIGN_IN_REQUIRED and not request.path.startswith(OPEN_PATHS):
            if is_api:
                return not_signed_in()
            return redirect_to_login(request.get_full_path())
        with acting_as(principal, **way_in(request)) as reader:
            request.reader = reader
            if request.api_token is not None:
                note_use(request.api_token)
            response = answer_closed(request, reader) or self.get_response(request)
            if response.streaming:
                raise RuntimeError("A streamed answer must open its own acting_as.")
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if response.status_code == 403 and request.user.is_authenticated:
            note_refusal(request, principal)
        response.headers.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ["Cookie", "Authorization"])
        return response

    def process_view(self, request: HttpRequest, *view) -> HttpResponse | None:
        """Runs after the CSRF check, inside the door."""
        return answer_read_only(request, request.reader)


def address_of(request: HttpRequest) -> str:
    """Return the client's IP address: the proxy's last hop where Parley is told that it stands behind one."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()[:45]
    return request.META.get("REMOTE_ADDR", "")[:45]


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
