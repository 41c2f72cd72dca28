"""DRF's view of the reader whom the middleware has already named."""

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import PermissionDenied


class ReaderAuthentication(BaseAuthentication):
    """Session (with CSRF protection) or token; both were resolved by ``ReadingDoorMiddleware``."""

    def authenticate(self, request):
        django_request = request._request
        if not django_request.user.is_authenticated:
            return None
        if django_request.api_token is None:
            check = CSRFCheck(lambda _request: None)
            check.process_request(django_request)
            if check.process_view(django_request, None, (), {}):
                raise PermissionDenied(_("Send the CSRF token of your session, or use an API token."))
        return django_request.user, django_request.api_token

    def authenticate_header(self, request) -> str:
        return "Token"


class ReaderAuthenticationScheme(OpenApiAuthenticationExtension):
    """Tells the OpenAPI schema about the token header."""

    target_class = ReaderAuthentication
    name = ["token", "session"]

    def get_security_requirement(self, auto_schema):
        """Token or session, either is enough; public records are read with neither."""
        ways = [{name: []} for name in self.name]
        return [*ways, {}] if auto_schema.method == "GET" else ways

    def get_security_definition(self, auto_schema):
        return [
            {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`Authorization: Token parley_…`",
            },
            {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        ]
