"""Small pages about the person at the screen."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

THEMES = ("light", "dark", "system")
ONE_YEAR = 365 * 24 * 60 * 60


class SetTheme(View):
    """Keeps light, dark or the system's choice in a cookie and goes back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        theme = request.POST.get("theme")
        back = request.POST.get("next", "/")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
            back = "/"
        response = HttpResponseRedirect(back)
        if theme in THEMES:
            response.set_cookie("theme", theme, ONE_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax")
        return response
